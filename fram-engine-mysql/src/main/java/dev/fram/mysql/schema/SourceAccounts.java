// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SchemaObject.Fact;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The accounts and roles of a server with their grants, as the server prints them; the servers' own
 * left out. Needs SELECT on mysql.user. Never logged: the statements hold password hashes.
 */
public final class SourceAccounts {
  private static final Set<String> OWN =
      Set.of("mysql.sys", "mysql.session", "mysql.infoschema", "mariadb.sys", "PUBLIC");

  private static final Pattern DEFAULT_ROLE = Pattern.compile(" DEFAULT ROLE (.*?) REQUIRE ");
  private static final Pattern LOCKED = Pattern.compile(" ACCOUNT (LOCK|UNLOCK)\\b");

  private SourceAccounts() {}

  /**
   * One account.
   *
   * @param user its user part
   * @param host its host part; empty for a role of MariaDB
   */
  public record Account(String user, String host) {
    /** As SQL writes it. */
    public String quoted() {
      return host.isEmpty() && !user.isEmpty()
          ? Quoting.identifier(user)
          : Quoting.identifier(user) + "@" + Quoting.identifier(host);
    }

    /** {@code user@host}. */
    @Override
    public String toString() {
      return host.isEmpty() ? user : user + "@" + host;
    }
  }

  /** Every account and role but the server's own. */
  public static List<Account> all(Connection connection) throws SQLException {
    return Sql.list(
            connection,
            "SELECT user, host FROM mysql.user ORDER BY 1, 2",
            row -> new Account(row.getString(1), row.getString(2)))
        .stream()
        .filter(account -> !OWN.contains(account.user()))
        .toList();
  }

  /**
   * Those that may log in now, less the one of this session: what an application may use. Whether
   * one may write, and even under super_read_only, its grants say.
   */
  public static List<Account> logins(Connection connection) throws SQLException {
    boolean mariaDb = Connector.version(connection).isMariaDb();
    String open =
        mariaDb
            ? "SELECT user, host FROM mysql.global_priv"
                + " WHERE COALESCE(JSON_VALUE(priv, '$.account_locked'), '0') NOT IN ('1', 'true')"
                + " AND COALESCE(JSON_VALUE(priv, '$.is_role'), '0') NOT IN ('1', 'true')"
            : "SELECT user, host FROM mysql.user WHERE account_locked = 'N'";
    String self = Sql.text(connection, "SELECT CURRENT_USER()");
    return Sql.list(
            connection,
            open + " ORDER BY 1, 2",
            row -> new Account(row.getString(1), row.getString(2)))
        .stream()
        .filter(account -> !OWN.contains(account.user()) && !account.toString().equals(self))
        .toList();
  }

  /** The statements that make an account on another server, locked, and give it its grants. */
  static List<SchemaObject> read(Connection connection, Account account) throws SQLException {
    List<SchemaObject> found = new ArrayList<>();
    List<String> grants = new ArrayList<>();
    Map<Fact, String> facts = new EnumMap<>(Fact.class);
    facts.put(Fact.HOST, account.host());
    String create;
    if (isMariaDbRole(connection, account)) {
      create = "CREATE ROLE " + account.quoted();
      facts.put(Fact.STATE, "ROLE");
    } else {
      String printed =
          Sql.first(connection, "SHOW CREATE USER " + account.quoted(), row -> row.getString(1))
              .orElseThrow();
      facts.put(Fact.STATE, isLocked(printed) ? "LOCKED" : "OPEN");
      defaultRoles(printed)
          .ifPresent(roles -> grants.add("SET DEFAULT ROLE " + roles + " TO " + account.quoted()));
      create = locked(withoutDefaultRoles(printed));
    }
    found.add(new SchemaObject(Kind.ACCOUNT, "", account.toString(), create, facts));
    grants.addAll(
        0, Sql.list(connection, "SHOW GRANTS FOR " + account.quoted(), row -> row.getString(1)));
    for (int i = 0; i < grants.size(); i++) {
      found.add(new SchemaObject(Kind.GRANT, "", account + " " + i, grants.get(i), Map.of()));
    }
    return found;
  }

  private static boolean isMariaDbRole(Connection connection, Account account) throws SQLException {
    return Connector.version(connection).isMariaDb()
        && Sql.number(
                connection,
                "SELECT count(*) FROM mysql.user WHERE user = ? AND host = ? AND is_role = 'Y'",
                account.user(),
                account.host())
            > 0;
  }

  static boolean isLocked(String create) {
    Matcher state = LOCKED.matcher(SqlText.outside(create));
    return state.find() && state.group(1).equals("LOCK");
  }

  /** The statement with the account locked: nobody logs in there before the opening. */
  static String locked(String create) {
    Matcher state = LOCKED.matcher(SqlText.outside(create));
    return state.find()
        ? create.substring(0, state.start(1)) + "LOCK" + create.substring(state.end(1))
        : create + " ACCOUNT LOCK";
  }

  private static Optional<String> defaultRoles(String create) {
    Matcher roles = DEFAULT_ROLE.matcher(SqlText.outside(create));
    return roles.find()
        ? Optional.of(create.substring(roles.start(1), roles.end(1)))
        : Optional.empty();
  }

  /** The roles may not be there yet. */
  private static String withoutDefaultRoles(String create) {
    Matcher roles = DEFAULT_ROLE.matcher(SqlText.outside(create));
    return roles.find() ? SqlText.without(create, roles.start(), roles.end(1)) : create;
  }
}
