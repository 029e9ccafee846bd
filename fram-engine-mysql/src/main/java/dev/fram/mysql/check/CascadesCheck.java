// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Bonds;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.ForeignKey;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Rows that a foreign key changes by itself (CASCADE, SET NULL) are not in the log. */
final class CascadesCheck implements Question {
  @Override
  public String code() {
    return "cascading-foreign-keys";
  }

  @Override
  public String about() {
    return "Rows that a foreign key changes by itself (CASCADE, SET NULL) are not in the log.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Set<TableId> inScope =
        servers.tables().stream().map(CatalogTable::id).collect(Collectors.toSet());
    List<String> torn = new ArrayList<>();
    for (CatalogTable table : servers.tables()) {
      for (ForeignKey key : table.foreignKeys()) {
        if (key.cascades() && !inScope.contains(key.referenced())) {
          torn.add(table.id() + " -> " + key.referenced());
        }
      }
    }
    if (!torn.isEmpty()) {
      return fail(
          "Tables in scope are changed by cascades from tables that are not: "
              + Servers.some(torn)
              + ".",
          "Include the tables they refer to, or exclude both.");
    }
    Set<TableId> bonded = Bonds.of(servers.tables()).keySet();
    if (bonded.isEmpty()) {
      return pass("No foreign key in scope cascades.");
    }
    boolean logged = Bonds.logged(servers.source().connection());
    if (!logged && Bonds.logged(servers.target().connection())) {
      return fail(
          servers.target().name()
              + ": foreign keys are executed by the SQL layer there, which leaves rows behind where"
              + " one deletion cascades over two levels (seen on 9.7.4); the source does not log what"
              + " its cascades delete, so the target must do it: "
              + Servers.some(bonded)
              + ".",
          "On the target, my.cnf, [mysqld]: innodb_native_foreign_keys=ON. A restart is needed. It"
              + " may go again after the cutover, but is better kept.");
    }
    return logged
        ? pass("Foreign keys cascade, and this source logs what they change.")
        : warn(
            "Tables that hang together by foreign keys with CASCADE or SET NULL are copied together"
                + " under a lock of milliseconds, and changes are applied in one lane: "
                + Servers.some(bonded)
                + ".",
            "Nothing has to be done; a key without CASCADE would make it faster.");
  }
}
