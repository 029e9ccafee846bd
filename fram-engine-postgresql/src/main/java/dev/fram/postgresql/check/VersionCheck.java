// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * Both servers must be PostgreSQL 13 or newer, and the target at least as new as the source:
 * pg_dump's output is not made for older servers.
 */
final class VersionCheck implements Question {
  private static final int OLDEST = 13;

  @Override
  public String code() {
    return "version";
  }

  @Override
  public String about() {
    return "Both servers must be PostgreSQL 13 or newer, and the target at least as new as the source: pg_dump's output is not made for older servers.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    Server target = servers.target();
    for (Server server : servers.both()) {
      if (server.major() < OLDEST) {
        return fail(
            server.name() + ": version " + server.major() + "; " + OLDEST + " or newer is needed.",
            "Upgrade the server, or move the data with pg_dump.");
      }
    }
    if (target.major() < source.major()) {
      return fail(
          target.name()
              + ": version "
              + target.major()
              + " is older than the source's "
              + source.major()
              + ".",
          "Choose a target of version " + source.major() + " or newer.");
    }
    return pass(
        source.name()
            + ": version "
            + source.text("SHOW server_version")
            + "; "
            + target.name()
            + ": version "
            + target.text("SHOW server_version")
            + ".");
  }
}
