// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import dev.fram.api.traffic.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which clients hold a connection to a server, by ProxySQL's statistics. A client holds one for the
 * length of a transaction, and for good once ProxySQL no longer shares it (session variables, user
 * variables, temporary tables: "multiplexing is disabled"). Statements are never shown: they hold
 * values. Owned by one thread.
 */
final class HeldConnections {
  /** More would not be read. */
  private static final int NAMED = 5;

  private static final int MOST = 100;
  private static final String IDLE = "Sleep";

  private final Admin admin;
  private final ServerRows rows;
  private final Address server;

  HeldConnections(Admin admin, ServerRows rows, Address server) {
    this.admin = admin;
    this.rows = rows;
    this.server = server;
  }

  /** A client that holds one. */
  private record Client(
      long session, String address, String user, String hostgroup, String command, long millis) {

    boolean idleFor(Duration time) {
      return command.equals(IDLE) && millis >= time.toMillis();
    }

    @Override
    public String toString() {
      return "client "
          + address
          + " (user "
          + user
          + ", session "
          + session
          + ", hostgroup "
          + hostgroup
          + ") "
          + (command.equals(IDLE)
              ? "holds a connection and has sent nothing for "
              : "is busy (" + command + ") for ")
          + millis
          + " ms";
    }
  }

  /** How many are held now. */
  long count() throws IOException {
    return admin
        .ask(
            "SELECT IFNULL(SUM(ConnUsed), 0) AS held FROM stats_mysql_connection_pool WHERE"
                + " hostgroup IN ("
                + rows.list()
                + ") AND "
                + ServerRows.is("srv_host", "srv_port", server))
        .stream()
        .mapToLong(row -> Long.parseLong(row.getOrDefault("held", "0")))
        .sum();
  }

  /** How many of them are held by clients that have sent nothing for so long. */
  long idle(Duration time) throws IOException {
    return admin
        .ask(
            "SELECT COUNT(*) AS idle FROM stats_mysql_processlist WHERE "
                + there()
                + " AND command='"
                + IDLE
                + "' AND time_ms >= "
                + time.toMillis())
        .stream()
        .mapToLong(row -> Long.parseLong(row.getOrDefault("idle", "0")))
        .sum();
  }

  /** Who they are, for people; some of them when there are many. */
  List<String> names() throws IOException {
    return named(clients());
  }

  /** The same of those that have sent nothing for so long. */
  List<String> idleNames(Duration time) throws IOException {
    return named(clients().stream().filter(client -> client.idleFor(time)).toList());
  }

  /** Ends their sessions with ProxySQL; as many as one look shows. */
  void end() throws IOException {
    for (Client client : clients()) {
      try {
        admin.ask("KILL CONNECTION " + client.session);
      } catch (AdminError e) {
        // It has gone by itself meanwhile; if not, the next look shows it.
      }
    }
  }

  private static List<String> named(List<Client> clients) {
    List<String> names = new ArrayList<>();
    clients.stream().limit(NAMED).map(Client::toString).forEach(names::add);
    if (clients.size() > NAMED) {
      names.add("and " + (clients.size() - NAMED) + " more");
    }
    return names;
  }

  private List<Client> clients() throws IOException {
    List<Client> found = new ArrayList<>();
    for (Map<String, String> row :
        admin.ask(
            "SELECT SessionID, IFNULL(user, '?') AS user, IFNULL(cli_host, '?') AS cli_host,"
                + " IFNULL(cli_port, '?') AS cli_port, hostgroup, IFNULL(command, '?') AS command,"
                + " time_ms FROM stats_mysql_processlist WHERE "
                + there()
                + " ORDER BY time_ms DESC LIMIT "
                + MOST)) {
      found.add(
          new Client(
              Long.parseLong(row.getOrDefault("SessionID", "0")),
              row.get("cli_host") + ":" + row.get("cli_port"),
              row.getOrDefault("user", "?"),
              row.getOrDefault("hostgroup", "?"),
              row.getOrDefault("command", "?"),
              Long.parseLong(row.getOrDefault("time_ms", "0"))));
    }
    return found;
  }

  private String there() {
    return "hostgroup IN ("
        + rows.list()
        + ") AND "
        + ServerRows.is("srv_host", "srv_port", server);
  }
}
