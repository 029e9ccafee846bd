// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.pgbouncer;

import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.Ends;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What PgBouncer's console tells, by SHOW only: changes nothing. */
final class ConsoleLook {
  /** Clients wait as long as a cutover may take at most, and some more. */
  private static final long LEAST_WAIT_SECONDS = 30;

  private final Console console;

  ConsoleLook(Console console) {
    this.console = console;
  }

  String version() throws IOException {
    return console.ask("SHOW VERSION").stream()
        .flatMap(row -> row.values().stream())
        .findFirst()
        .orElse("");
  }

  List<String> obstacles(String user, List<String> databases, Ends ends) throws IOException {
    Map<String, String> settings = settings();
    List<String> obstacles = new ArrayList<>();
    // Who is only one of stats_users may SHOW, and would be refused at PAUSE.
    List<String> admins =
        Arrays.asList(settings.getOrDefault("admin_users", "").split("\\s*,\\s*", -1));
    if (!admins.contains(user) && !settings.getOrDefault("auth_type", "").equals("any")) {
      obstacles.add(user + " is none of admin_users. Add it there.");
    }
    long patience = (long) Double.parseDouble(settings.getOrDefault("query_wait_timeout", "0"));
    if (patience > 0 && patience < LEAST_WAIT_SECONDS) {
      obstacles.add(
          "query_wait_timeout is "
              + patience
              + " s: clients that wait longer get an error. Set it to at least "
              + LEAST_WAIT_SECONDS
              + ".");
    }
    for (String database : databases) {
      obstacles.addAll(entryObstacles(database, ends, settings.getOrDefault("pool_mode", "")));
    }
    return obstacles;
  }

  private List<String> entryObstacles(String database, Ends ends, String mode) throws IOException {
    Optional<PoolEntry> entry =
        console.ask("SHOW DATABASES").stream()
            .map(PoolEntry::of)
            .filter(e -> e.name().equals(database))
            .findFirst();
    if (entry.isEmpty()) {
      return List.of("it knows no database " + database + ". Name one of [databases].");
    }
    List<String> obstacles = new ArrayList<>();
    PoolEntry found = entry.get();
    if (!found.address().equals(Optional.of(ends.from()))) {
      obstacles.add(
          database
              + " leads to "
              + found.address().map(Address::toString).orElse("a Unix socket")
              + " now, not to "
              + ends.from()
              + ". "
              + ends.remedy());
    }
    if (found.isPaused()) {
      obstacles.add(database + " is paused already. RESUME it.");
    }
    if (found.disabled().equals("1")) {
      obstacles.add(database + " is disabled. ENABLE it.");
    }
    String own = found.poolMode().isEmpty() ? mode : found.poolMode();
    if (own.equals("session")) {
      obstacles.add(
          database
              + " pools whole sessions: PAUSE would wait until every client has left. Set"
              + " pool_mode=transaction.");
    }
    return obstacles;
  }

  /** Which clients are within a transaction. */
  List<String> busy(List<String> databases) throws IOException {
    Map<String, Map<String, String>> clients = new HashMap<>();
    for (Map<String, String> client : console.ask("SHOW CLIENTS")) {
      clients.put(client.getOrDefault("ptr", ""), client);
    }
    List<String> found = new ArrayList<>();
    for (Map<String, String> server : console.ask("SHOW SERVERS")) {
      if (databases.contains(server.get("database")) && "active".equals(server.get("state"))) {
        Map<String, String> client =
            clients.getOrDefault(server.getOrDefault("link", ""), Map.of());
        found.add(
            "client "
                + client.getOrDefault("addr", "?")
                + ":"
                + client.getOrDefault("port", "?")
                + " (user "
                + client.getOrDefault("user", "?")
                + ", "
                + server.get("database")
                + ") is within a transaction, server pid "
                + server.getOrDefault("remote_pid", "?"));
      }
    }
    return found;
  }

  /** The server connections that still lead there, by address; several names may be one server. */
  List<String> connected(List<String> databases, Address from) throws IOException {
    Set<String> wanted = new HashSet<>(databases);
    List<String> found = new ArrayList<>();
    for (Map<String, String> server : console.ask("SHOW SERVERS")) {
      boolean old =
          wanted.contains(server.get("database"))
              && isAt(server.getOrDefault("addr", ""), from.host())
              && String.valueOf(from.port()).equals(server.get("port"));
      if (old) {
        found.add(server.get("state") + ", server pid " + server.getOrDefault("remote_pid", "?"));
      }
    }
    return found;
  }

  /** The console tells an address where the file has a name. */
  private static boolean isAt(String address, String host) throws IOException {
    for (InetAddress one : InetAddress.getAllByName(host)) {
      if (one.getHostAddress().equals(address)) {
        return true;
      }
    }
    return address.equals(host);
  }

  private Map<String, String> settings() throws IOException {
    Map<String, String> settings = new HashMap<>();
    for (Map<String, String> row : console.ask("SHOW CONFIG")) {
      settings.put(row.getOrDefault("key", ""), row.getOrDefault("value", ""));
    }
    return settings;
  }
}
