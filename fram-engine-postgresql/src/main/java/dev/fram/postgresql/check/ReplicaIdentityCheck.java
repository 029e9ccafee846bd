// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.catalog.ReplicaIdentity;
import dev.fram.postgresql.connection.Quoting;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Every followed table needs a key by which the log names its rows; published without one, the
 * application's own UPDATE and DELETE would fail, so Fram never does that.
 */
final class ReplicaIdentityCheck implements Question {
  @Override
  public String code() {
    return "replica-identity";
  }

  @Override
  public String about() {
    return "Every followed table needs a key by which the log names its rows; published without one, the application's own UPDATE and DELETE would fail, so Fram never does that.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<Finding> findings = new ArrayList<>();
    Map<TableId, ReplicaIdentity> identities =
        new TreeMap<>(new Catalog(servers.scope()).identities(source.connection()));
    for (CatalogTable table : new Catalog(servers.scope()).tables(source.connection())) {
      if (table.persistence() == 'u') {
        identities.remove(table.id());
      }
    }
    List<TableId> whole = new ArrayList<>();
    identities.forEach((table, identity) -> {
      if (!identity.usable()) {
        findings.add(
            Finding.fail(
                code(),
                source.name() + ": " + table + " has no usable replica identity.",
                remedy(table, identity)));
      } else if (identity.kind() == ReplicaIdentity.Kind.FULL) {
        whole.add(table);
      }
    });
    if (!whole.isEmpty()) {
      findings.add(
          Finding.info(
              code(),
              source.name()
                  + ": followed by whole rows (REPLICA IDENTITY FULL), slower: "
                  + Servers.some(whole)
                  + "."));
    }
    return findings.isEmpty()
        ? pass(
            source.name() + ": all " + identities.size() + " tables have a key to follow them by.")
        : findings;
  }

  private static String remedy(TableId table, ReplicaIdentity identity) {
    String alter = "ALTER TABLE " + Quoting.table(table) + " REPLICA IDENTITY ";
    return identity.candidates().isEmpty()
        ? "Add a primary key, or "
            + alter
            + "FULL (each UPDATE and DELETE then logs the whole old row), or --exclude the table."
        : alter + "USING INDEX " + Quoting.identifier(identity.candidates().get(0)) + ";";
  }
}
