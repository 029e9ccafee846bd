// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.util.EnumMap;
import java.util.Map;

/** Real servers that the tests of one process share; they end with it. Each test has databases. */
public final class Servers {
  private static final Map<PostgresVersion, PostgresServer> RUNNING =
      new EnumMap<>(PostgresVersion.class);

  private Servers() {}

  public static synchronized PostgresServer of(PostgresVersion version) {
    return RUNNING.computeIfAbsent(version, each -> PostgresServer.plan(each).start());
  }
}
