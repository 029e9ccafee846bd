// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.connection.ServerVersion;
import java.sql.SQLException;
import java.util.List;

/** Both servers must be of one product: MySQL and MariaDB differ in log, catalog and types. */
final class FlavorCheck implements Question {
  @Override
  public String code() {
    return "same-product";
  }

  @Override
  public String about() {
    return "Both servers must be of one product: MySQL and MariaDB differ in log, catalog and types.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    ServerVersion source = servers.source().version();
    ServerVersion target = servers.target().version();
    return source.flavor() == target.flavor()
        ? pass("Both servers are " + source.flavor().product() + ".")
        : fail(
            servers.source().name()
                + " is "
                + source
                + ", "
                + servers.target().name()
                + " is "
                + target
                + ": their binary logs, catalogs and types differ.",
            "Name a target of the source's product.");
  }
}
