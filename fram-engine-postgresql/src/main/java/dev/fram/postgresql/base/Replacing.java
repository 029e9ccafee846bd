// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.base;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.host.ServerMachine;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Secret;
import dev.fram.api.traffic.Address;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.journal.BaseMark;
import dev.fram.postgresql.journal.BaseMark.Noted;
import dev.fram.postgresql.journal.BaseMark.Place;
import dev.fram.postgresql.replica.ConnectionText;
import dev.fram.postgresql.replica.ReplicaRole;
import dev.fram.postgresql.schema.TargetContent;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * From a target in whatever state to one that is settled. Looks, does what is next, and looks
 * again: so it does not matter who has done what came before. Owned by one thread.
 */
final class Replacing {
  /** Beside the journal's own, 1 and 2. */
  private static final String ALONE = "SELECT pg_try_advisory_lock(1718772077, 3)::int";

  private static final long TOLD_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long LOOK_MILLIS = 300;
  private static final int PORT = 5432;

  private final Connector source;
  private final Connector target;
  private final RouteRequest request;
  private final BaseStart start;
  private final Waiting waiting;
  private final TargetMachine machine;

  /**
   * @param machine the target's
   * @param patience how long the target may be away
   * @param notes told what a person wants to know
   * @param goesOn called while it waits
   */
  record Waiting(
      ServerMachine machine, Duration patience, Consumer<String> notes, Runnable goesOn) {
    TargetMachine.Patience forMachine() {
      return new TargetMachine.Patience(patience, this::pause);
    }

    void pause() {
      goesOn.run();
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FramException(ErrorCode.CANCELLED, "The base backup was cancelled.", "", e);
      }
    }
  }

  Replacing(
      Connector source, Connector target, RouteRequest request, BaseStart start, Waiting waiting) {
    this.source = source;
    this.target = target;
    this.request = request;
    this.start = start;
    this.waiting = waiting;
    this.machine = new TargetMachine(waiting.machine(), waiting.goesOn(), waiting.forMachine());
  }

  /**
   * @throws FramException LEASE_HELD when another run is at it
   */
  void run() {
    try {
      alone();
      Noted noted = noted();
      if (settled().isEmpty()) {
        bring(noted);
      }
      machine.forgetPassword(noted.place());
      machine.clean(noted.place(), noted.id());
      forget(source, noted);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "bringing the base backup over");
    }
  }

  /** There is no record yet that a lease could stand in; the lock ends with the session. */
  private void alone() throws SQLException {
    Connection session = source.open("base backup lease");
    if (Sql.number(session, ALONE) != 1) {
      throw new FramException(
          ErrorCode.LEASE_HELD,
          source.name() + ": another run of Fram takes a base backup of this server.",
          "End it before you start another.");
    }
  }

  private Noted noted() throws SQLException {
    Connection session = source.open("base backup");
    Optional<Noted> known =
        BaseMark.of(session, BaseBackupCopy.address(target)).or(() -> settled());
    if (known.isPresent()) {
      return known.get();
    }
    Noted begun =
        new Noted(
            BaseBackupCopy.address(target),
            MigrationId.random(new SecureRandom()),
            BaseMark.Stage.FETCHING,
            Optional.empty(),
            place());
    BaseMark.begin(session, begun);
    return begun;
  }

  private Optional<Noted> settled() {
    try {
      Connection there = target.open("base backup");
      try {
        return BaseMark.settled(there);
      } finally {
        Connector.abort(there);
      }
    } catch (FramException e) {
      if (e.category() == ErrorCategory.TRANSIENT) {
        return Optional.empty();
      }
      throw e;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "looking at the target");
    }
  }

  private Place place() throws SQLException {
    Connection there = target.open("base backup");
    try {
      String folder = Sql.text(there, "SHOW data_directory");
      Map<String, String> seen = machine.look(folder).orElseThrow(this::elsewhere);
      return new Place(
          seen.getOrDefault("folder", folder),
          seen.getOrDefault("programs", ""),
          seen.getOrDefault("log", ""),
          seen.getOrDefault("owner", ""));
    } finally {
      Connector.abort(there);
    }
  }

  private FramException elsewhere() {
    return new FramException(
        ErrorCode.CONFIG_INVALID,
        target.name() + ": its data folder is not on " + machine.display() + ".",
        "Name in --target-host the machine on which it runs.");
  }

  private void bring(Noted noted) throws SQLException {
    TargetMachine.State state = machine.state(noted.place(), noted.id());
    if (state.where() == TargetMachine.Where.NOT_FETCHED) {
      fetch(noted);
    }
    Lsn from = started(noted);
    if (machine.state(noted.place(), noted.id()).where() != TargetMachine.Where.IN_PLACE) {
      replace(noted, from);
    } else if (!state.runs()) {
      machine.start(noted.place());
    }
    Connection there = promoted();
    try {
      waiting.notes().accept(target.name() + ": the base backup is there, up to " + from);
      new Settlement(there, target.name(), start).settle(noted, from);
    } finally {
      Connector.abort(there);
    }
  }

  // ---- fetching --------------------------------------------------------------------------------

  static String slot(MigrationId id) {
    return "fram_base_" + id;
  }

  private void fetch(Noted noted) throws SQLException {
    Connection session = source.open("base backup");
    requireEmpty();
    keepLog(session, noted.id());
    String program =
        machine
            .program(noted.place(), session.getMetaData().getDatabaseMajorVersion())
            .orElseThrow(this::noProgram);
    waiting.notes().accept(target.name() + ": fetches a base backup of the whole server");
    TargetMachine.Fetch how =
        new TargetMachine.Fetch(
            program, slot(noted.id()), where().text(roleName(noted)), passwordLine(noted));
    Progress progress = new Progress(session, waiting.notes());
    TargetMachine told =
        new TargetMachine(
            waiting.machine(),
            () -> {
              waiting.goesOn().run();
              progress.tell();
            },
            waiting.forMachine());
    patiently(() -> told.fetch(noted.place(), noted.id(), how));
  }

  private FramException noProgram() {
    return new FramException(
        ErrorCode.TOOL_MISSING,
        "target's machine "
            + machine.display()
            + ": there is no pg_basebackup of the server's version or newer.",
        "Install the package postgresql-client of that version there.");
  }

  /** From here on nothing is thrown away that the backup needs. */
  private static void keepLog(Connection session, MigrationId id) throws SQLException {
    if (Sql.number(
            session, "SELECT count(*) FROM pg_replication_slots WHERE slot_name = ?", slot(id))
        == 0) {
      Sql.list(session, "SELECT pg_create_physical_replication_slot(?, true)", row -> 0, slot(id));
    }
  }

  private ConnectionText where() {
    Address standard = new Address(request.source().host(), request.source().port());
    Address address =
        request.serverClone().flatMap(wish -> wish.source()).orElse(standard).orPort(PORT);
    return ConnectionText.of(request.source(), address);
  }

  private String roleName(Noted noted) {
    return BaseBackupCopy.role(source, noted).name();
  }

  /** With a password that is new each time: nobody has kept the last one. */
  private Secret passwordLine(Noted noted) {
    ReplicaRole role = BaseBackupCopy.role(source, noted);
    return new Secret("*:*:*:*:" + role.make().reveal());
  }

  private void requireEmpty() throws SQLException {
    Connection there = target.open("base backup");
    try {
      TargetContent content = TargetContent.read(there);
      if (!content.empty()) {
        throw new FramException(
            ErrorCode.TARGET_NOT_EMPTY,
            target.name()
                + ": a base backup would remove what is there: "
                + content.summary()
                + ".",
            "Drop it if nobody needs it, or name another server.");
      }
    } finally {
      Connector.abort(there);
    }
  }

  // ---- the place where the feed begins
  // -----------------------------------------------------------

  /** The slot is made when the backup is there: what it keeps until then is less. */
  private Lsn started(Noted noted) throws SQLException {
    Connection session = source.open("base backup");
    Optional<Noted> now = BaseMark.of(session, noted.target());
    Optional<Lsn> known = now.flatMap(Noted::start);
    if (known.isPresent()) {
      return known.get();
    }
    Lsn from = start.make(noted.id(), waiting.notes());
    BaseMark.start(session, noted.target(), from);
    return from;
  }

  // ---- replacing -------------------------------------------------------------------------------

  private void replace(Noted noted, Lsn from) throws SQLException {
    TargetMachine.State state = machine.state(noted.place(), noted.id());
    if (state.runs()) {
      requireEmpty();
    }
    Secret password = passwordLine(noted);
    String settings = settings(noted, from);
    patiently(() -> machine.dress(noted.place(), noted.id(), settings, password));
    waiting.notes().accept(target.name() + ": is stopped, and started as a copy of the source");
    machine.stop(noted.place());
    machine.swap(noted.place(), noted.id());
    machine.start(noted.place());
  }

  /**
   * Recovery ends before the first record at the slot's place (recovery_target_inclusive): what was
   * committed before it is in the backup, what was committed there or behind it comes by the feed.
   * hot_standby=off spares the question whether this server's settings would do for a standby that
   * answers (manual, 27.4.3); nobody may write before the tables are guarded.
   */
  private String settings(Noted noted, Lsn from) {
    String passwords = noted.place().folder() + "/fram.pgpass";
    String source =
        where().text(roleName(noted))
            + " application_name="
            + slot(noted.id())
            + " passfile="
            + ConnectionText.quoted(passwords);
    StringBuilder text = new StringBuilder();
    Map<String, String> all = Settlement.settings(source, slot(noted.id()), from.text());
    all.forEach((name, value) ->
        text.append(name).append(" = '").append(value.replace("'", "''")).append("'\n"));
    return text.toString();
  }

  /** A session on the target, once it has left recovery. */
  private Connection promoted() throws SQLException {
    long begun = System.nanoTime();
    long told = begun;
    while (true) {
      waiting.goesOn().run();
      try {
        Connection there = target.open("base backup");
        if (Sql.text(there, "SELECT pg_is_in_recovery()").equals("f")) {
          return there;
        }
        Connector.abort(there);
      } catch (FramException e) {
        if (e.category() != ErrorCategory.TRANSIENT) {
          throw e;
        }
        if (System.nanoTime() - begun > waiting.patience().toNanos()) {
          throw new FramException(
              ErrorCode.SERVER_UNREACHABLE,
              target.name()
                  + ": it was started with the base backup and has not come up for "
                  + waiting.patience().toSeconds()
                  + " s ("
                  + e.seen()
                  + ").",
              "Its log says why. Run the same command again to go on, or fram cancel"
                  + " --copy=base-backup to have the target as it was.",
              e);
        }
      }
      if (System.nanoTime() - told > TOLD_NANOS) {
        told = System.nanoTime();
        waiting.notes().accept(target.name() + ": reads the source's log up to the slot's place");
      }
      waiting.pause();
    }
  }

  private void patiently(Supplier<Boolean> act) {
    boolean told = false;
    while (!act.get()) {
      if (!told) {
        told = true;
        waiting
            .notes()
            .accept(
                "target's machine "
                    + machine.display()
                    + ": what an earlier run has begun is still at it; Fram waits");
      }
      waiting.pause();
    }
  }

  // ---- the end ---------------------------------------------------------------------------------

  /** Takes away what was made on the source for the backup alone. Idempotent. */
  static void forget(Connector source, Noted noted) throws SQLException {
    Connection session = source.open("base backup");
    try {
      Sql.list(
          session,
          "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = ?"
              + " AND active_pid IS NOT NULL",
          row -> 0,
          slot(noted.id()));
      Sql.list(
          session,
          "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
              + " WHERE slot_name = ?",
          row -> 0,
          slot(noted.id()));
      ReplicaRole.remove(session, noted.id());
      BaseMark.remove(session, noted.target());
    } finally {
      Connector.abort(session);
    }
  }

  /** Says now and then how far the source has sent it. Owned by one thread. */
  private static final class Progress {
    private static final String SENT =
        "SELECT pg_size_pretty(backup_streamed) || coalesce(' of ' || pg_size_pretty(backup_total),"
            + " '') FROM pg_stat_progress_basebackup ORDER BY pid DESC LIMIT 1";

    private final Connection session;
    private final Consumer<String> notes;
    private long told = System.nanoTime();

    Progress(Connection session, Consumer<String> notes) {
      this.session = session;
      this.notes = notes;
    }

    void tell() {
      if (System.nanoTime() - told < TOLD_NANOS) {
        return;
      }
      told = System.nanoTime();
      try {
        Sql.first(session, SENT, row -> row.getString(1))
            .ifPresent(sent -> notes.accept("base backup: " + sent));
      } catch (SQLException e) {
        // It is only told; what matters fails by itself.
        return;
      }
    }
  }
}
