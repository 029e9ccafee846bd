// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.engine.SchemaOption;
import dev.fram.mysql.connection.Sql;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Views, routines, triggers and events run as their definer, who must exist on the target. */
final class DefinersCheck implements Question {
  @Override
  public String code() {
    return "definers";
  }

  @Override
  public String about() {
    return "Views, routines, triggers and events run as their definer, who must exist on the target.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Set<String> definers = new TreeSet<>();
    for (String sql : SOURCES) {
      Sql.list(
              servers.source().connection(),
              sql,
              row -> Map.entry(row.getString(1), row.getString(2)))
          .stream()
          .filter(entry -> servers.catalog().coversDatabase(entry.getKey()))
          .forEach(entry -> definers.add(entry.getValue()));
    }
    Server target = servers.target();
    if (definers.isEmpty()) {
      return pass("Nothing in scope has a definer.");
    }
    String accounts = "SELECT CONCAT(User, '@', Host) FROM mysql.user";
    if (target.attempt(accounts).isPresent()) {
      return warn(
          target.name()
              + ": mysql.user cannot be read, so nobody knows whether these exist: "
              + Servers.some(definers)
              + ".",
          "GRANT SELECT ON mysql.user TO " + target.login() + ". No restart is needed.");
    }
    definers.removeAll(target.texts(accounts));
    if (definers.isEmpty()) {
      return pass(target.name() + ": every definer exists.");
    }
    return servers.asked(SchemaOption.WITH_USERS)
        ? info("Definers are copied with --users: " + Servers.some(definers) + ".")
        : fail(
            target.name() + ": definers are missing: " + Servers.some(definers) + ".",
            "CREATE USER '..'@'..' on the target, or copy accounts with --users. No restart is"
                + " needed.");
  }

  private static final List<String> SOURCES =
      List.of(
          "SELECT TABLE_SCHEMA, DEFINER FROM information_schema.VIEWS",
          "SELECT ROUTINE_SCHEMA, DEFINER FROM information_schema.ROUTINES",
          "SELECT TRIGGER_SCHEMA, DEFINER FROM information_schema.TRIGGERS",
          "SELECT EVENT_SCHEMA, DEFINER FROM information_schema.EVENTS");
}
