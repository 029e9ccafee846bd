// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import dev.fram.api.traffic.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What ProxySQL's admin interface tells, by SELECT only: changes nothing. */
final class AdminLook {
  /** Clients wait as long as a cutover may take at most, and some more. */
  private static final long LEAST_WAIT_MILLIS = 30_000;

  /** Nobody sends nothing for so long within a transaction that is about to end. */
  private static final Duration TIED = Duration.ofSeconds(10);

  private static final String MODULE = "ProxySQL Admin";
  private static final String TIMEOUT = "mysql-connect_timeout_server_max";
  private static final String MULTIPLEXING = "mysql-multiplexing";
  private static final String READ_ONLY = "admin-read_only";

  /** Hostgroups between which ProxySQL's monitor moves servers, by table. */
  private static final Map<String, List<String>> AUTOMATIC =
      Map.of(
          "mysql_replication_hostgroups",
          List.of("writer_hostgroup", "reader_hostgroup"),
          "mysql_group_replication_hostgroups",
          List.of(
              "writer_hostgroup",
              "backup_writer_hostgroup",
              "reader_hostgroup",
              "offline_hostgroup"),
          "mysql_galera_hostgroups",
          List.of(
              "writer_hostgroup",
              "backup_writer_hostgroup",
              "reader_hostgroup",
              "offline_hostgroup"),
          "mysql_aws_aurora_hostgroups",
          List.of("writer_hostgroup", "reader_hostgroup"));

  private final Admin admin;
  private final Plan plan;
  private final ServerRows rows;

  /**
   * What is to be done.
   *
   * @param idleAfter a client that has sent nothing for so long is not waited for
   */
  record Plan(List<Integer> hostgroups, Address from, Address to, Optional<Duration> idleAfter) {}

  AdminLook(Admin admin, Plan plan) {
    this.admin = admin;
    this.plan = plan;
    this.rows = new ServerRows(admin, plan.hostgroups);
  }

  /** ProxySQL's own; {@code mysql-server_version} is only what it tells its clients. */
  String version() throws IOException {
    return first("SELECT @@version");
  }

  /** How many nodes share their settings; 0 when it stands alone. */
  long clusterNodes() throws IOException {
    return tables().contains("runtime_proxysql_servers")
        ? number("SELECT COUNT(*) AS nodes FROM runtime_proxysql_servers")
        : 0;
  }

  /** What makes all other questions useless; empty when it can be asked. */
  Optional<String> stranger(String user) throws IOException {
    // Exactly these words: the admin interface answers them itself, SQLite could not.
    String module = first("SELECT @@version_comment LIMIT 1");
    if (!module.contains(MODULE)) {
      return Optional.of(
          "what answers there says that it is \""
              + module
              + "\", not ProxySQL's admin interface. Name the port of admin-mysql_ifaces (6032).");
    }
    try {
      rows.statuses(Layer.MEMORY, plan.from);
      return Optional.empty();
    } catch (AdminError e) {
      return Optional.of(
          user
              + " cannot read mysql_servers ("
              + e.getMessage()
              + "). Name a user of admin-admin_credentials.");
    }
  }

  List<String> obstacles() throws IOException {
    List<String> obstacles = new ArrayList<>();
    obstacles.addAll(settings());
    obstacles.addAll(servers());
    obstacles.addAll(elsewhere());
    obstacles.addAll(automatic());
    obstacles.addAll(layers());
    obstacles.addAll(tied());
    return obstacles;
  }

  private List<String> settings() throws IOException {
    Map<String, String> settings = new HashMap<>();
    for (Map<String, String> row :
        admin.ask(
            "SELECT variable_name, IFNULL(variable_value, '') AS variable_value FROM"
                + " runtime_global_variables WHERE variable_name IN ('"
                + String.join("','", TIMEOUT, MULTIPLEXING, READ_ONLY)
                + "')")) {
      settings.put(row.getOrDefault("variable_name", ""), row.getOrDefault("variable_value", ""));
    }
    List<String> obstacles = new ArrayList<>();
    long patience = Long.parseLong(settings.getOrDefault(TIMEOUT, "0"));
    if (patience < LEAST_WAIT_MILLIS) {
      obstacles.add(
          TIMEOUT
              + " is "
              + patience
              + " ms: clients that wait longer get error 9001. Set it to at least "
              + LEAST_WAIT_MILLIS
              + " and LOAD MYSQL VARIABLES TO RUNTIME.");
    }
    if (settings.getOrDefault(MULTIPLEXING, "true").equals("false") && plan.idleAfter.isEmpty()) {
      obstacles.add(
          MULTIPLEXING
              + " is off: every client holds its connection for as long as it stays, and the pause"
              + " would wait for that. Turn it on, or set idle-after.");
    }
    if (settings.getOrDefault(READ_ONLY, "false").equals("true")) {
      obstacles.add(READ_ONLY + " is on: nothing can be changed. Send PROXYSQL READWRITE.");
    }
    return obstacles;
  }

  /** Each of the hostgroups has to have the one server, and nothing else that is in use. */
  private List<String> servers() throws IOException {
    List<String> obstacles = new ArrayList<>();
    Map<Integer, String> found = rows.statuses(Layer.RUNTIME, plan.from);
    for (int hostgroup : plan.hostgroups) {
      String status = found.get(hostgroup);
      if (status == null) {
        obstacles.add(
            "hostgroup "
                + hostgroup
                + " has no server "
                + plan.from
                + ". If it knows it by another name, set source-address to that.");
      } else if (!status.equals(ServerRows.ONLINE)) {
        obstacles.add(
            plan.from
                + " is "
                + status
                + " in hostgroup "
                + hostgroup
                + ", not ONLINE. Bring it back first.");
      }
    }
    for (Map<String, String> row :
        admin.ask(
            "SELECT hostgroup_id, hostname, port, UPPER(status) AS status FROM"
                + " runtime_mysql_servers WHERE hostgroup_id IN ("
                + rows.list()
                + ") AND UPPER(status) IN ('ONLINE','SHUNNED') AND NOT ("
                + ServerRows.is("hostname", "port", plan.from)
                + ") LIMIT 10")) {
      obstacles.add(
          "hostgroup "
              + row.get("hostgroup_id")
              + " has "
              + ServerRows.address(row)
              + " ("
              + row.get("status")
              + ") as well, which would not be moved. Give "
              + plan.from
              + " hostgroups of its own.");
    }
    for (int hostgroup : rows.known(plan.to)) {
      obstacles.add(
          "hostgroup "
              + hostgroup
              + " has "
              + plan.to
              + " already. Take it out: Fram puts it in the place of "
              + plan.from
              + ".");
    }
    return obstacles;
  }

  /** A hostgroup that is not named would go on to lead to the server that is closed. */
  private List<String> elsewhere() throws IOException {
    String left =
        admin
            .ask(
                "SELECT DISTINCT hostgroup_id FROM runtime_mysql_servers WHERE "
                    + ServerRows.is("hostname", "port", plan.from)
                    + " AND UPPER(status) <> 'OFFLINE_HARD' AND hostgroup_id NOT IN ("
                    + rows.list()
                    + ") LIMIT 10")
            .stream()
            .map(row -> row.getOrDefault("hostgroup_id", ""))
            .collect(Collectors.joining(", "));
    return left.isEmpty()
        ? List.of()
        : List.of(
            plan.from
                + " is in hostgroup "
                + left
                + " too, which would go on to lead there. Name it in hostgroups.");
  }

  private List<String> automatic() throws IOException {
    Set<String> tables = tables();
    List<String> obstacles = new ArrayList<>();
    for (Map.Entry<String, List<String>> one : AUTOMATIC.entrySet()) {
      if (tables.contains("runtime_" + one.getKey())) {
        // Also one that is not active: the next LOAD may make it so.
        String names =
            one.getValue().stream()
                .map(column -> column + " IN (" + rows.list() + ")")
                .collect(Collectors.joining(" OR "));
        if (number("SELECT COUNT(*) AS n FROM runtime_" + one.getKey() + " WHERE " + names) > 0) {
          obstacles.add(
              one.getKey()
                  + " names one of the hostgroups: ProxySQL's monitor moves servers there by"
                  + " itself, also in the middle of a cutover. Take that row out first.");
        }
      }
    }
    return obstacles;
  }

  /** LOAD and SAVE work on whole tables, not on rows. */
  private List<String> layers() throws IOException {
    List<String> obstacles = new ArrayList<>();
    List<String> unloaded = rows.differences(Layer.RUNTIME);
    if (!unloaded.isEmpty()) {
      obstacles.add(
          "mysql_servers differs from runtime_mysql_servers ("
              + String.join("; ", unloaded)
              + "): LOAD would activate that too. LOAD it, or take it back by SAVE MYSQL SERVERS TO"
              + " MEMORY.");
    }
    List<String> unsaved = rows.differences(Layer.DISK);
    if (!unsaved.isEmpty()) {
      obstacles.add(
          "mysql_servers differs from what is on disk ("
              + String.join("; ", unsaved)
              + "): SAVE would make that last. SAVE MYSQL SERVERS TO DISK, or take it back.");
    }
    return obstacles;
  }

  private List<String> tied() throws IOException {
    if (plan.idleAfter.isPresent()) {
      return List.of();
    }
    List<String> clients = new HeldConnections(admin, rows, plan.from).idleNames(TIED);
    return clients.isEmpty()
        ? List.of()
        : List.of(
            String.join("; ", clients)
                + ". The pause would wait for that in vain. Let ProxySQL share the connection"
                + " (multiplex=2 in a query rule for what has tied it), or set idle-after.");
  }

  private Set<String> tables() throws IOException {
    Set<String> names = new HashSet<>();
    for (Map<String, String> row :
        admin.ask(
            "SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'runtime_%' AND"
                + " (name LIKE '%hostgroups' OR name LIKE '%proxysql_servers') LIMIT 100")) {
      names.add(row.getOrDefault("name", ""));
    }
    return names;
  }

  private String first(String sql) throws IOException {
    return admin.ask(sql).stream().flatMap(row -> row.values().stream()).findFirst().orElse("");
  }

  private long number(String sql) throws IOException {
    return Long.parseLong(first(sql));
  }
}
