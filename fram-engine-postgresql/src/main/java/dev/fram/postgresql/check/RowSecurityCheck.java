// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * Row-level security hides rows from a login that is neither superuser nor has BYPASSRLS: the copy
 * would miss them without an error.
 */
final class RowSecurityCheck implements Question {
  @Override
  public String code() {
    return "row-security";
  }

  @Override
  public String about() {
    return "Row-level security hides rows from a login that is neither superuser nor has BYPASSRLS: the copy would miss them without an error.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<String> filtered =
        InScope.tables(
            servers,
            "SELECT n.nspname, c.relname FROM pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE c.relrowsecurity AND row_security_active(c.oid)"
                + " AND n.nspname <> 'fram' ORDER BY 1, 2");
    return filtered.isEmpty()
        ? pass(source.name() + ": row-level security hides nothing from Fram's login.")
        : fail(
            source.name()
                + ": row-level security applies to Fram's login on "
                + Servers.some(filtered)
                + ".",
            "ALTER ROLE .. BYPASSRLS for Fram's login on the source.");
  }
}
