// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** Functions in C of the source need their library on the target; extensions bring theirs. */
final class LibrariesCheck implements Question {
  @Override
  public String code() {
    return "libraries";
  }

  @Override
  public String about() {
    return "Functions in C of the source need their library on the target; extensions bring theirs.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<String> used =
        servers
            .source()
            .texts(
                "SELECT DISTINCT p.probin FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang"
                    + " WHERE l.lanname = 'c' AND p.oid >= 16384 AND p.probin IS NOT NULL"
                    + " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid ="
                    + " 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') ORDER BY 1");
    return used.isEmpty()
        ? pass(servers.source().name() + ": no functions in C outside of extensions.")
        : warn(
            servers.source().name()
                + ": functions in C use these libraries: "
                + Servers.some(used)
                + ".",
            "Install the same libraries on the target.");
  }
}
