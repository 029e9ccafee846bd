// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

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
          server.is(
              "SELECT NOT COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()),"
                  + " false) AND inet_client_addr() IS NOT NULL"
                  + " AND NOT inet_client_addr() << '127.0.0.0/8' AND inet_client_addr() <> '::1'");
      if (plain) {
        open.add(server.name());
      }
    }
    return open.isEmpty()
        ? pass("Nothing leaves a machine without encryption.")
        : warn(
            "The connection is not encrypted: " + String.join("; ", open) + ".",
            "Add sslmode=verify-full to the URI.");
  }
}
