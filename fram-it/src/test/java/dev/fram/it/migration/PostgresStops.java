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

/**
 * PostgreSQL's. Two sessions hand a lock to each other, so that not more than one write slips
 * through between them.
 */
final class PostgresStops implements JournalStops {
  private static final long KEY = 4_711;
  private static final Duration LOOK = Duration.ofMillis(3);
  private static final String TRIGGERS =
      """
      CREATE FUNCTION fram.stop() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS $$
        DECLARE step text := TG_OP || ' ' || coalesce(to_jsonb(NEW) ->> 'step', to_jsonb(NEW) ->> 'phase');
        BEGIN
          PERFORM set_config('application_name', left('stop: ' || step, 63), true);
          PERFORM pg_advisory_xact_lock_shared(%d);
          RETURN NEW;
        END $$;
      CREATE TRIGGER stop BEFORE INSERT OR UPDATE ON fram.journal
        FOR EACH ROW EXECUTE FUNCTION fram.stop();
      CREATE TRIGGER stop BEFORE UPDATE ON fram.migration
        FOR EACH ROW WHEN (OLD.phase <> NEW.phase) EXECUTE FUNCTION fram.stop();
      """
          .formatted(KEY);
  private static final String WAITING =
      "SELECT l.pid, a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
          + " WHERE l.locktype = 'advisory' AND l.objid = "
          + KEY
          + " AND NOT l.granted AND l.mode = 'ShareLock'";

  private final Connection look;
  private Connection holds;
  private Connection next;

  PostgresStops(Login target) throws SQLException {
    look = target.open();
    holds = target.open();
    next = target.open();
    run(look, TRIGGERS);
    run(holds, "SELECT pg_advisory_lock(" + KEY + ")");
  }

  @Override
  public Optional<Stop> await(BooleanSupplier running) throws SQLException {
    while (true) {
      boolean more = running.getAsBoolean();
      try (Statement statement = look.createStatement();
          ResultSet row = statement.executeQuery(WAITING)) {
        if (row.next()) {
          return Optional.of(new Stop(row.getLong(1), row.getString(2).replace("stop: ", "")));
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
    run(holds, "SELECT pg_advisory_unlock(" + KEY + ")");
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
    run(look, "SELECT pg_terminate_backend(" + stop.session() + ", 10000)");
  }

  private void awaitQueued() throws SQLException {
    String queued = WAITING.replace("ShareLock", "ExclusiveLock");
    while (true) {
      try (Statement statement = look.createStatement();
          ResultSet row = statement.executeQuery(queued)) {
        if (row.next()) {
          return;
        }
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  private static void lock(Connection connection) {
    try {
      run(connection, "SELECT pg_advisory_lock(" + KEY + ")");
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
