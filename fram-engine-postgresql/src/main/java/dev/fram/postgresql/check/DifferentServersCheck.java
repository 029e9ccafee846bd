// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** Source and target must not be the same database. */
final class DifferentServersCheck implements Question {
  @Override
  public String code() {
    return "different-servers";
  }

  @Override
  public String about() {
    return "Source and target must not be the same database.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    String identity =
        "SELECT system_identifier || ' ' || pg_postmaster_start_time() || ' ' || current_database()"
            + " FROM pg_control_system()";
    if (servers.source().text(identity).equals(servers.target().text(identity))) {
      return fail(
          "Source and target are one and the same database: " + servers.target().name() + ".",
          "Name another server or another database as the target.");
    }
    return pass("Source and target are different databases.");
  }
}
