// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.testkit.server.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Keeps the target as it was at the moment of the hand-over: a snapshot, taken before the first
 * writer got in. The source stands still since then, so the two can be compared to the last row at
 * leisure while the application goes on. Made by a writer's thread, read by the demo's.
 */
final class Handover implements AutoCloseable {
  private final DemoServers servers;
  private final List<Connection> snapshot = new ArrayList<>(1);

  Handover(DemoServers servers) {
    this.servers = servers;
  }

  /** Takes the snapshot; a few milliseconds. */
  synchronized void hold() throws SQLException {
    Connection connection = servers.target().connect(DemoServers.DATABASE);
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setReadOnly(true);
    try (var statement = connection.createStatement()) {
      statement.execute("SELECT 1");
    }
    snapshot.add(connection);
  }

  /** What was compared, and every table that was not equal. */
  synchronized Comparison compare() throws SQLException {
    if (snapshot.isEmpty()) {
      return new Comparison(0, List.of("no writer ever reached the target"));
    }
    Map<String, String> target = Contents.read(snapshot.getFirst());
    Map<String, String> source = read(servers.source());
    return new Comparison(source.size(), Contents.differences(source, target));
  }

  private static Map<String, String> read(PostgresServer server) throws SQLException {
    try (Connection connection = server.connect(DemoServers.DATABASE)) {
      return Contents.read(connection);
    }
  }

  @Override
  public synchronized void close() throws SQLException {
    for (Connection connection : snapshot) {
      connection.close();
    }
    snapshot.clear();
  }

  /**
   * @param tables tables on the source
   * @param differences one line for each that is not equal
   */
  record Comparison(int tables, List<String> differences) {}
}
