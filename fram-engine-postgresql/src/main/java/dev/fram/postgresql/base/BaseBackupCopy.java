// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.base;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.ServerCopy;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.host.ServerMachine;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.gate.TargetGuard;
import dev.fram.postgresql.journal.BaseMark;
import dev.fram.postgresql.journal.BaseMark.Noted;
import dev.fram.postgresql.replica.ReplicaRole;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The whole server by a streaming base backup. What is known of it is noted on the source and comes
 * over with it ({@link BaseMark}). Owned by one thread; its sessions end with each call.
 */
public final class BaseBackupCopy implements ServerCopy {
  private final Connector source;
  private final Connector target;
  private final RouteRequest request;
  private final BaseStart start;

  private BaseBackupCopy(
      Connector source, Connector target, RouteRequest request, BaseStart start) {
    this.source = source;
    this.target = target;
    this.request = request;
    this.start = start;
  }

  /**
   * @param start with the same two servers
   */
  public static BaseBackupCopy of(
      Connector source, Connector target, RouteRequest request, BaseStart start) {
    return new BaseBackupCopy(source, target, request, start);
  }

  /** How a target is noted: by the address that the user gives. */
  static String address(Connector server) {
    int port = server.endpoint().port() == 0 ? 5432 : server.endpoint().port();
    return server.endpoint().host() + ":" + port;
  }

  @Override
  public Stage stage() {
    try {
      return stageNow();
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "asking how far the base backup is");
    } finally {
      close();
    }
  }

  private Stage stageNow() throws SQLException {
    Connection there;
    try {
      there = target.open("base backup");
    } catch (FramException e) {
      if (noted().isPresent()) {
        return Stage.BEGUN;
      }
      throw e;
    }
    boolean settled = BaseMark.settled(there).isPresent();
    if (recorded(there)) {
      if (!settled) {
        throw new FramException(
            ErrorCode.MIGRATION_MISMATCH,
            target.name() + ": it holds a migration that was begun without --copy=base-backup.",
            "Leave --copy=base-backup out to go on with it, or run fram cancel first.");
      }
      return Stage.DONE;
    }
    return settled || noted().isPresent() ? Stage.BEGUN : Stage.UNTOUCHED;
  }

  private Optional<Noted> noted() throws SQLException {
    return BaseMark.of(source.open("base backup"), address(target));
  }

  static boolean recorded(Connection target) throws SQLException {
    return Sql.number(
                target,
                "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE n.nspname = 'fram' AND c.relname = 'migration'")
            > 0
        && Sql.number(target, "SELECT count(*) FROM fram.migration") > 0;
  }

  @Override
  public void bring(Duration patience, Consumer<String> notes, Runnable goesOn) {
    try {
      new Replacing(
              source,
              target,
              request,
              start,
              new Replacing.Waiting(machine(), patience, notes, goesOn))
          .run();
    } finally {
      close();
    }
  }

  private ServerMachine machine() {
    return request
        .targetMachine()
        .orElseThrow(() ->
            new FramException(
                ErrorCode.CONFIG_INVALID,
                "--copy=base-backup has to know on which machine the target runs.",
                "Give it in --target-host."));
  }

  @Override
  public void forget() {
    try {
      forgetNow();
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "forgetting the base backup");
    } finally {
      close();
    }
  }

  /** A target that does not answer may be one that cannot start with what it was given. */
  private void forgetNow() throws SQLException {
    Optional<Connection> there = reached();
    if (there.isPresent() && recorded(there.get())) {
      return;
    }
    Optional<Noted> own = there.isPresent() ? BaseMark.settled(there.get()) : Optional.empty();
    Optional<Noted> noted = noted();
    if (noted.isPresent()) {
      putBack(noted.get());
    }
    if (own.isPresent()) {
      openAgain(own.get());
    }
    Optional<Noted> any = noted.or(() -> own);
    if (any.isPresent()) {
      start.remove(any.get().id());
      Replacing.forget(source, any.get());
    }
  }

  private Optional<Connection> reached() {
    try {
      return Optional.of(target.open("base backup"));
    } catch (FramException e) {
      return Optional.empty();
    }
  }

  private void putBack(Noted noted) {
    TargetMachine machine = TargetMachine.asked(machine());
    TargetMachine.State state = machine.state(noted.place(), noted.id());
    if (state.where() == TargetMachine.Where.IN_PLACE) {
      machine.stop(noted.place());
      machine.undo(noted.place(), noted.id());
    }
    if (!machine.state(noted.place(), noted.id()).runs()) {
      machine.start(noted.place());
    }
    machine.clean(noted.place(), noted.id());
  }

  /** What was there before has been cleared away: what came stays, without what is Fram's. */
  private void openAgain(Noted own) throws SQLException {
    Optional<Connection> there = reached();
    if (there.isPresent() && BaseMark.settled(there.get()).isPresent()) {
      new TargetGuard(own.id()).remove(there.get());
      Sql.run(there.get(), "DROP SCHEMA IF EXISTS fram CASCADE");
    }
  }

  private void close() {
    source.closeAll();
    target.closeAll();
  }

  /** The role with which the target reads the source. */
  static ReplicaRole role(Connector source, Noted noted) {
    return new ReplicaRole(source, noted.id());
  }
}
