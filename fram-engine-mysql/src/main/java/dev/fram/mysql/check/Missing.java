// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How privileges that a login lacks are said. Stateless. */
final class Missing {
  private Missing() {}

  /** One finding for all of them. */
  static List<Finding> findings(
      Question question, Server server, List<String> missing, String otherwise)
      throws SQLException {
    if (missing.isEmpty()) {
      return question.pass(server.name() + ": " + otherwise + ".");
    }
    return question.fail(
        server.name() + ": the login " + server.login() + " lacks " + Servers.some(missing) + ".",
        grants(server, missing));
  }

  /** The statements that grant them: {@code PRIVILEGE ON what}, one for each level. */
  static String grants(Server server, List<String> missing) throws SQLException {
    Map<String, String> byLevel = new LinkedHashMap<>();
    for (String each : missing) {
      int on = each.lastIndexOf(" ON ");
      byLevel.merge(each.substring(on + 4), each.substring(0, on), (a, b) -> a + ", " + b);
    }
    StringBuilder text = new StringBuilder();
    String login = server.login();
    byLevel.forEach((level, privileges) ->
        text.append("GRANT ")
            .append(privileges)
            .append(" ON ")
            .append(level)
            .append(" TO ")
            .append(login)
            .append("; "));
    List<String> idle = server.grants().idleRoles();
    if (!idle.isEmpty()) {
      text.append("or make its roles active at the login: ")
          .append(server.mariaDb() ? "SET DEFAULT ROLE " + idle.getFirst() : "SET DEFAULT ROLE ALL")
          .append(server.mariaDb() ? " FOR " : " TO ")
          .append(login)
          .append("; ");
    }
    return text.append("no restart is needed.").toString();
  }
}
