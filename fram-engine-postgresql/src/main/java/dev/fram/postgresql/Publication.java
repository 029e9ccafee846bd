// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.ReplicationFeed;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The publication, always a list of tables: with ALL TABLES the application's own UPDATE would fail
 * on each table that has no key. Partitions are published by themselves, not through their root.
 */
final class Publication {
  private final String name;

  Publication(MigrationId id) {
    this.name = ReplicationFeed.publicationName(id);
  }

  /**
   * Makes the publication hold these tables. Tables that are in it and not in the list stay: the
   * feed may have changes of them that were not applied.
   *
   * @return whether anything was changed: snapshots then have to wait behind a new barrier
   */
  boolean publish(Connection connection, List<TableId> tables) throws SQLException {
    if (!exists(connection)) {
      String list = tables.isEmpty() ? "" : " FOR TABLE " + only(tables);
      Sql.run(
          connection,
          "CREATE PUBLICATION "
              + Quoting.identifier(name)
              + list
              + " WITH (publish = 'insert, update, delete, truncate',"
              + " publish_via_partition_root = false)");
      return true;
    }
    Set<TableId> present =
        new HashSet<>(
            Sql.list(
                connection,
                "SELECT n.nspname, c.relname FROM pg_publication p"
                    + " JOIN pg_publication_rel r ON r.prpubid = p.oid"
                    + " JOIN pg_class c ON c.oid = r.prrelid"
                    + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE p.pubname = ?",
                row -> new TableId(row.getString(1), row.getString(2)),
                name));
    List<TableId> missing = tables.stream().filter(table -> !present.contains(table)).toList();
    if (missing.isEmpty()) {
      return false;
    }
    Sql.run(
        connection,
        "ALTER PUBLICATION " + Quoting.identifier(name) + " ADD TABLE " + only(missing));
    return true;
  }

  void drop(Connection connection) throws SQLException {
    Sql.run(connection, "DROP PUBLICATION IF EXISTS " + Quoting.identifier(name));
  }

  private boolean exists(Connection connection) throws SQLException {
    return Sql.number(connection, "SELECT count(*) FROM pg_publication WHERE pubname = ?", name)
        > 0;
  }

  private static String only(List<TableId> tables) {
    return tables.stream()
        .map(table -> "ONLY " + Quoting.table(table))
        .collect(Collectors.joining(", "));
  }
}
