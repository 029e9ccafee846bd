// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.gate;

import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Who holds locks that keep the gate from closing (manual, table 13.2), for people to read. */
final class LockHolders {
  private static final String HOLDERS =
      """
      SELECT DISTINCT ON (age, who) format('%s holds %s on %s, its transaction is open for %s s',
          who, mode, relation::regclass, age)
      FROM (
        SELECT l.relation, l.mode, l.pid IS NOT NULL AND a.usesysid IS NULL AS background,
          coalesce(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)), 0)
            ::bigint AS age,
          CASE WHEN l.pid IS NULL THEN format('prepared transaction %L', p.gid)
            ELSE format('pid %s (user %s, application %s, %s)', l.pid, coalesce(a.usename, '?'),
              coalesce(nullif(a.application_name, ''), '?'), coalesce(a.state, '?')) END AS who
        FROM pg_locks l
          LEFT JOIN pg_stat_activity a ON a.pid = l.pid
          LEFT JOIN pg_prepared_xacts p ON l.virtualtransaction = '-1/' || p.transaction
        WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND l.relation = ANY (?::oid[])
          AND l.mode IN ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock',
            'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')) held
      WHERE age >= ? AND (NOT background OR ? = 0)
      ORDER BY age DESC, who LIMIT 10
      """;

  private LockHolders() {}

  /**
   * Those whose transaction is at least this old, the oldest first; ten at most. An autovacuum (a
   * session of no user) is named only when asked for all: it gives way as soon as somebody waits.
   */
  static List<String> of(Connection connection, List<CatalogTable> tables, Duration atLeast)
      throws SQLException {
    // With the tables of large objects: their oids never change (pg_largeobject.h).
    Long[] oids =
        Stream.concat(tables.stream().map(CatalogTable::oid), Stream.of(2613L, 2995L))
            .toArray(Long[]::new);
    return Sql.list(
        connection,
        HOLDERS,
        row -> row.getString(1),
        connection.createArrayOf("int8", oids),
        atLeast.toSeconds(),
        atLeast.toSeconds());
  }
}
