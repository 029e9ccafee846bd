// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.engine.Burden;
import dev.fram.mysql.connection.OwnSessions;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What our snapshots keep on the source. The binary log is no burden of ours: the server keeps it
 * as long as it is told to, whether we have read it or not. Stateless; on the caller's connection.
 */
final class Burdens {
  /** Reads and purging become slow from about a million on; ten is what few servers ever have. */
  private static final long MOST_UNDO = 10_000_000;

  private static final String HISTORY =
      """
      SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'trx_rseg_history_len'
      """;

  private static final String SNAPSHOTS =
      "SELECT COUNT(*) FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p"
          + " ON p.ID = t.trx_mysql_thread_id WHERE p.ID <> CONNECTION_ID() AND "
          + OwnSessions.OURS;

  private Burdens() {}

  /** Without a snapshot of ours what is kept is somebody else's. */
  static List<Burden> of(Connection connection) throws SQLException {
    Optional<Long> history = Sql.first(connection, HISTORY, row -> row.getLong(1));
    if (history.isEmpty()) {
      return List.of();
    }
    long ours = Sql.number(connection, SNAPSHOTS) > 0 ? history.get() : 0;
    return List.of(new Burden(Burden.Kind.UNDO, ours, OptionalLong.of(MOST_UNDO), "our snapshot"));
  }
}
