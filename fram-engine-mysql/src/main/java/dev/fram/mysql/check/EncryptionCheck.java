// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Whether the connections are encrypted. */
final class EncryptionCheck implements Question {
  @Override
  public String code() {
    return "encryption";
  }

  @Override
  public String about() {
    return "Whether the connections are encrypted.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<String> open = new ArrayList<>();
    for (Server server : servers.both()) {
      boolean plain =
          server
              .text(
                  "SELECT VARIABLE_VALUE FROM "
                      + status(server)
                      + " WHERE VARIABLE_NAME = 'Ssl_cipher'")
              .isEmpty();
      String host = server.connector().endpoint().host();
      // By way of a tunnel this is the last jump host's loopback: what leaves here is encrypted.
      boolean local = host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
      if (plain && !local) {
        open.add(server.name());
      }
    }
    return open.isEmpty()
        ? pass("Nothing leaves a machine without encryption.")
        : warn(
            "The connection is not encrypted: " + String.join("; ", open) + ".",
            "Add ssl-mode=VERIFY_IDENTITY&ssl-ca=FILE to the URI.");
  }

  static String status(Server server) throws SQLException {
    return server.mariaDb()
        ? "information_schema.SESSION_STATUS"
        : "performance_schema.session_status";
  }
}
