// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** MySQL's and MariaDB's, with a lock by name that two sessions hand to each other. */
final class MySqlStops implements JournalStops {
  private static final Duration LOOK = Duration.ofMillis(3);
  private static final String TRIGGERS =
      """
      CREATE TRIGGER fram.stop_insert BEFORE INSERT ON fram.journal FOR EACH ROW
        SET @stop = GET_LOCK('stop', 600) + RELEASE_LOCK('stop');
      CREATE TRIGGER fram.stop_update BEFORE UPDATE ON fram.journal FOR EACH ROW
        SET @stop = GET_LOCK('stop', 600) + RELEASE_LOCK('stop');
      CREATE TRIGGER fram.stop_phase BEFORE UPDATE ON fram.migration FOR EACH ROW
        SET @stop = IF(OLD.phase <> NEW.phase, GET_LOCK('stop', 600) + RELEASE_LOCK('stop'), 0);
      """;
  private static final String WAITING =
      "SELECT ID, INFO FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'";

  private final Connection look;
  private Connection holds;
  private Connection next;

  MySqlStops(Login target) throws SQLException {
    look = target.open();
    holds = target.open();
    next = target.open();
    run(look, TRIGGERS);
    run(holds, "SELECT GET_LOCK('stop', 600)");
  }

  @Override
  public Optional<Stop> await(BooleanSupplier running) throws SQLException {
    while (true) {
      boolean more = running.getAsBoolean();
      try (Statement statement = look.createStatement();
          ResultSet row =
              statement.executeQuery(WAITING + " AND INFO NOT LIKE 'SELECT GET_LOCK%'")) {
        if (row.next()) {
          return Optional.of(new Stop(row.getLong(1), row.getString(2).replaceAll("\\s+", " ")));
        }
      }
      if (!more) {
        return Optional.empty();
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  @Override
  public void pass() throws SQLException {
    Connection behind = next;
    Thread queue = Thread.ofVirtual().start(() -> lock(behind));
    awaitQueued();
    run(holds, "SELECT RELEASE_LOCK('stop')");
    try {
      queue.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    next = holds;
    holds = behind;
  }

  @Override
  public void refuse(Stop stop) throws SQLException {
    run(look, "KILL CONNECTION " + stop.session());
  }

  private void awaitQueued() throws SQLException {
    while (true) {
      try (Statement statement = look.createStatement();
          ResultSet row = statement.executeQuery(WAITING + " AND INFO LIKE 'SELECT GET_LOCK%'")) {
        if (row.next()) {
          return;
        }
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  private static void lock(Connection connection) {
    try {
      run(connection, "SELECT GET_LOCK('stop', 600)");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    look.close();
    next.close();
    holds.close();
  }
}
