// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/** Both servers must treat the case of names alike, or names change or collide. */
final class LowerCaseTableNamesCheck implements Question {
  @Override
  public String code() {
    return "lower-case-table-names";
  }

  @Override
  public String about() {
    return "Both servers must treat the case of names alike, or names change or collide.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    long source = servers.source().numberSetting("lower_case_table_names");
    long target = servers.target().numberSetting("lower_case_table_names");
    String seen =
        "lower_case_table_names is "
            + source
            + " on "
            + servers.source().name()
            + " and "
            + target
            + " on "
            + servers.target().name()
            + ".";
    if (source == target) {
      return pass(seen);
    }
    List<String> mixed =
        servers.tables().stream()
            .map(table -> table.id().toString())
            .filter(name -> !name.equals(name.toLowerCase(Locale.ROOT)))
            .toList();
    String remedy =
        "Initialise the target's data folder anew with lower_case_table_names="
            + source
            + " in my.cnf, [mysqld]; it cannot be changed later.";
    return mixed.isEmpty()
        ? warn(seen + " No name in scope has an upper-case letter now.", remedy)
        : fail(seen + " Names with upper-case letters: " + Servers.some(mixed) + ".", remedy);
  }
}
