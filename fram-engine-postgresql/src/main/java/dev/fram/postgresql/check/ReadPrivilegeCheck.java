// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** Fram's login must be able to read every table and sequence in scope. */
final class ReadPrivilegeCheck implements Question {
  @Override
  public String code() {
    return "read-privilege";
  }

  @Override
  public String about() {
    return "Fram's login must be able to read every table and sequence in scope.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<String> unreadable =
        InScope.tables(
            servers,
            "SELECT n.nspname, c.relname FROM pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't'"
                + " AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN"
                + " ('information_schema', 'fram')"
                + " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid ="
                + " 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
                + " AND NOT (has_schema_privilege(n.oid, 'USAGE')"
                + "  AND has_table_privilege(c.oid, 'SELECT')) ORDER BY 1, 2");
    return unreadable.isEmpty()
        ? pass(source.name() + ": every table and sequence can be read.")
        : fail(
            source.name() + ": not readable for Fram's login: " + Servers.some(unreadable) + ".",
            "GRANT pg_read_all_data TO Fram's login, or make it a member of the owners.");
  }
}
