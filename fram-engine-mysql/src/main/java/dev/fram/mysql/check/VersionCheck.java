// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.connection.ServerVersion;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** MySQL 8.0 and later, MariaDB 10.6 and later; the target must not be older than the source. */
final class VersionCheck implements Question {
  @Override
  public String code() {
    return "version";
  }

  @Override
  public String about() {
    return "MySQL 8.0 and later, MariaDB 10.6 and later; the target must not be older than the source.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (Server server : servers.both()) {
      findings.add(one(server));
    }
    ServerVersion source = servers.source().version();
    ServerVersion target = servers.target().version();
    if (source.flavor() == target.flavor() && !target.atLeast(source.major(), source.minor())) {
      findings.addAll(
          fail(
              "The target (" + target + ") is older than the source (" + source + ").",
              "Use a target of the source's release line or a later one."));
    }
    return findings;
  }

  private Finding one(Server server) throws SQLException {
    ServerVersion version = server.version();
    String seen = server.name() + ": " + version + " (" + version.text() + ").";
    if (!version.atLeast(version.isMariaDb() ? 10 : 8, version.isMariaDb() ? 6 : 0)) {
      return Finding.fail(code(), seen, "MySQL 8.0 or MariaDB 10.6 is needed; upgrade first.");
    }
    boolean tested =
        version.isMariaDb()
            ? version.major() == 11 && version.minor() == 4
            : (version.major() == 8 && version.minor() == 0)
                || (version.major() == 9 && version.minor() == 7);
    return tested
        ? Finding.pass(code(), seen)
        : Finding.warn(
            code(),
            seen,
            "Fram is tested with MySQL 8.0 and 9.7 and MariaDB 11.4: try it on a copy first.");
  }
}
