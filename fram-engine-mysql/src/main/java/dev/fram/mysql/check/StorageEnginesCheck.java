// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.catalog.CatalogTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Only InnoDB tables can be followed; others are copied whole while writes are blocked. */
final class StorageEnginesCheck implements Question {
  @Override
  public String code() {
    return "storage-engines";
  }

  @Override
  public String about() {
    return "Only InnoDB tables can be followed; others are copied whole while writes are blocked.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<String> late = new ArrayList<>();
    List<String> bare = new ArrayList<>();
    Set<String> engines = new TreeSet<>();
    for (CatalogTable table : servers.tables()) {
      String text = table.id() + " (" + table.storage().engine() + ")";
      switch (table.toTable(Optional.empty()).transfer()) {
        case COPY_AND_FOLLOW -> {}
        case COPY_AT_CUTOVER -> late.add(text);
        case DEFINITION_ONLY -> bare.add(text);
      }
      engines.add(table.storage().engine().toLowerCase(Locale.ROOT));
    }
    engines.remove("");
    List<String> there =
        servers
            .target()
            .texts(
                "SELECT LOWER(ENGINE) FROM information_schema.ENGINES WHERE SUPPORT IN ('YES', 'DEFAULT')");
    engines.removeAll(there);
    List<Finding> findings = new ArrayList<>();
    if (!engines.isEmpty()) {
      findings.addAll(
          fail(
              servers.target().name()
                  + ": storage engines are missing: "
                  + Servers.some(engines)
                  + ".",
              "INSTALL the engine on the target, or on the source ALTER TABLE .. ENGINE=InnoDB, or"
                  + " --exclude these tables. No restart is needed."));
    }
    if (!late.isEmpty()) {
      findings.addAll(
          warn(
              "Tables that are not InnoDB are copied while writes are blocked: "
                  + Servers.some(late)
                  + ".",
              "On the source: ALTER TABLE .. ENGINE=InnoDB, where the pause would be too long. No"
                  + " restart is needed."));
    }
    if (!bare.isEmpty()) {
      findings.addAll(info("Only the definition of these is copied: " + Servers.some(bare) + "."));
    }
    return findings.isEmpty() ? pass("Every table is InnoDB.") : findings;
  }
}
