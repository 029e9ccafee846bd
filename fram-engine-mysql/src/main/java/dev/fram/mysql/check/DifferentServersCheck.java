// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** Source and target must not be the same server. */
final class DifferentServersCheck implements Question {
  @Override
  public String code() {
    return "different-servers";
  }

  @Override
  public String about() {
    return "Source and target must not be the same server.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    return identity(servers.source()).equals(identity(servers.target()))
        ? fail(
            "Source and target are one and the same server: " + servers.target().name() + ".",
            "Name another server as the target.")
        : pass("Source and target are different servers.");
  }

  private static String identity(Server server) throws SQLException {
    return server.mariaDb()
        ? server.text(
            "SELECT CONCAT_WS(' ', @@server_uid, @@server_id, @@hostname, @@port, @@datadir)")
        : server.text("SELECT @@server_uuid");
  }
}
