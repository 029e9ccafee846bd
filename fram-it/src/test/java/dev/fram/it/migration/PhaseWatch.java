// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.awaitility.Awaitility.await;

import dev.fram.api.status.PhaseName;
import dev.fram.testkit.fault.JavaChild;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Follows a migration's phase on its target and finds moments to kill somebody. It keeps its
 * session, because a cutover is over in less than a second; owned by the test's thread.
 */
final class PhaseWatch implements AutoCloseable {
  private static final String BEFORE = "BEFORE";
  private static final Duration LIMIT = Duration.ofSeconds(600);

  private final Login target;
  private final Random random;
  private @Nullable Connection session;

  PhaseWatch(Login target, Random random) {
    this.target = target;
    this.random = random;
  }

  /** The phase that is recorded, or BEFORE. */
  String phase() throws SQLException {
    try {
      return read();
    } catch (SQLException broken) {
      // The server was killed, or the database is another one by now.
      close();
      return read();
    }
  }

  /**
   * Waits for a random moment: some are counted from the start, some from the beginning of a phase,
   * or the short ones would never be hit.
   *
   * @param wanted the phase; empty for any time at all
   * @return whether it is still running
   */
  boolean reachesMoment(JavaChild fram, String wanted) {
    awaitPhase(fram, wanted);
    return lives(fram, 50 + random.nextInt(wanted.isEmpty() ? 9_000 : 700));
  }

  /**
   * Waits for a moment within a phase, however short that is.
   *
   * @return whether it is still in that phase
   */
  boolean catches(JavaChild fram, String wanted) throws SQLException {
    awaitPhase(fram, wanted);
    return lives(fram, 5 + random.nextInt(60)) && phase().equals(wanted);
  }

  private void awaitPhase(JavaChild fram, String wanted) {
    if (!wanted.isEmpty()) {
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(5))
          .atMost(LIMIT)
          .until(() -> !fram.alive() || reached(wanted));
    }
  }

  private static boolean lives(JavaChild fram, int millis) {
    try {
      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofMillis(millis + 10L))
          .until(() -> !fram.alive());
      return false;
    } catch (ConditionTimeoutException stillRunning) {
      return true;
    }
  }

  /** Whether the journal knows that a step was done whose name is like that. */
  boolean done(String step) throws SQLException {
    phase();
    Connection current = Objects.requireNonNull(session);
    try (PreparedStatement sql =
        current.prepareStatement(
            "SELECT COUNT(*) FROM fram.journal WHERE step LIKE ? AND LOWER(outcome) = 'done'")) {
      sql.setString(1, step);
      try (ResultSet row = sql.executeQuery()) {
        row.next();
        return row.getLong(1) > 0;
      }
    }
  }

  /** Whether it is in that phase or beyond. */
  boolean reached(String wanted) throws SQLException {
    String phase = phase();
    return !BEFORE.equals(phase)
        && PhaseName.valueOf(phase).compareTo(PhaseName.valueOf(wanted)) >= 0;
  }

  private String read() throws SQLException {
    Connection current = session;
    if (current == null) {
      current = target.open();
      session = current;
    }
    try (Statement sql = current.createStatement()) {
      if (number(
              sql,
              "SELECT COUNT(*) FROM information_schema.tables"
                  + " WHERE table_schema = 'fram' AND table_name = 'migration'")
          == 0) {
        return BEFORE;
      }
      try (ResultSet row = sql.executeQuery("SELECT phase FROM fram.migration")) {
        return row.next() ? row.getString(1) : BEFORE;
      }
    }
  }

  private static long number(Statement sql, String query) throws SQLException {
    try (ResultSet row = sql.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public void close() {
    Connection current = session;
    session = null;
    if (current != null) {
      try {
        current.close();
      } catch (SQLException gone) {
        // With its server.
      }
    }
  }
}
