// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Guard G1 (ALGORITHMS A2): a transaction may have written its commit before the slot's first point
 * and still be invisible to a snapshot taken after it. Then neither has it. So an id is drawn after
 * the slot, and nothing is copied before every older one has left the server's list.
 */
final class XidBarrier {
  private static final int POLLS_A_REPORT = 50;

  private static final String RUNNING =
      """
      SELECT who FROM (
        SELECT format('pid %s (user %s, application %s, %s, open for %s s)', pid,
            coalesce(usename, '?'), coalesce(nullif(application_name, ''), '?'),
            coalesce(state, '?'),
            extract(epoch FROM clock_timestamp() - xact_start)::bigint) AS who, xact_start AS since
        FROM pg_stat_activity
        WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
        UNION ALL
        SELECT format('prepared transaction %L (open for %s s)', gid,
            extract(epoch FROM clock_timestamp() - prepared)::bigint), prepared
        FROM pg_prepared_xacts) w
      ORDER BY since LIMIT 5
      """;

  private XidBarrier() {}

  /** Waits, on a session in auto-commit mode. */
  static void await(Connection connection, Consumer<String> progress) throws SQLException {
    // A transaction of its own: it must be over when the horizon is looked at.
    long drawn = Long.parseLong(Sql.text(connection, "SELECT pg_current_xact_id()::text"));
    for (int poll = 1; horizon(connection) <= drawn; poll++) {
      if (poll % POLLS_A_REPORT == 0) {
        report(connection, "waiting for the transactions that were open", progress);
      }
      Pause.briefly("source", "waiting for open transactions");
    }
  }

  /** Says who is being waited for. */
  static void report(Connection connection, String doing, Consumer<String> progress)
      throws SQLException {
    List<String> running = Sql.list(connection, RUNNING, row -> row.getString(1));
    progress.accept(
        doing + "; " + (running.isEmpty() ? "nobody in sight" : String.join("; ", running)));
  }

  private static long horizon(Connection connection) throws SQLException {
    return Long.parseLong(
        Sql.text(connection, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"));
  }
}
