// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Grants;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.gate.SparedAccounts;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asked about the way back: here the source is the new server and the target the old one. Each is
 * closed to everybody but Fram while the other one serves, and Fram writes on it all the same.
 */
final class ReturnCheck implements Question {
  private static final List<String> WRITE =
      List.of("SELECT", "INSERT", "UPDATE", "DELETE", "ALTER", "TRIGGER", "EVENT");

  @Override
  public String code() {
    return "way-back";
  }

  @Override
  public String about() {
    return "Each server must be closed to all but Fram while the other one serves, and the old one must take the new one's writes (--reverse-window).";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server old = servers.target();
    Server served = servers.source();
    List<Finding> findings = new ArrayList<>();
    List<String> missing = writing(servers);
    missing.addAll(closing(old, servers.spared()));
    add(findings, old, missing);
    add(findings, served, closing(served, servers.spared()));
    others(servers).ifPresent(findings::add);
    log(served).ifPresent(findings::add);
    return findings.isEmpty()
        ? pass(
            old.name()
                + ": takes what comes back while it is closed to all others; "
                + served.name()
                + " can be closed, too.")
        : findings;
  }

  private void add(List<Finding> findings, Server server, List<String> missing)
      throws SQLException {
    if (!missing.isEmpty()) {
      findings.add(
          Finding.fail(
              code(),
              server.name()
                  + ": for the way back the login "
                  + server.login()
                  + " lacks "
                  + Servers.some(missing)
                  + ".",
              Missing.grants(server, missing) + " Or --reverse-window none."));
    }
  }

  /** What makes a server read-only, passes that, locks every account and ends every session. */
  private static List<String> closing(Server server, SparedAccounts spared) throws SQLException {
    Grants grants = server.grants();
    List<String> missing = new ArrayList<>();
    boolean mariaDb = server.mariaDb();
    if (!grants.global("SYSTEM_VARIABLES_ADMIN")) {
      missing.add((mariaDb ? "READ_ONLY ADMIN" : "SYSTEM_VARIABLES_ADMIN") + " ON *.*");
    }
    if (!grants.global("CONNECTION_ADMIN")) {
      missing.add((mariaDb ? "CONNECTION ADMIN" : "CONNECTION_ADMIN") + " ON *.*");
    }
    if (!grants.global("CREATE USER")) {
      missing.add("CREATE USER ON *.*");
    }
    if (!ProtectedAccounts.of(server, spared).isEmpty()) {
      missing.add("SYSTEM_USER ON *.*");
    }
    return missing;
  }

  private static List<String> writing(Servers servers) throws SQLException {
    Server old = servers.target();
    List<String> missing = new ArrayList<>();
    // The new server may not have them yet.
    for (String database : databases(old, servers.catalog())) {
      old.grants()
          .missing(database, WRITE)
          .forEach(
              privilege -> missing.add(privilege + " ON " + Quoting.identifier(database) + ".*"));
    }
    boolean programs =
        Sql.list(
                old.connection(),
                "SELECT EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS"
                    + " UNION SELECT EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS",
                row -> new TableId(row.getString(1), row.getString(2)))
            .stream()
            .anyMatch(servers.catalog()::covers);
    if (programs && !old.grants().global("SET_USER_ID")) {
      missing.add(definer(old) + " ON *.*");
    }
    if (programs
        && old.isOn("log_bin")
        && !old.isOn("log_bin_trust_function_creators")
        && !old.grants().global("SUPER")) {
      missing.add("SUPER ON *.*");
    }
    return missing;
  }

  private static List<String> databases(Server server, Catalog catalog) throws SQLException {
    return server
        .texts("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA ORDER BY SCHEMA_NAME")
        .stream()
        .filter(catalog::coversDatabase)
        .toList();
  }

  /** While a run follows it, little of it is needed; it may be stopped for a while. */
  private Optional<Finding> log(Server served) throws SQLException {
    LogExpiry expiry = LogExpiry.of(served.connection());
    return expiry
        .kept()
        .filter(kept -> kept.compareTo(Duration.ofHours(24)) < 0)
        .map(kept ->
            Finding.warn(
                code(),
                served.name()
                    + ": the binary log is kept for "
                    + kept.toMinutes()
                    + " min ("
                    + expiry.setBy()
                    + "); when nobody runs fram migrate for longer, the way back is lost.",
                expiry.remedy(Duration.ofDays(7))));
  }

  private static String definer(Server server) throws SQLException {
    if (server.mariaDb()) {
      return "SET USER";
    }
    return server.version().atLeast(8, 2) ? "SET_ANY_DEFINER" : "SET_USER_ID";
  }

  /** A rollback closes the whole new server. */
  private Optional<Finding> others(Servers servers) throws SQLException {
    Server served = servers.source();
    List<String> others =
        Sql.list(
                served.connection(),
                "SELECT DISTINCT TABLE_SCHEMA FROM information_schema.TABLES",
                row -> row.getString(1))
            .stream()
            .filter(name -> !Catalog.RESERVED.contains(name))
            .filter(name -> !servers.catalog().coversDatabase(name))
            .toList();
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Finding.fail(
                code(),
                served.name()
                    + ": a rollback would close the whole server, which holds other databases, too: "
                    + Servers.some(others)
                    + ".",
                "Take a server that holds nothing else, or --reverse-window none."));
  }
}
