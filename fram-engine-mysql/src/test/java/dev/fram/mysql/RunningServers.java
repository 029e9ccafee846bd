// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.suite.SharedServers;

/** Real servers that the tests of one process share. Each test has databases of its own. */
public final class RunningServers {
  private RunningServers() {}

  /** A server that is migrated from, or the only one. */
  public static MySqlServer source(MySqlVersion version) {
    return of("source", version);
  }

  /** A second server of the same version. */
  public static MySqlServer target(MySqlVersion version) {
    return of("target", version);
  }

  private static MySqlServer of(String role, MySqlVersion version) {
    return SharedServers.mySql(
        "whole " + role + version,
        () ->
            // Says which session is which; off by default on MariaDB.
            MySqlServer.plan(version).setting("performance_schema", "ON").start());
  }
}
