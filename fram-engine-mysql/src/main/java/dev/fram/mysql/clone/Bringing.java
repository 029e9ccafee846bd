// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.clone;

import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.api.traffic.Address;
import dev.fram.mysql.binlog.Pause;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.journal.CloneMark;
import dev.fram.mysql.journal.CloneMark.Before;
import dev.fram.mysql.journal.CloneMark.Noted;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a target in whatever state to one that is settled. Looks, does one thing, and looks again:
 * so it does not matter who has done what came before. Owned by one thread; the statement that
 * fetches the clone runs in another, whose session is its own.
 */
final class Bringing {
  private static final Logger LOG = LoggerFactory.getLogger(Bringing.class);
  private static final Duration LOOK = Duration.ofMillis(300);
  private static final long TOLD_NANOS = Duration.ofSeconds(10).toNanos();

  /** A server that is about to end after a clone still answers for a moment. */
  private static final long LINGERS_NANOS = Duration.ofSeconds(20).toNanos();

  private static final long AWAY_NANOS = Duration.ofSeconds(3).toNanos();

  /** The clone is there, but nobody supervises mysqld: it has ended (ER_RESTART_SERVER_FAILED). */
  private static final int NOT_RESTARTED = 3707;

  private static final int DONOR = 3862;
  private static final int DISK_SPACE = 3873;
  private static final int IN_PROGRESS = 3874;

  private final Connector source;
  private final Connector target;
  private final Address donor;
  private final Waiting waiting;

  /** Whether a clone was fetched that the server has not shown yet. */
  private boolean fetched;

  /** Until then a clone that nobody works on may be one whose server is about to end. */
  private long lingers = System.nanoTime() + LINGERS_NANOS;

  /**
   * @param patience how long the target may be away
   * @param notes told what a person wants to know
   * @param goesOn called while it waits
   */
  record Waiting(Duration patience, Consumer<String> notes, Runnable goesOn) {
    void pause() {
      goesOn.run();
      Pause.of(LOOK);
    }
  }

  Bringing(Connector source, Connector target, Address donor, Waiting waiting) {
    this.source = source;
    this.target = target;
    this.donor = donor;
    this.waiting = waiting;
  }

  /**
   * @throws FramException LEASE_HELD when another run is at it
   */
  void run() {
    Connection lease = alone();
    try {
      untilSettled();
    } finally {
      Connector.abort(lease);
    }
  }

  /** There is no record yet that a lease could stand in; the lock ends with the session. */
  private Connection alone() {
    Connection session = source.open("clone lease");
    try {
      Sql.run(session, "SET SESSION wait_timeout = 31536000");
      if (Sql.number(session, "SELECT GET_LOCK('fram.clone', 10)") == 1) {
        return session;
      }
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "taking the lease of the clone");
    }
    throw new FramException(
        ErrorCode.LEASE_HELD,
        source.name() + ": another run of Fram is about to clone this server.",
        "End it before you start another.");
  }

  private void untilSettled() {
    boolean settled = false;
    while (!settled) {
      Connection there = here();
      try {
        settled = step(there);
      } catch (SQLException e) {
        FramException problem = SqlErrors.translate(e, target.name(), "cloning");
        if (problem.category() != ErrorCategory.TRANSIENT) {
          throw problem;
        }
      } finally {
        Connector.abort(there);
      }
      waiting.goesOn().run();
    }
  }

  /** Returns whether all is done. */
  private boolean step(Connection there) throws SQLException {
    Optional<Noted> own = CloneMark.own(there);
    if (own.isPresent()) {
      settle(there, own.get());
      return true;
    }
    CloneLook look = CloneLook.at(there);
    boolean ending = look.inProgress() && System.nanoTime() < lingers;
    if (look.running()) {
      watch(there);
      fetched();
    } else if (ending) {
      waiting.pause();
    } else if (fetched) {
      forget(source.open("clone"), there, source);
      throw unusable(look);
    } else {
      fetch(there);
    }
    return false;
  }

  private void fetched() {
    fetched = true;
    lingers = System.nanoTime() + LINGERS_NANOS;
  }

  // ---- waiting ---------------------------------------------------------------------------------

  /** A session on the target, as soon as it answers. */
  private Connection here() {
    long begun = System.nanoTime();
    boolean told = false;
    while (true) {
      waiting.goesOn().run();
      try {
        return target.open("clone");
      } catch (FramException e) {
        long away = System.nanoTime() - begun;
        if (e.category() != ErrorCategory.TRANSIENT) {
          throw locked(e);
        }
        if (away > waiting.patience().toNanos()) {
          throw new FramException(
              ErrorCode.SERVER_UNREACHABLE,
              target.name()
                  + ": it has not come back for "
                  + waiting.patience().toSeconds()
                  + " s. CLONE ends mysqld when the clone is there, and nobody has started it again.",
              START + " Then run the same command again: it goes on with the clone that is there.",
              e);
        }
        if (!told && away > AWAY_NANOS) {
          told = true;
          waiting
              .notes()
              .accept(
                  target.name()
                      + " does not answer: CLONE ends mysqld when the clone is there. "
                      + START
                      + " Fram waits for it, for up to "
                      + waiting.patience().toSeconds()
                      + " s.");
        }
        waiting.pause();
      }
    }
  }

  private static final String START =
      "If no supervisor (systemd, mysqld_safe) starts it again by itself, start it now: systemctl"
          + " start mysql.";

  private FramException locked(FramException e) {
    return e.code() == ErrorCode.AUTHENTICATION_FAILED
        ? new FramException(
            ErrorCode.AUTHENTICATION_FAILED,
            e.seen()
                + " A clone was begun there: its accounts are the source's now, with their"
                + " passwords.",
            "Give in --target the login as it is on the source (FRAM_TARGET_PASSWORD), then run the"
                + " same command again.",
            e)
        : e;
  }

  /** Somebody is at it: an earlier run of Fram, which has ended since. */
  private void watch(Connection there) throws SQLException {
    waiting.notes().accept(target.name() + ": the clone that an earlier run has begun goes on");
    long told = System.nanoTime();
    while (CloneLook.at(there).running()) {
      told = tellProgress(there, told);
      waiting.pause();
    }
  }

  private long tellProgress(Connection there, long told) throws SQLException {
    if (System.nanoTime() - told < TOLD_NANOS) {
      return told;
    }
    CloneLook.progress(there).ifPresent(stage -> waiting.notes().accept("clone: " + stage));
    return System.nanoTime();
  }

  // ---- fetching --------------------------------------------------------------------------------

  private void fetch(Connection there) throws SQLException {
    requireEmpty(there);
    String uuid = Sql.text(there, "SELECT @@global.server_uuid");
    String donors = Sql.text(there, "SELECT @@global.clone_valid_donor_list");
    String statement = prepare(there, uuid);
    Sql.run(there, "SET GLOBAL clone_valid_donor_list = " + Quoting.literal(donor.toString()));
    waiting.notes().accept(target.name() + ": fetches a clone of the whole server from " + donor);
    LOG.info("{}: fetches a clone of the whole server from {}", target.name(), donor);
    Optional<SQLException> problem = run(statement, there);
    boolean ended =
        problem.filter(e -> e.getErrorCode() != NOT_RESTARTED && !SqlErrors.ended(e)).isPresent();
    if (ended) {
      String before = donors.isEmpty() ? "DEFAULT" : Quoting.literal(donors);
      Sql.run(there, "SET GLOBAL clone_valid_donor_list = " + before);
      if (problem.get().getErrorCode() != IN_PROGRESS) {
        forget(source.open("clone"), there, source);
      }
      throw failed(problem.get());
    }
    fetched();
  }

  /** Whatever was noted of an earlier try: a clone removes what is there. */
  private void requireEmpty(Connection there) throws SQLException {
    List<String> held =
        new ArrayList<>(
            Sql.list(
                there,
                "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA",
                row -> row.getString(1)));
    held.removeAll(Catalog.RESERVED);
    if (!held.isEmpty()) {
      throw new FramException(
          ErrorCode.TARGET_NOT_EMPTY,
          target.name() + ": a clone would remove what is there: " + held + ".",
          "Drop it if nobody needs it, or name another server.");
    }
  }

  /** In this order: what is noted on the source comes over, and says what was changed here. */
  private String prepare(Connection there, String uuid) throws SQLException {
    Connection from = source.open("clone");
    try {
      Optional<Noted> known = CloneMark.of(from, uuid);
      Before before = known.isPresent() ? known.get().before() : Precautions.look(there);
      MigrationId id = known.map(Noted::id).orElseGet(() -> MigrationId.random(new SecureRandom()));
      CloneMark.begin(
          from,
          new Noted(
              uuid,
              id,
              CloneCopy.address(target),
              CloneMark.Stage.BEGUN,
              Optional.empty(),
              before));
      CloneAccount account = new CloneAccount(source, id);
      String password = account.make(from);
      Precautions.take(there);
      return account.fetch(donor.host(), donor.port(), password);
    } finally {
      Connector.abort(from);
    }
  }

  /** Returns what it ended with; most often that is the end of the server itself. */
  private Optional<SQLException> run(String statement, Connection there) throws SQLException {
    Connection own = target.open("clone statement");
    CompletableFuture<Optional<SQLException>> end = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("fram-clone")
        .start(() -> end.complete(tried(own, statement)));
    long told = System.nanoTime();
    while (!end.isDone()) {
      waiting.pause();
      try {
        told = tellProgress(there, told);
      } catch (SQLException e) {
        if (!SqlErrors.ended(e)) {
          throw e;
        }
      }
    }
    return end.join();
  }

  private static Optional<SQLException> tried(Connection own, String statement) {
    try {
      Sql.run(own, statement);
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(e);
    }
  }

  private FramException failed(SQLException e) {
    String seen =
        target.name() + ": the clone from " + donor + " failed: " + SqlErrors.message(e) + ".";
    return switch (e.getErrorCode()) {
      case DONOR ->
          new FramException(
              ErrorCode.SERVER_SETTING,
              seen,
              "The target's own machine has to reach the source there; --source-for-target names"
                  + " another address. Then run the same command again.");
      case DISK_SPACE ->
          new FramException(
              ErrorCode.RESOURCE_EXHAUSTED,
              seen,
              "Make room on the target's disk, then run the same command again.");
      default ->
          new FramException(
              ErrorCode.SERVER_SETTING, seen, "Settle it, then run the same command again.");
    };
  }

  private FramException unusable(CloneLook look) {
    return new FramException(
        ErrorCode.SERVER_SETTING,
        target.name()
            + ": the clone has ended as "
            + look.state()
            + " and is not there"
            + (look.error() == 0 ? "" : " (" + look.error() + ", " + look.message() + ")")
            + ".",
        "See the target's error log; run the same command again to clone anew.");
  }

  // ---- the end ---------------------------------------------------------------------------------

  private void settle(Connection there, Noted mark) throws SQLException {
    CloneAccount account = new CloneAccount(source, mark.id());
    if (mark.stage() != CloneMark.Stage.SETTLED) {
      new Settlement(there, target.name(), account).settle(mark);
      LOG.info("{}: the clone is there", target.name());
      waiting.notes().accept(target.name() + ": the clone is there");
    }
    Connection from = source.open("clone");
    try {
      account.drop(from);
      CloneMark.remove(from, mark.target());
    } finally {
      Connector.abort(from);
    }
  }

  /** Takes away what was made on both; what was brought over stays. */
  static void forget(Connection from, Connection there, Connector source) throws SQLException {
    String uuid = Sql.text(there, "SELECT @@global.server_uuid");
    Optional<Noted> own = CloneMark.own(there);
    Optional<Noted> noted = own.isPresent() ? own : CloneMark.of(from, uuid);
    if (noted.isEmpty()) {
      return;
    }
    CloneAccount account = new CloneAccount(source, noted.get().id());
    Precautions.undo(there, noted.get().before());
    account.drop(there);
    if (own.isPresent()) {
      Sql.run(there, "DROP DATABASE fram");
    }
    account.drop(from);
    CloneMark.remove(from, uuid);
  }
}
