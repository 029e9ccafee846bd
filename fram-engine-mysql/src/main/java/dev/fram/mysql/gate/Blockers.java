// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Who keeps the gate from closing, for people to read. */
final class Blockers {
  private static final String WRITERS =
      """
      SELECT CONCAT('session ', p.ID, ' (user ', p.USER, ', from ', p.HOST, ', ', p.COMMAND,
        ') has a transaction that is open for ', TIMESTAMPDIFF(SECOND, t.trx_started, NOW()),
        ' s and has changed ', t.trx_rows_modified, ' rows')
      FROM information_schema.INNODB_TRX t
        JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id
      WHERE p.ID <> CONNECTION_ID() AND (t.trx_rows_modified > 0 OR t.trx_rows_locked > 0)
        AND TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) >= ?
      ORDER BY t.trx_started LIMIT 10
      """;

  private Blockers() {}

  /** Prepared XA transactions, and writers whose transaction is at least this old. */
  static List<String> of(Connection connection, Duration atLeast) throws SQLException {
    List<String> found = new ArrayList<>(prepared(connection));
    // The server's clock, whatever the session's time zone: trx_started has the server's.
    Sql.run(connection, "SET SESSION time_zone = @@global.time_zone");
    try {
      found.addAll(Sql.list(connection, WRITERS, row -> row.getString(1), atLeast.toSeconds()));
    } finally {
      Sql.run(connection, "SET SESSION time_zone = '+00:00'");
    }
    return found;
  }

  /**
   * Prepared XA transactions: each may be committed at any time, even on a server that refuses
   * every other write (seen on 8.0.33 under super_read_only).
   */
  static List<String> prepared(Connection connection) throws SQLException {
    return Sql.list(
        connection,
        "XA RECOVER",
        row ->
            "a prepared XA transaction (format "
                + row.getLong(1)
                + ", a name of "
                + row.getLong(2)
                + " bytes): XA RECOVER CONVERT XID lists it, XA COMMIT or XA ROLLBACK ends it");
  }
}
