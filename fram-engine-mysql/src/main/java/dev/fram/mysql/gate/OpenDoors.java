// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import dev.fram.api.error.ErrorCode;
import dev.fram.mysql.connection.Grants;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.schema.SourceAccounts;
import dev.fram.mysql.schema.SourceAccounts.Account;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who could write on a server for good after its hand-over, because Fram's account may not keep
 * them out: found before it, by trying statements that change nothing. A server that turned out not
 * to close would leave the application with none to write to. Works on the caller's session.
 */
final class OpenDoors {
  /** Privileges that write on a server that is only read_only. */
  private static final String PASSING =
      "'SUPER', 'CONNECTION_ADMIN', 'READ ONLY ADMIN', 'READ_ONLY ADMIN'";

  /** How many are named. */
  private static final int SHOWN = 10;

  private final Connection connection;
  private final ClosedServer closed;

  /**
   * @param server its name for people
   */
  OpenDoors(Connection connection, String server) {
    this.connection = connection;
    this.closed = new ClosedServer(connection, server);
  }

  /** For people; empty when the server can be closed. */
  List<String> of(Closing closing) throws SQLException {
    if (closing == Closing.FOR_GOOD && closesToEverybody(connection)) {
      return List.of();
    }
    List<String> found = new ArrayList<>();
    accounts(closing)
        .ifPresentOrElse(
            found::addAll,
            () ->
                found.add(
                    "every account (Fram's own may not read mysql.user, or global_priv on MariaDB)"));
    found.addAll(events());
    if (found.isEmpty() && !mayEndSessions()) {
      found.add("whoever is connected (Fram's account may not end sessions: CONNECTION_ADMIN)");
    }
    return found.size() <= SHOWN ? found : found.subList(0, SHOWN);
  }

  /**
   * Whether the server can be made to refuse everybody's writes, also those of Fram's own account.
   * Shown by trying: the variable is set to what it is.
   */
  static boolean closesToEverybody(Connection connection) throws SQLException {
    return new ClosedServer(connection, "source")
        .tried("SET GLOBAL super_read_only = @@global.super_read_only");
  }

  /** Accounts that pass read_only, {@code user@host}. */
  static Set<String> passing(Connection connection) throws SQLException {
    return Sql.list(
            connection,
            "SELECT DISTINCT GRANTEE FROM information_schema.USER_PRIVILEGES"
                + " WHERE PRIVILEGE_TYPE IN ("
                + PASSING
                + ")",
            row -> row.getString(1).replace("'", ""))
        .stream()
        .collect(Collectors.toSet());
  }

  /** Who may log in, but for those spared; empty when we may not read it. */
  static Optional<List<Account>> logins(Connection connection, SparedAccounts spared)
      throws SQLException {
    try {
      return Optional.of(
          SourceAccounts.logins(connection).stream()
              .filter(account -> !spared.has(account))
              .toList());
    } catch (SQLException e) {
      if (SqlErrors.code(e) == ErrorCode.PRIVILEGE_MISSING) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Optional<List<String>> accounts(Closing closing) throws SQLException {
    Optional<List<Account>> logins = logins(connection, closed.spared());
    if (logins.isEmpty()) {
      return Optional.empty();
    }
    boolean bound =
        closing == Closing.FOR_GOOD && closed.tried("SET GLOBAL read_only = @@global.read_only");
    Set<String> passing = bound ? passing(connection) : Set.of();
    List<String> open = new ArrayList<>();
    for (Account account : logins.get()) {
      boolean matters = !bound || passing.contains(account.toString());
      // Without a clause it changes nothing, and needs the same privileges (8.0, 9.7, MariaDB
      // 11.4).
      if (matters && !closed.tried("ALTER USER " + account.quoted())) {
        open.add("account " + account + ", which Fram's may not lock");
      }
    }
    return Optional.of(open);
  }

  /** They run though their definer's account is locked. */
  private List<String> events() throws SQLException {
    if (Sql.variable(connection, "event_scheduler").filter("ON"::equals).isEmpty()
        || closed.tried("SET GLOBAL event_scheduler = @@global.event_scheduler")) {
      return List.of();
    }
    return Sql.list(
        connection,
        "SELECT CONCAT('event ', EVENT_SCHEMA, '.', EVENT_NAME) FROM information_schema.EVENTS"
            + " WHERE STATUS = 'ENABLED' ORDER BY 1",
        row -> row.getString(1) + ", as Fram may not stop the event scheduler");
  }

  private boolean mayEndSessions() throws SQLException {
    return Grants.read(connection).global("CONNECTION_ADMIN")
        || ClientSessions.procedure(connection).isPresent();
  }
}
