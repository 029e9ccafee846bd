// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.model.Endpoint;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.server.ServerPlan;
import dev.fram.testkit.tools.PgTools;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A source and a target PostgreSQL of given versions, started once and kept until the JVM ends;
 * each test takes a fresh database on both. A server that does not start fails the test.
 */
final class ServerPair implements Pair {
  private static final Map<String, ServerPair> PAIRS = new TreeMap<>();
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final PostgresServer source;
  private final PostgresServer target;

  private ServerPair(PostgresVersion source, PostgresVersion target, Map<String, String> settings) {
    PgTools tools = PgTools.atLeast(source.major());
    System.setProperty("fram.pg.bin", tools.binFolder().toString());
    this.source = start(source, settings);
    this.target = start(target, settings);
  }

  /** A pair of the test's own, which it closes. */
  static ServerPair open(PostgresVersion source, PostgresVersion target) {
    return open(source, target, Map.of());
  }

  /** The same, with settings of both servers. */
  static ServerPair open(
      PostgresVersion source, PostgresVersion target, Map<String, String> settings) {
    return new ServerPair(source, target, settings);
  }

  static synchronized ServerPair of(PostgresVersion source, PostgresVersion target) {
    return PAIRS.computeIfAbsent(source + ">" + target, key -> open(source, target));
  }

  PostgresServer source() {
    return source;
  }

  PostgresServer target() {
    return target;
  }

  /** Creates a database of the same new name on both servers. */
  String freshDatabase(String purpose) throws SQLException {
    String name = "it_" + purpose + "_" + DATABASES.incrementAndGet();
    source.createDatabase(name);
    target.createDatabase(name);
    return name;
  }

  @Override
  public Endpoint sourceEndpoint(String database) {
    return source.endpoint(database);
  }

  @Override
  public Endpoint targetEndpoint(String database) {
    return target.endpoint(database);
  }

  void drop(String database) throws SQLException {
    source.dropDatabase(database);
    target.dropDatabase(database);
  }

  @Override
  public void close() {
    source.close();
    target.close();
  }

  private static PostgresServer start(PostgresVersion version, Map<String, String> settings) {
    ServerPlan plan =
        PostgresServer.plan(version)
            .setting("max_connections", "200")
            .setting("max_replication_slots", "60")
            .setting("max_wal_senders", "60")
            .setting("max_prepared_transactions", "50");
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      plan = plan.setting(setting.getKey(), setting.getValue());
    }
    return plan.start();
  }
}
