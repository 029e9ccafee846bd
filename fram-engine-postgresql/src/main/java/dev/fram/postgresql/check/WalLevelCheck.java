// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** The source's log must hold what logical decoding needs. */
final class WalLevelCheck implements Question {
  @Override
  public String code() {
    return "wal-level";
  }

  @Override
  public String about() {
    return "The source's log must hold what logical decoding needs.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    String level = servers.source().setting("wal_level").orElse("");
    return level.equals("logical")
        ? pass(servers.source().name() + ": wal_level is \"logical\".")
        : fail(
            servers.source().name() + ": wal_level is \"" + level + "\", \"logical\" is needed.",
            "Set wal_level=logical and restart the server.");
  }
}
