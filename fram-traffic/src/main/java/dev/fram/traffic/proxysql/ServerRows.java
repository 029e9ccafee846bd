// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import dev.fram.api.traffic.Address;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The rows of ProxySQL's servers in the hostgroups that are moved. A row is changed in place, so
 * that weight, limits, TLS and whatever else a release knows of a server stay what they are. Owned
 * by one thread; asks the session that it was given.
 */
final class ServerRows {
  static final String ONLINE = "ONLINE";
  static final String SHUNNED = "SHUNNED";
  static final String OFFLINE_SOFT = "OFFLINE_SOFT";
  static final String OFFLINE_HARD = "OFFLINE_HARD";

  /**
   * What a LOAD would change. ProxySQL itself shuns a server and takes it back; one that is
   * OFFLINE_HARD is one that is not there, and stays in sight until its last connection has gone.
   */
  private static final String COMPARED =
      "SELECT hostgroup_id, hostname, port,"
          + " CASE UPPER(status) WHEN 'SHUNNED' THEN 'ONLINE' ELSE UPPER(status) END AS status,"
          + " weight, compression, max_connections, max_replication_lag, use_ssl, max_latency_ms,"
          + " comment FROM ";

  private final Admin admin;
  private final List<Integer> hostgroups;

  ServerRows(Admin admin, List<Integer> hostgroups) {
    this.admin = admin;
    this.hostgroups = List.copyOf(hostgroups);
  }

  /** The server's status in each of the hostgroups where it is; OFFLINE_HARD is not. */
  Map<Integer, String> statuses(Layer layer, Address server) throws IOException {
    Map<Integer, String> found = new TreeMap<>();
    for (Map<String, String> row :
        admin.ask(
            "SELECT hostgroup_id, UPPER(status) AS status FROM "
                + layer.table()
                + " WHERE "
                + here(server)
                + " AND UPPER(status) <> 'OFFLINE_HARD'")) {
      found.put(
          Integer.valueOf(row.getOrDefault("hostgroup_id", "-1")), row.getOrDefault("status", ""));
    }
    return found;
  }

  /** The hostgroups where the layer has no such row. */
  Set<Integer> without(Layer layer, Address server) throws IOException {
    Set<Integer> missing = new TreeSet<>(hostgroups);
    missing.removeAll(statuses(layer, server).keySet());
    return missing;
  }

  /** Whether the server is there, in each of the hostgroups, with one of these statuses. */
  boolean everywhere(Layer layer, Address server, Set<String> statuses) throws IOException {
    Map<Integer, String> found = statuses(layer, server);
    return found.keySet().containsAll(hostgroups) && statuses.containsAll(found.values());
  }

  void setStatus(Address server, String before, String after) throws IOException {
    admin.ask(
        "UPDATE mysql_servers SET status="
            + quoted(after)
            + " WHERE "
            + here(server)
            + " AND UPPER(status)="
            + quoted(before));
  }

  /** The hostgroups where memory has a row of the server, whatever its status. */
  List<Integer> known(Address server) throws IOException {
    return admin.ask("SELECT hostgroup_id FROM mysql_servers WHERE " + here(server)).stream()
        .map(row -> Integer.valueOf(row.getOrDefault("hostgroup_id", "-1")))
        .sorted()
        .toList();
  }

  /**
   * One statement: it has happened in all of the hostgroups, or in none. A row that somebody has
   * put there meanwhile is replaced, for clients wait.
   */
  void move(Address from, Address to) throws IOException {
    admin.ask(
        "UPDATE OR REPLACE mysql_servers SET hostname="
            + quoted(to.host())
            + ", port="
            + to.port()
            + ", status='ONLINE' WHERE "
            + here(from));
  }

  void load() throws IOException {
    admin.ask("LOAD MYSQL SERVERS TO RUNTIME");
  }

  void save() throws IOException {
    admin.ask("SAVE MYSQL SERVERS TO DISK");
  }

  /** Where a layer differs from memory, as {@code hostgroup 3 db9:3306}; ten of them at most. */
  List<String> differences(Layer other) throws IOException {
    return differences(other, "1=1");
  }

  /** The same, leaving out the rows of one server in the hostgroups. */
  List<String> differencesBeside(Layer other, Address server) throws IOException {
    return differences(other, "NOT (" + here(server) + ")");
  }

  private List<String> differences(Layer other, String which) throws IOException {
    String memory = COMPARED + Layer.MEMORY.table() + present(which);
    String there = COMPARED + other.table() + present(which);
    List<String> found = new ArrayList<>();
    for (Map<String, String> row :
        admin.ask(
            "SELECT DISTINCT hostgroup_id, hostname, port FROM (SELECT * FROM ("
                + memory
                + " EXCEPT "
                + there
                + ") UNION ALL SELECT * FROM ("
                + there
                + " EXCEPT "
                + memory
                + ")) LIMIT 10")) {
      found.add("hostgroup " + row.get("hostgroup_id") + " " + address(row));
    }
    return found;
  }

  private static String present(String which) {
    return " WHERE UPPER(status) <> 'OFFLINE_HARD' AND " + which;
  }

  /** The row's server, for people. */
  static String address(Map<String, String> row) {
    return row.getOrDefault("hostname", "") + ":" + row.getOrDefault("port", "");
  }

  String list() {
    return hostgroups.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private String here(Address server) {
    return "hostgroup_id IN (" + list() + ") AND " + is("hostname", "port", server);
  }

  /** A condition on the columns that hold a server's name and port. */
  static String is(String host, String port, Address server) {
    return host + "=" + quoted(server.host()) + " AND " + port + "=" + server.port();
  }

  /** The text protocol binds no values, and SQLite knows no other escape within a text. */
  static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
