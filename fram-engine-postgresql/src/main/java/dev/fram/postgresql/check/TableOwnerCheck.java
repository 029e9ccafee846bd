// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** Publishing a table and guarding it at the cutover takes its owner's rights. */
final class TableOwnerCheck implements Question {
  @Override
  public String code() {
    return "table-owner";
  }

  @Override
  public String about() {
    return "Publishing a table and guarding it at the cutover takes its owner's rights.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<String> foreign =
        InScope.tables(
            servers,
            "SELECT n.nspname, c.relname FROM pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'"
                + " AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN"
                + " ('information_schema', 'fram')"
                + " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid ="
                + " 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
                + " AND NOT pg_has_role(c.relowner, 'USAGE') ORDER BY 1, 2");
    return foreign.isEmpty()
        ? pass(source.name() + ": Fram's login has the owner's rights on every table.")
        : fail(
            source.name()
                + ": Fram's login is not a member of the owner of "
                + Servers.some(foreign)
                + ".",
            "GRANT the owning roles TO Fram's login.");
  }
}
