// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.connection.Grants;
import dev.fram.mysql.gate.ClientSessions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** How firmly the source can be closed at the cutover depends on what Fram may do there. */
final class FreezePrivilegesCheck implements Question {
  @Override
  public String code() {
    return "freeze-privileges";
  }

  @Override
  public String about() {
    return "How firmly the source can be closed at the cutover depends on what Fram may do there.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    Grants grants = source.grants();
    List<String> missing = new ArrayList<>();
    boolean readOnly = grants.global("SYSTEM_VARIABLES_ADMIN");
    if (!readOnly) {
      missing.add((source.mariaDb() ? "READ_ONLY ADMIN" : "SYSTEM_VARIABLES_ADMIN") + " ON *.*");
    }
    boolean ends = grants.global("CONNECTION_ADMIN");
    if (!ends) {
      missing.add((source.mariaDb() ? "CONNECTION ADMIN" : "CONNECTION_ADMIN") + " ON *.*");
    }
    boolean locks = grants.global("CREATE USER");
    if (!locks) {
      missing.add("CREATE USER ON *.*");
    }
    if (missing.isEmpty()) {
      return pass(
          source.name() + ": it can be made read-only, accounts locked and connections ended.");
    }
    // super_read_only binds everybody; without it, accounts are locked and sessions ended.
    boolean closes = readOnly && !source.mariaDb();
    List<String> beyond = closes ? List.of() : ProtectedAccounts.of(source, servers.spared());
    ends |= ClientSessions.procedure(source.connection()).isPresent();
    if (closes || (locks && ends && beyond.isEmpty())) {
      return warn(
          source.name()
              + ": without "
              + String.join(", ", missing)
              + (closes
                  ? " only super_read_only keeps applications out after the cutover."
                  : " only locked accounts keep applications out after the cutover."),
          Missing.grants(source, missing));
    }
    if (locks && !beyond.isEmpty()) {
      return List.of(
          Finding.fail(
              code(),
              source.name()
                  + ": it could not be closed at the cutover: the server cannot be made read-only, and only"
                  + " SYSTEM_USER may lock "
                  + Servers.some(beyond)
                  + ".",
              Missing.grants(source, List.of("SYSTEM_VARIABLES_ADMIN ON *.*"))
                  + " Or, for an account of the provider's that no application uses:"
                  + " --provider-account '"
                  + beyond.getFirst()
                  + "'."));
    }
    return List.of(
        Finding.fail(
            code(),
            source.name()
                + ": it could not be closed at the cutover without "
                + String.join(", ", missing)
                + ".",
            Missing.grants(source, missing)));
  }
}
