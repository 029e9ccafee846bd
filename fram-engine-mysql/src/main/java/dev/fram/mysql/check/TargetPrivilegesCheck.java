// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.engine.SchemaOption;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What Fram creates and writes on the target must be allowed to its login. */
final class TargetPrivilegesCheck implements Question {
  @Override
  public String code() {
    return "target-privileges";
  }

  @Override
  public String about() {
    return "What Fram creates and writes on the target must be allowed to its login.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server target = servers.target();
    List<String> missing = new ArrayList<>();
    List<String> databases = new ArrayList<>(servers.databases());
    databases.add("fram");
    for (String database : databases) {
      target
          .grants()
          .missing(database, CREATE)
          .forEach(
              privilege -> missing.add(privilege + " ON " + Quoting.identifier(database) + ".*"));
    }
    if (programs(servers)) {
      // Who may not act for others cannot keep a definer; without it the log refuses functions.
      if (!target.grants().global("SET_USER_ID")) {
        missing.add(definer(target) + " ON *.*");
      }
      if (target.isOn("log_bin")
          && !target.isOn("log_bin_trust_function_creators")
          && !target.grants().global("SUPER")) {
        missing.add("SUPER ON *.*");
      }
    }
    if (servers.asked(SchemaOption.WITH_USERS) && !target.grants().global("CREATE USER")) {
      missing.add("CREATE USER ON *.*");
    }
    return Missing.findings(
        this, target, missing, "everything it does there is allowed to Fram's login");
  }

  private static final List<String> CREATE =
      List.of(
          "SELECT",
          "INSERT",
          "UPDATE",
          "DELETE",
          "CREATE",
          "DROP",
          "ALTER",
          "INDEX",
          "REFERENCES",
          "LOCK TABLES",
          "CREATE VIEW",
          "SHOW VIEW",
          "CREATE ROUTINE",
          "ALTER ROUTINE",
          "TRIGGER",
          "EVENT");

  private static boolean programs(Servers servers) throws SQLException {
    return Sql.list(
            servers.source().connection(),
            "SELECT ROUTINE_SCHEMA FROM information_schema.ROUTINES UNION"
                + " SELECT TRIGGER_SCHEMA FROM information_schema.TRIGGERS UNION"
                + " SELECT EVENT_SCHEMA FROM information_schema.EVENTS UNION"
                + " SELECT TABLE_SCHEMA FROM information_schema.VIEWS",
            row -> row.getString(1))
        .stream()
        .anyMatch(servers.catalog()::coversDatabase);
  }

  private static String definer(Server target) throws SQLException {
    if (target.mariaDb()) {
      return "SET USER";
    }
    return target.version().atLeast(8, 2) ? "SET_ANY_DEFINER" : "SET_USER_ID";
  }
}
