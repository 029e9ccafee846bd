// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.gate;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.schema.SourceAccounts.Account;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the source for good (ALGORITHMS E1, MySQL, 4 and 5): accounts locked, which a standby that
 * takes over has too; the server read-only, in the strictest way that it lets us; sessions of
 * applications ended, because neither stops one that is there. What is possible shows by trying.
 * Every part may be done again. Stateless; works on the caller's session, which holds no
 * transaction.
 */
public final class SourceSeal {
  private static final Logger LOG = LoggerFactory.getLogger(SourceSeal.class);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final int TRIES = 250;
  private static final int CLOSING_TRIES = 10;

  private final Connection connection;
  private final String server;
  private final ClosedServer closed;

  /**
   * @param server the source's name for people
   */
  public SourceSeal(Connection connection, String server) {
    this.connection = connection;
    this.server = server;
    this.closed = new ClosedServer(connection, server);
  }

  /** How the server refuses writes. */
  enum ReadOnly {
    /** Everybody's. */
    SUPER,
    /** Those of accounts without an administrator's privilege. */
    PLAIN,
    /** Nobody's. */
    NONE
  }

  /**
   * Closes the source.
   *
   * @return a position that nothing of the application's lies beyond
   * @throws FramException LOCK_TIMEOUT while something is on its way that cannot be stopped;
   *     PRIVILEGE_MISSING when nothing at all keeps applications out
   */
  public BinlogPosition close(Closing closing) throws SQLException {
    ReadOnly before = readOnly();
    boolean locked = true;
    if (before != ReadOnly.SUPER) {
      closed.prepare();
      new TargetGuard(connection).closeAgain();
      closed.stopEvents();
      locked = lockAccounts(closing);
    }
    ClientSessions sessions = new ClientSessions(connection, closed.spared());
    ReadOnly now = before == ReadOnly.SUPER ? before : refuseWrites(closing, sessions);
    keep(now);
    if (!locked && now != ReadOnly.SUPER) {
      List<String> open = new OpenDoors(connection, server).of(closing);
      if (!open.isEmpty()) {
        throw stillOpen(open);
      }
    }
    endSessions(now, sessions);
    List<String> prepared = Blockers.prepared(connection);
    if (!prepared.isEmpty()) {
      throw notYet(String.join("; ", prepared));
    }
    LOG.info("{}: closed (read-only: {}).", server, now);
    return SourceLog.position(connection);
  }

  private FramException stillOpen(List<String> open) {
    return new FramException(
        ErrorCode.PRIVILEGE_MISSING,
        server
            + ": it has handed over, but these could write there: "
            + String.join("; ", open)
            + ".",
        "Grant Fram's account SYSTEM_VARIABLES_ADMIN (SUPER on MariaDB: READ ONLY ADMIN) and"
            + " CREATE USER (to lock accounts that have SYSTEM_USER: that too), and run fram"
            + " migrate again; the other server stays closed until then.");
  }

  private ReadOnly readOnly() throws SQLException {
    if (isOn("super_read_only")) {
      return ReadOnly.SUPER;
    }
    return isOn("read_only") ? ReadOnly.PLAIN : ReadOnly.NONE;
  }

  private boolean isOn(String variable) throws SQLException {
    return Sql.variable(connection, variable)
        .filter(value -> !value.equals("OFF") && !value.equals("0"))
        .isPresent();
  }

  /**
   * While another session still holds the write gate's locks, a writer that waits for them keeps
   * SET GLOBAL waiting: so writers are ended first, and again when one has come back meanwhile.
   */
  private ReadOnly refuseWrites(Closing closing, ClientSessions sessions) throws SQLException {
    Sql.run(connection, "SET SESSION lock_wait_timeout = 1");
    for (int i = 1; ; i++) {
      for (long id : sessions.list()) {
        sessions.kill(id);
      }
      try {
        if (closing == Closing.FOR_GOOD && closed.tried("SET GLOBAL super_read_only = ON")) {
          return ReadOnly.SUPER;
        }
        return closed.tried("SET GLOBAL read_only = ON") ? ReadOnly.PLAIN : readOnly();
      } catch (SQLException e) {
        if (SqlErrors.code(e) != ErrorCode.LOCK_TIMEOUT || i == CLOSING_TRIES) {
          throw e;
        }
      }
    }
  }

  /**
   * Beyond a restart: where administrators' accounts are not locked, nothing else would bind them.
   */
  private void keep(ReadOnly now) throws SQLException {
    switch (now) {
      case SUPER -> {
        if (!closed.persist("super_read_only = ON")) {
          LOG.warn(
              "{}: super_read_only=ON is lost when the server restarts: set it in my.cnf.", server);
        }
      }
      case PLAIN -> closed.persist("read_only = ON");
      case NONE -> {}
    }
  }

  /**
   * Locks the accounts of applications. Administrators keep theirs where super_read_only binds them
   * too; elsewhere their accounts are locked as well, all but Fram's own, and also where Fram is to
   * write on: then super_read_only cannot be had.
   *
   * @return whether every account that could write is locked
   */
  private boolean lockAccounts(Closing closing) throws SQLException {
    boolean bound = closing == Closing.FOR_GOOD && OpenDoors.closesToEverybody(connection);
    Set<String> passing = bound ? OpenDoors.passing(connection) : Set.of();
    Optional<List<Account>> logins = OpenDoors.logins(connection, closed.spared());
    boolean all = logins.isPresent();
    for (Account account : logins.orElse(List.of())) {
      if (!passing.contains(account.toString())) {
        all &= closed.lock(account);
      }
    }
    return all;
  }

  /**
   * Ends every session that is there now, but for Fram's, and waits until they are gone. Those that
   * come later find accounts locked and the server closed. They are not waited for: applications
   * that try to get in again, many times a second, are nearly always in the list as somebody who
   * has not logged in yet, and that would keep the target closed. Where the server refuses
   * everybody's writes, those that are not ours to end may stay.
   */
  private void endSessions(ReadOnly now, ClientSessions sessions) throws SQLException {
    Set<Long> left = new TreeSet<>(sessions.list());
    for (int i = 0; i < TRIES && !left.isEmpty(); i++) {
      boolean ours = false;
      for (long id : left) {
        ours |= sessions.kill(id);
      }
      if (!ours && now == ReadOnly.SUPER) {
        LOG.info("{}: {} sessions are not ours to end; they cannot write.", server, left.size());
        return;
      }
      pause();
      left.retainAll(sessions.list());
    }
    if (!left.isEmpty()) {
      throw notYet(left.size() + " sessions of applications do not end");
    }
  }

  private static void pause() {
    LockSupport.parkNanos(LOOK.toNanos());
  }

  private FramException notYet(String what) {
    return new FramException(
        ErrorCode.LOCK_TIMEOUT,
        server + ": the source has handed over, but is not quiet yet: " + what + ".",
        "End it by hand; the target opens then, or when fram migrate is run again.");
  }

  /**
   * Opens a session, closes the source in it and ends the session.
   *
   * @param closing asked first, while nobody else opens or closes the server
   */
  public static BinlogPosition close(Connector source, Closing.Question closing) {
    return Turnstile.alone(
        source,
        "closing the source for good",
        session -> new SourceSeal(session, source.name()).close(closing.of(session)));
  }
}
