// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
    snapshot.add(servers.target().snapshot());
  }

  /** What was compared, and every table that was not equal. */
  synchronized Comparison compare() throws SQLException {
    if (snapshot.isEmpty()) {
      return new Comparison(0, List.of("no writer ever reached the target"));
    }
    Map<String, String> target = servers.target().contents(snapshot.getFirst());
    try (Connection connection = servers.source().administer()) {
      Map<String, String> source = servers.source().contents(connection);
      return new Comparison(source.size(), differences(source, target));
    }
  }

  /** Tables that differ, or that only one side has. */
  private static List<String> differences(Map<String, String> source, Map<String, String> target) {
    List<String> differences = new ArrayList<>();
    Map<String, String> all = new TreeMap<>(source);
    all.putAll(target);
    for (String table : all.keySet()) {
      String here = source.getOrDefault(table, "missing");
      String there = target.getOrDefault(table, "missing");
      if (!here.equals(there)) {
        differences.add(table + ": source " + here + ", target " + there);
      }
    }
    return differences;
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
