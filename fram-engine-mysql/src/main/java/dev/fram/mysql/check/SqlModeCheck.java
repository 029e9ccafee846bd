// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** With another sql_mode the application may see other results or errors on the target. */
final class SqlModeCheck implements Question {
  @Override
  public String code() {
    return "sql-mode";
  }

  @Override
  public String about() {
    return "With another sql_mode the application may see other results or errors on the target.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Set<String> source = modes(servers.source());
    Set<String> target = modes(servers.target());
    if (source.equals(target)) {
      return pass("sql_mode is the same on both servers.");
    }
    Set<String> only = new TreeSet<>(source);
    only.removeAll(target);
    Set<String> more = new TreeSet<>(target);
    more.removeAll(source);
    String wanted = servers.source().setting("sql_mode").orElse("");
    return warn(
        "sql_mode differs: only on the source " + only + ", only on the target " + more + ".",
        "On the target, my.cnf, [mysqld]: sql_mode="
            + wanted
            + ". At once: SET GLOBAL sql_mode = '"
            + wanted
            + "'. No restart is needed.");
  }

  private static Set<String> modes(Server server) throws SQLException {
    Set<String> modes =
        new TreeSet<>(Arrays.asList(server.setting("sql_mode").orElse("").split(",", -1)));
    modes.remove("");
    return modes;
  }
}
