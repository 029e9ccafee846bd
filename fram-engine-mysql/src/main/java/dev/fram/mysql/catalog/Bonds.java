// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.ServerVersion;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which tables hang together by foreign keys of which at least one writes (CASCADE, SET NULL): the
 * server does not log what it writes there, so that all of them need one snapshot and one order.
 */
public final class Bonds {
  private final Map<TableId, TableId> leaders = new TreeMap<>();

  private Bonds() {}

  /**
   * Whether a server logs the rows that its foreign keys change, so that no table is bonded: since
   * 9.6 the SQL layer executes cascades, unless InnoDB is told to do it.
   */
  public static boolean logged(Connection connection) throws SQLException {
    ServerVersion version = Connector.version(connection);
    return !version.isMariaDb()
        && version.atLeast(9, 6)
        && Sql.variable(connection, "innodb_native_foreign_keys").filter("ON"::equals).isEmpty();
  }

  /** Each bonded table with its bond: the name of the first table of its component. */
  public static Map<TableId, String> of(Collection<CatalogTable> tables) {
    Bonds bonds = new Bonds();
    tables.forEach(table -> bonds.leaders.put(table.id(), table.id()));
    Collection<ForeignKey> keys = new ArrayList<>();
    for (CatalogTable table : tables) {
      for (ForeignKey key : table.foreignKeys()) {
        if (bonds.leaders.containsKey(key.referenced())) {
          keys.add(key);
          bonds.join(key.table(), key.referenced());
        }
      }
    }
    Map<TableId, String> found = new TreeMap<>();
    for (ForeignKey key : keys) {
      if (key.cascades()) {
        TableId leader = bonds.leader(key.table());
        tables.stream()
            .map(CatalogTable::id)
            .filter(id -> bonds.leader(id).equals(leader))
            .forEach(id -> found.put(id, leader.toString()));
      }
    }
    return found;
  }

  private void join(TableId one, TableId other) {
    TableId a = leader(one);
    TableId b = leader(other);
    leaders.put(a.compareTo(b) < 0 ? b : a, a.compareTo(b) < 0 ? a : b);
  }

  private TableId leader(TableId table) {
    TableId at = table;
    while (!at.equals(leaders.getOrDefault(at, at))) {
      at = leaders.getOrDefault(at, at);
    }
    return at;
  }
}
