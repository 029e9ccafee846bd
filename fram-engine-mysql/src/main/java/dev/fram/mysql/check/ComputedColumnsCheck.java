// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.Column;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Generated columns are computed again by the target, invisible ones are copied like others. */
final class ComputedColumnsCheck implements Question {
  @Override
  public String code() {
    return "computed-columns";
  }

  @Override
  public String about() {
    return "Generated columns are computed again by the target, invisible ones are copied like others.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<String> generated = columns(servers, Column::computed);
    List<String> hidden = columns(servers, column -> column.is(Column.Trait.INVISIBLE));
    List<String> versioned =
        servers.tables().stream()
            .filter(table -> table.storage().type().equals("SYSTEM VERSIONED"))
            .map(table -> table.id().toString())
            .toList();
    List<Finding> findings = new ArrayList<>();
    if (!versioned.isEmpty()) {
      findings.addAll(
          fail(
              "The history of system-versioned tables cannot be copied: "
                  + Servers.some(versioned)
                  + ".",
              "--exclude them, or on the source ALTER TABLE .. DROP SYSTEM VERSIONING. No restart is"
                  + " needed."));
    }
    if (!generated.isEmpty()) {
      findings.addAll(
          info("Generated columns, computed by the target: " + Servers.some(generated) + "."));
    }
    if (!hidden.isEmpty()) {
      findings.addAll(
          info("Invisible columns, copied with the others: " + Servers.some(hidden) + "."));
    }
    return findings.isEmpty() ? pass("No column is generated or invisible.") : findings;
  }

  private static List<String> columns(Servers servers, Predicate<Column> wanted)
      throws SQLException {
    List<String> found = new ArrayList<>();
    for (CatalogTable table : servers.tables()) {
      table.columns().stream()
          .filter(wanted)
          .forEach(column -> found.add(table.id() + "." + column.name()));
    }
    return found;
  }
}
