// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
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
    if (!grants.global("SYSTEM_VARIABLES_ADMIN")) {
      missing.add((source.mariaDb() ? "READ_ONLY ADMIN" : "SYSTEM_VARIABLES_ADMIN") + " ON *.*");
    }
    if (!grants.global("CONNECTION_ADMIN")) {
      missing.add((source.mariaDb() ? "CONNECTION ADMIN" : "CONNECTION_ADMIN") + " ON *.*");
    }
    if (!grants.global("CREATE USER")) {
      missing.add("CREATE USER ON *.*");
    }
    return missing.isEmpty()
        ? pass(source.name() + ": it can be made read-only, accounts locked and connections ended.")
        : warn(
            source.name()
                + ": without "
                + String.join(", ", missing)
                + " Fram can only hold locks while it cuts over; the application must be stopped by"
                + " hand for good.",
            Missing.grants(source, missing));
  }
}
