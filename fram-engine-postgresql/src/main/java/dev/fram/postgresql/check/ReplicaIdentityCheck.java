// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.catalog.IdentityWay;
import dev.fram.postgresql.catalog.ReplicaIdentity;
import dev.fram.postgresql.connection.Quoting;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
    Catalog catalog = new Catalog(servers.scope());
    Map<TableId, ReplicaIdentity> identities = catalog.identities(source.connection());
    List<Finding> findings = new ArrayList<>();
    List<TableId> whole = new ArrayList<>();
    List<String> byIndex = new ArrayList<>();
    int followed = 0;
    for (CatalogTable table : catalog.tables(source.connection())) {
      ReplicaIdentity identity = identities.get(table.id());
      Table.Transfer transfer = table.toTable(servers.tables()).transfer();
      if (identity == null || transfer != Table.Transfer.COPY_AND_FOLLOW) {
        continue;
      }
      followed++;
      if (identity.kind() == ReplicaIdentity.Kind.FULL) {
        whole.add(table.id());
      }
      switch (identity.way(servers.tables().allowsIdentityFull(table.id()))) {
        case IdentityWay.AsItIs asItIs -> {}
        case IdentityWay.Index index -> byIndex.add(table.id() + " (" + index.name() + ")");
        case IdentityWay.Full full -> findings.add(full(source, table));
        case IdentityWay.None none -> findings.add(none(source, table));
      }
    }
    if (!byIndex.isEmpty()) {
      findings.add(0, byIndex(source, byIndex));
    }
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
        ? pass(source.name() + ": all " + followed + " tables have a key to follow them by.")
        : findings;
  }

  private Finding byIndex(Server source, List<String> tables) {
    return Finding.info(
        code(),
        source.name()
            + ": without a usable replica identity, but with a unique index: Fram sets REPLICA"
            + " IDENTITY USING INDEX, which costs nothing, and puts it back in the end: "
            + Servers.some(tables)
            + ".");
  }

  private Finding full(Server source, CatalogTable table) {
    return Finding.warn(
        code(),
        source.name()
            + ": "
            + table.id()
            + " has no key. You have agreed to REPLICA IDENTITY FULL: until the migration ends each"
            + " UPDATE and DELETE logs the whole old row, and the target reads the table ("
            + Servers.bytes(table.bytes())
            + ") to find it.",
        "Nothing, if few of its rows are updated or deleted; otherwise add a primary key, or"
            + " --copy-at-cutover="
            + pattern(table)
            + ".");
  }

  private Finding none(Server source, CatalogTable table) {
    return Finding.fail(
        code(),
        source.name() + ": " + table.id() + " has no usable replica identity.",
        "Add a primary key; or --replica-identity-full="
            + pattern(table)
            + " (Fram sets ALTER TABLE "
            + Quoting.table(table.id())
            + " REPLICA IDENTITY FULL and puts it back in the end: each UPDATE and DELETE then logs"
            + " the whole old row); or --copy-at-cutover="
            + pattern(table)
            + " (it is copied while writes are blocked: "
            + UnloggedTablesCheck.cost(table.bytes())
            + "); or --exclude the table.");
  }

  /** As a shell reads it. */
  private static String pattern(CatalogTable table) {
    String name = table.id().toString();
    return name.matches("[A-Za-z0-9_.]+") ? name : "'" + name.replace("'", "'\\''") + "'";
  }
}
