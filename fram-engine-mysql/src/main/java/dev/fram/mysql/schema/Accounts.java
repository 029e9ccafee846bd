// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.ObjectStore.Made;
import dev.fram.mysql.schema.SchemaObject.Fact;
import dev.fram.mysql.schema.SchemaObject.Kind;
import dev.fram.mysql.schema.SourceAccounts.Account;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Accounts and roles on the target: made locked and with the source's password hashes, so that
 * nobody needs a new password and nobody gets in before the opening. What is there already is not
 * touched, and gets no grants.
 */
final class Accounts {
  private static final String READ = "accounts";
  private static final int NO_SUCH_PRIVILEGE = 3929;
  private static final int NO_SUCH_TABLE = 1146;

  private final SchemaSession source;
  private final SchemaSession target;
  private final Set<SchemaOption> options;

  Accounts(SchemaSession source, SchemaSession target, Set<SchemaOption> options) {
    this.source = source;
    this.target = target;
    this.options = options;
  }

  void create(long epoch, Consumer<String> progress) {
    read(epoch, progress);
    target.fenced(
        epoch,
        "creating accounts",
        connection -> {
          Set<String> there = existing(connection);
          for (SchemaObject account : ObjectStore.all(connection, Kind.ACCOUNT)) {
            if (!there.contains(account.name())) {
              target.checkEpoch(connection, epoch);
              ObjectStore.mark(connection, account, Made.YES);
              make(connection, account);
            }
          }
          return 0;
        });
  }

  private void make(Connection connection, SchemaObject account) throws SQLException {
    try {
      SchemaSession.run(connection, account.text());
    } catch (SQLException e) {
      throw target.translate(e, "creating account " + account.name());
    }
  }

  private void read(long epoch, Consumer<String> progress) {
    List<SchemaObject> objects =
        source.with(
            "reading accounts (SELECT on mysql.user is needed)",
            connection -> {
              List<SchemaObject> found = new ArrayList<>();
              for (Account account : SourceAccounts.all(connection)) {
                found.addAll(SourceAccounts.read(connection, account));
              }
              return found;
            });
    target.fenced(
        epoch,
        "storing accounts",
        connection -> {
          if (ObjectStore.done(connection, READ)) {
            return 0;
          }
          Set<String> there = existing(connection);
          for (SchemaObject object : objects) {
            boolean kept =
                there.contains(object.name())
                    || (object.kind() == Kind.GRANT
                        && there.contains(
                            object.name().substring(0, object.name().lastIndexOf(' '))));
            if (!kept) {
              ObjectStore.save(connection, object);
            } else if (object.kind() == Kind.ACCOUNT) {
              progress.accept("account " + object.name() + " exists on the target and is kept");
            }
          }
          ObjectStore.record(connection, READ);
          return 0;
        });
  }

  private static Set<String> existing(Connection connection) throws SQLException {
    Set<String> found = new HashSet<>();
    Sql.list(
            connection,
            "SELECT user, host FROM mysql.user",
            row -> new Account(row.getString(1), row.getString(2)).toString())
        .forEach(found::add);
    return found;
  }

  /** After tables, views and routines are there: grants on single ones need them. */
  void grant(long epoch, Consumer<String> progress) {
    if (options.contains(SchemaOption.NO_PRIVILEGES)) {
      return;
    }
    target.fenced(
        epoch,
        "granting privileges",
        connection -> {
          boolean mariaDb = Connector.version(connection).isMariaDb();
          List<SchemaObject> left = new ArrayList<>();
          for (SchemaObject grant : ObjectStore.all(connection, Kind.GRANT)) {
            if (!ObjectStore.isMade(connection, grant)) {
              left.add(grant);
            }
          }
          // Default roles come after the roles were granted.
          left.sort(java.util.Comparator.comparing(g -> g.text().startsWith("SET DEFAULT ROLE")));
          for (SchemaObject grant : left) {
            target.checkEpoch(connection, epoch);
            for (String refused : grant(connection, grant, mariaDb)) {
              progress.accept("not granted on the target: " + refused);
            }
            ObjectStore.mark(connection, grant, Made.YES);
          }
          return 0;
        });
  }

  /** Runs a grant; where the target lacks a privilege of a list, the others one by one. */
  private List<String> grant(Connection connection, SchemaObject grant, boolean mariaDb)
      throws SQLException {
    Optional<SQLException> problem = attempt(connection, grant.text());
    if (problem.isEmpty()) {
      return List.of();
    }
    if (problem.get().getErrorCode() == NO_SUCH_TABLE) {
      return List.of(withoutSecrets(grant.text()) + " (no such table)");
    }
    int on = SqlText.outside(grant.text()).indexOf(" ON ");
    if (mariaDb || problem.get().getErrorCode() != NO_SUCH_PRIVILEGE || on < 0) {
      throw target.translate(problem.get(), "running " + withoutSecrets(grant.text()));
    }
    List<String> refused = new ArrayList<>();
    for (String privilege : SqlText.pieces(grant.text().substring("GRANT ".length(), on))) {
      String words =
          privilege.equals("SET_USER_ID")
              ? "SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER"
              : privilege;
      attempt(connection, "GRANT " + words + grant.text().substring(on))
          .ifPresent(e -> refused.add(privilege + grant.text().substring(on)));
    }
    return refused;
  }

  private static Optional<SQLException> attempt(Connection connection, String sql)
      throws SQLException {
    try {
      SchemaSession.run(connection, sql);
      return Optional.empty();
    } catch (SQLException e) {
      if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
        throw e;
      }
      return Optional.of(e);
    }
  }

  /** MariaDB prints the password's hash in the first grant. */
  private static String withoutSecrets(String grant) {
    int identified = SqlText.outside(grant).indexOf(" IDENTIFIED ");
    return identified < 0 ? grant : grant.substring(0, identified);
  }

  /** Unlocks what was open on the source. Idempotent. */
  static void open(Connection connection) throws SQLException {
    for (SchemaObject account : ObjectStore.made(connection, Kind.ACCOUNT)) {
      if (account.fact(Fact.STATE).equals(Optional.of("OPEN"))) {
        Sql.run(connection, "ALTER USER " + quoted(account) + " ACCOUNT UNLOCK");
      }
    }
  }

  /** Drops the accounts that Fram made, and so nobody has used yet. */
  static void drop(Connection connection) throws SQLException {
    for (SchemaObject account : ObjectStore.made(connection, Kind.ACCOUNT)) {
      boolean role = account.fact(Fact.STATE).equals(Optional.of("ROLE"));
      SchemaSession.run(
          connection, "DROP " + (role ? "ROLE" : "USER") + " IF EXISTS " + quoted(account));
    }
  }

  private static String quoted(SchemaObject account) {
    String host = account.fact(Fact.HOST).orElse("");
    if (host.isEmpty()) {
      return Quoting.identifier(account.name());
    }
    String user = account.name().substring(0, account.name().length() - host.length() - 1);
    return new Account(user, host).quoted();
  }
}
