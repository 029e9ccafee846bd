// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What ProxySQL 2.5 keeps: its tables in SQLite, as ProxySQL does, and clients that hold
 * connections. The columns, their checks, and what LOAD, SAVE, KILL CONNECTION and the statuses do
 * are told by ProxySQL's documentation and sources; none of this is ProxySQL. Any thread.
 */
final class StandInTables implements AutoCloseable {
  private static final String SERVERS =
      """
      (hostgroup_id INT NOT NULL DEFAULT 0 CHECK (hostgroup_id >= 0), hostname VARCHAR NOT NULL,
       port INT NOT NULL DEFAULT 3306 CHECK (port BETWEEN 0 AND 65535),
       gtid_port INT NOT NULL DEFAULT 0 CHECK (gtid_port <> port OR gtid_port = 0),
       status VARCHAR NOT NULL DEFAULT 'ONLINE'
         CHECK (UPPER(status) IN ('ONLINE', 'SHUNNED', 'OFFLINE_SOFT', 'OFFLINE_HARD')),
       weight INT NOT NULL DEFAULT 1 CHECK (weight >= 0),
       compression INT NOT NULL DEFAULT 0 CHECK (compression IN (0, 1)),
       max_connections INT NOT NULL DEFAULT 1000 CHECK (max_connections >= 0),
       max_replication_lag INT NOT NULL DEFAULT 0, use_ssl INT NOT NULL DEFAULT 0,
       max_latency_ms INT NOT NULL DEFAULT 0, comment VARCHAR NOT NULL DEFAULT '',
       PRIMARY KEY (hostgroup_id, hostname, port))\
      """;
  private static final String OFFICES =
      "(writer_hostgroup INT NOT NULL PRIMARY KEY, backup_writer_hostgroup INT NOT NULL,"
          + " reader_hostgroup INT NOT NULL, offline_hostgroup INT NOT NULL, active INT NOT NULL"
          + " DEFAULT 1)";

  private final Connection sqlite;
  private final Map<Long, Client> clients = new TreeMap<>();
  private long sessions;

  StandInTables() throws SQLException {
    sqlite = DriverManager.getConnection("jdbc:sqlite::memory:");
    run("ATTACH ':memory:' AS disk");
    run("ATTACH ':memory:' AS stats");
    for (String table : List.of("mysql_servers", "runtime_mysql_servers", "disk.mysql_servers")) {
      run("CREATE TABLE " + table + " " + SERVERS);
    }
    run(
        "CREATE TABLE runtime_mysql_replication_hostgroups (writer_hostgroup INT, reader_hostgroup"
            + " INT, check_type VARCHAR, comment VARCHAR)");
    run("CREATE TABLE runtime_mysql_group_replication_hostgroups " + OFFICES);
    run("CREATE TABLE runtime_mysql_galera_hostgroups " + OFFICES);
    run(
        "CREATE TABLE runtime_global_variables (variable_name VARCHAR NOT NULL PRIMARY KEY,"
            + " variable_value VARCHAR)");
    run("CREATE TABLE runtime_proxysql_servers (hostname VARCHAR, port INT)");
    run(
        "CREATE TABLE stats.stats_mysql_connection_pool (hostgroup INT, srv_host VARCHAR, srv_port"
            + " INT, status VARCHAR, ConnUsed INT, ConnFree INT)");
    run(
        "CREATE TABLE stats.stats_mysql_processlist (ThreadID INT, SessionID INTEGER PRIMARY KEY,"
            + " user VARCHAR, db VARCHAR, cli_host VARCHAR, cli_port INT, hostgroup INT, l_srv_host"
            + " VARCHAR, l_srv_port INT, srv_host VARCHAR, srv_port INT, command VARCHAR, time_ms INT"
            + " NOT NULL, info VARCHAR)");
    run(
        "INSERT INTO runtime_global_variables VALUES ('mysql-connect_timeout_server_max', '30000'),"
            + " ('mysql-multiplexing', 'true'), ('admin-read_only', 'false')");
  }

  /** A client's session: it has a connection to a server, or none now, or waits for one. */
  private static final class Client {
    private final int hostgroup;
    private @Nullable String server;
    private String command = "Query";
    private long millis;

    Client(int hostgroup) {
      this.hostgroup = hostgroup;
    }
  }

  /** The answer to a statement: rows, or that it is done. */
  record Answer(List<String> columns, List<List<@Nullable String>> rows) {}

  /** A client that begins a transaction: it gets a connection, or waits until there is one. */
  synchronized long begins(int hostgroup) throws SQLException {
    Client client = new Client(hostgroup);
    clients.put(++sessions, client);
    serve();
    return sessions;
  }

  /** The transaction has ended; ProxySQL can share the connection. */
  synchronized void ends(long session) {
    clients.remove(session);
  }

  /** It sends nothing, and keeps its connection. */
  synchronized void sleeps(long session, long millis) {
    Client client = client(session);
    client.command = "Sleep";
    client.millis = millis;
  }

  /** Where its connection leads, {@code host:port}; empty while it waits. */
  synchronized String server(long session) {
    Client client = client(session);
    return client.server == null ? "" : client.server;
  }

  synchronized boolean connected(long session) {
    return clients.containsKey(session);
  }

  private Client client(long session) {
    Client client = clients.get(session);
    if (client == null) {
      throw new IllegalStateException("session " + session + " has gone");
    }
    return client;
  }

  synchronized void run(String sql) throws SQLException {
    try (Statement statement = sqlite.createStatement()) {
      statement.execute(sql);
    }
  }

  /** A table's rows, one line each, their values joined by blanks. */
  synchronized List<String> lines(String query) throws SQLException {
    return ask(query).rows().stream()
        .map(row -> row.stream().map(String::valueOf).collect(Collectors.joining(" ")))
        .toList();
  }

  /** As the admin interface: its own commands first, everything else is SQLite's. */
  synchronized Answer ask(String sql) throws SQLException {
    String words = sql.toUpperCase(Locale.ROOT).strip();
    if (words.equals("LOAD MYSQL SERVERS TO RUNTIME")) {
      load();
    } else if (words.equals("SAVE MYSQL SERVERS TO DISK")) {
      run("DELETE FROM disk.mysql_servers");
      run("INSERT INTO disk.mysql_servers SELECT * FROM mysql_servers");
    } else if (words.startsWith("KILL CONNECTION ")) {
      if (clients.remove(Long.parseLong(words.substring(16))) == null) {
        throw new SQLException("Unknown thread id: " + words.substring(16));
      }
    } else if (words.equals("SELECT @@VERSION_COMMENT LIMIT 1")) {
      return select("SELECT '(ProxySQL Admin Module)'");
    } else if (words.startsWith("SELECT @@VERSION")) {
      return select("SELECT '2.5.5-10-g195bd70' AS '@@version'");
    } else {
      refresh();
      return select(sql);
    }
    return new Answer(List.of(), List.of());
  }

  private Answer select(String sql) throws SQLException {
    try (Statement statement = sqlite.createStatement()) {
      if (!statement.execute(sql)) {
        return new Answer(List.of(), List.of());
      }
      List<String> columns = new ArrayList<>();
      List<List<@Nullable String>> rows = new ArrayList<>();
      try (ResultSet result = statement.getResultSet()) {
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          columns.add(result.getMetaData().getColumnLabel(i));
        }
        while (result.next()) {
          List<@Nullable String> row = new ArrayList<>();
          for (int i = 1; i <= columns.size(); i++) {
            row.add(result.getString(i));
          }
          rows.add(row);
        }
      }
      return new Answer(columns, rows);
    }
  }

  /** A server that memory no longer has stays in sight until its last connection has gone. */
  private void load() throws SQLException {
    run("DELETE FROM runtime_mysql_servers");
    run("INSERT INTO runtime_mysql_servers SELECT * FROM mysql_servers");
    serve();
  }

  private void keepGoneServers() throws SQLException {
    run(
        "DELETE FROM runtime_mysql_servers WHERE status = 'OFFLINE_HARD' AND (hostgroup_id,"
            + " hostname, port) NOT IN (SELECT hostgroup_id, hostname, port FROM mysql_servers)");
    for (Client client : clients.values()) {
      if (client.server != null) {
        try (PreparedStatement insert =
            sqlite.prepareStatement(
                "INSERT OR IGNORE INTO runtime_mysql_servers (hostgroup_id, hostname, port, status)"
                    + " VALUES (?, ?, ?, 'OFFLINE_HARD')")) {
          insert.setInt(1, client.hostgroup);
          insert.setString(2, host(client.server));
          insert.setInt(3, port(client.server));
          insert.execute();
        }
      }
    }
  }

  /** Who waits gets a connection to a server that is ONLINE. */
  private void serve() throws SQLException {
    for (Client client : clients.values()) {
      if (client.server == null) {
        List<List<@Nullable String>> online =
            select(
                    "SELECT hostname || ':' || port FROM runtime_mysql_servers WHERE status ="
                        + " 'ONLINE' AND hostgroup_id = "
                        + client.hostgroup)
                .rows();
        client.server = online.isEmpty() ? null : online.getFirst().getFirst();
      }
    }
  }

  /** These tables are made when they are asked for. */
  private void refresh() throws SQLException {
    keepGoneServers();
    run("DELETE FROM stats.stats_mysql_connection_pool");
    run("DELETE FROM stats.stats_mysql_processlist");
    run(
        "INSERT INTO stats.stats_mysql_connection_pool SELECT hostgroup_id, hostname, port, status,"
            + " 0, 3 FROM runtime_mysql_servers");
    for (Map.Entry<Long, Client> one : clients.entrySet()) {
      Client client = one.getValue();
      String server = client.server;
      if (server != null) {
        try (PreparedStatement used =
            sqlite.prepareStatement(
                "UPDATE stats.stats_mysql_connection_pool SET ConnUsed = ConnUsed + 1 WHERE"
                    + " hostgroup = ? AND srv_host = ? AND srv_port = ?")) {
          used.setInt(1, client.hostgroup);
          used.setString(2, host(server));
          used.setInt(3, port(server));
          used.execute();
        }
      }
      try (PreparedStatement insert =
          sqlite.prepareStatement(
              "INSERT INTO stats.stats_mysql_processlist VALUES (0, ?, 'ann', 'shop', '10.0.0.7',"
                  + " ?, ?, NULL, NULL, ?, ?, ?, ?, 'UPDATE person SET name = ''secret''')")) {
        insert.setLong(1, one.getKey());
        insert.setLong(2, 40_000 + one.getKey());
        insert.setInt(3, client.hostgroup);
        insert.setString(4, server == null ? null : host(server));
        insert.setObject(5, server == null ? null : port(server));
        insert.setString(6, server == null ? "Delay" : client.command);
        insert.setLong(7, client.millis);
        insert.execute();
      }
    }
  }

  private static String host(String server) {
    return server.substring(0, server.lastIndexOf(':'));
  }

  private static int port(String server) {
    return Integer.parseInt(server.substring(server.lastIndexOf(':') + 1));
  }

  @Override
  public synchronized void close() throws SQLException {
    sqlite.close();
  }
}
