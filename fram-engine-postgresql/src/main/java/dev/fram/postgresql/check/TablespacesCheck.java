// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.engine.SchemaOption;
import java.sql.SQLException;
import java.util.List;

/** Tablespaces that tables and indexes use must exist on the target. */
final class TablespacesCheck implements Question {
  @Override
  public String code() {
    return "tablespaces";
  }

  @Override
  public String about() {
    return "Tablespaces that tables and indexes use must exist on the target.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    if (servers.options().contains(SchemaOption.NO_TABLESPACES)) {
      return pass("Tablespaces are left out by your choice.");
    }
    List<String> used =
        servers
            .source()
            .texts(
                "SELECT DISTINCT t.spcname FROM pg_class c JOIN pg_tablespace t"
                    + " ON t.oid = c.reltablespace WHERE c.oid >= 16384 ORDER BY 1");
    List<String> there = servers.target().texts("SELECT spcname FROM pg_tablespace");
    List<String> missing = used.stream().filter(name -> !there.contains(name)).toList();
    return missing.isEmpty()
        ? pass(servers.target().name() + ": every tablespace in use exists.")
        : fail(
            servers.target().name() + ": tablespaces are missing: " + Servers.some(missing) + ".",
            "Create them there, or leave them out with --no-tablespaces.");
  }
}
