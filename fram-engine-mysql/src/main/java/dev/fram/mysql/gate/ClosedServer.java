// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import dev.fram.api.error.ErrorCode;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.schema.SourceAccounts.Account;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Fram has closed on a server, in {@code fram.closed}, so that it opens just that again: each
 * is written down before it is done. Works on the caller's session, which holds no transaction.
 */
public final class ClosedServer {
  private static final Logger LOG = LoggerFactory.getLogger(ClosedServer.class);
  private static final String ACCOUNT = "ACCOUNT";
  private static final String SCHEDULER = "SCHEDULER";
  private static final String SPARED = "SPARED";
  private static final String OFF = "SET GLOBAL event_scheduler = OFF";

  private static final String TABLE =
      "CREATE TABLE IF NOT EXISTS fram.closed (what varchar(16) NOT NULL, user varchar(96) NOT NULL,"
          + " host varchar(255) NOT NULL, PRIMARY KEY (what, user, host))"
          + " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

  private final Connection connection;
  private final String server;

  /**
   * @param server its name for people
   */
  public ClosedServer(Connection connection, String server) {
    this.connection = connection;
    this.server = server;
  }

  /** Before anything is closed. */
  void prepare() throws SQLException {
    Sql.run(connection, TABLE);
  }

  /** Notes which accounts stay open, so that a later run of Fram closes it in the same way. */
  public void spare(SparedAccounts accounts) throws SQLException {
    prepare();
    for (Account account : remembered(SPARED)) {
      if (!accounts.has(account)) {
        forget(SPARED, account);
      }
    }
    for (Account account : accounts.accounts()) {
      remember(SPARED, account);
    }
  }

  /** The accounts that stay open. */
  SparedAccounts spared() throws SQLException {
    return new SparedAccounts(exists() ? remembered(SPARED) : List.of());
  }

  /**
   * Locks an account.
   *
   * @return whether it is locked; not when that is not allowed to us
   */
  boolean lock(Account account) throws SQLException {
    remember(ACCOUNT, account);
    if (tried("ALTER USER " + account.quoted() + " ACCOUNT LOCK")) {
      LOG.info("{}: account {} locked.", server, account);
      return true;
    }
    forget(ACCOUNT, account);
    LOG.warn("{}: account {} could not be locked.", server, account);
    return false;
  }

  /** Their definers' accounts may be locked: events would run all the same. */
  void stopEvents() throws SQLException {
    if (Sql.variable(connection, "event_scheduler").filter("ON"::equals).isEmpty()) {
      return;
    }
    remember(SCHEDULER, new Account("", ""));
    if (!tried(OFF)) {
      forget(SCHEDULER, new Account("", ""));
      LOG.warn("{}: the event scheduler could not be stopped.", server);
      return;
    }
    persist("event_scheduler = OFF");
  }

  /**
   * Again after a restart, on a server that cannot keep its settings: the accounts are still
   * locked, and that alone has kept applications away.
   */
  public void keep() throws SQLException {
    if (!TargetGuard.isReadOnly(connection)) {
      TargetGuard.readOnly(connection, "ON");
    }
    if (Sql.variable(connection, "event_scheduler").filter("ON"::equals).isPresent()) {
      tried(OFF);
    }
  }

  /** Lets us write, where the server refused even that; others are still refused. */
  public void admitFram() throws SQLException {
    if (Sql.variable(connection, "super_read_only").filter("ON"::equals).isPresent()) {
      Sql.run(connection, "SET GLOBAL super_read_only = OFF");
    }
  }

  /** Everything that was closed is open again. Idempotent. */
  public void open() throws SQLException {
    TargetGuard guard = new TargetGuard(connection);
    guard.open();
    admitAll();
    if (!exists()) {
      return;
    }
    for (Account account : remembered(ACCOUNT)) {
      unlock(account);
      forget(ACCOUNT, account);
    }
    for (Account scheduler : remembered(SCHEDULER)) {
      if (persists()) {
        tried("RESET PERSIST IF EXISTS event_scheduler");
      }
      tried("SET GLOBAL event_scheduler = ON");
      forget(SCHEDULER, scheduler);
    }
  }

  /**
   * Also forgets what was kept for a restart; where it was never read-only, we may not have been
   * allowed to.
   */
  private void admitAll() throws SQLException {
    boolean needed = TargetGuard.isReadOnly(connection);
    try {
      TargetGuard.readOnly(connection, "OFF");
    } catch (SQLException e) {
      if (needed || SqlErrors.code(e) != ErrorCode.PRIVILEGE_MISSING) {
        throw e;
      }
    }
  }

  private boolean exists() throws SQLException {
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'closed'")
        > 0;
  }

  private void unlock(Account account) throws SQLException {
    try {
      Sql.run(connection, "ALTER USER " + account.quoted() + " ACCOUNT UNLOCK");
    } catch (SQLException e) {
      // 1396: somebody has dropped it meanwhile.
      if (e.getErrorCode() != 1396) {
        throw e;
      }
    }
  }

  private void remember(String what, Account account) throws SQLException {
    Sql.update(
        connection,
        "INSERT INTO fram.closed (what, user, host) VALUES (?, ?, ?)"
            + " ON DUPLICATE KEY UPDATE what = what",
        what,
        account.user(),
        account.host());
  }

  private void forget(String what, Account account) throws SQLException {
    Sql.update(
        connection,
        "DELETE FROM fram.closed WHERE what = ? AND user = ? AND host = ?",
        what,
        account.user(),
        account.host());
  }

  private List<Account> remembered(String what) throws SQLException {
    return Sql.list(
        connection,
        "SELECT user, host FROM fram.closed WHERE what = ? ORDER BY 1, 2",
        row -> new Account(row.getString(1), row.getString(2)),
        what);
  }

  /**
   * Keeps a setting beyond a restart.
   *
   * @return whether it is kept; MariaDB knows no such thing
   */
  boolean persist(String setting) throws SQLException {
    return persists() && tried("SET PERSIST " + setting);
  }

  private boolean persists() throws SQLException {
    return !Connector.version(connection).isMariaDb();
  }

  /** Returns false when the server does not know it, or does not let us. */
  boolean tried(String sql) throws SQLException {
    try {
      Sql.run(connection, sql);
      return true;
    } catch (SQLException e) {
      // 1193: no such variable. 1238: it cannot be set here. 3615: it cannot be kept here.
      boolean impossible =
          e.getErrorCode() == 1193
              || e.getErrorCode() == 1238
              || e.getErrorCode() == 3615
              || SqlErrors.code(e) == ErrorCode.PRIVILEGE_MISSING;
      if (!impossible) {
        throw e;
      }
      LOG.debug("{}: {}: {}", server, sql, SqlErrors.message(e));
      return false;
    }
  }
}
