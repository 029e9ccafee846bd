// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.clone;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.ServerClone;
import dev.fram.api.engine.ServerCopy;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.traffic.Address;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.journal.CloneMark;
import dev.fram.mysql.journal.CloneMark.Noted;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The whole server by MySQL's CLONE plugin. What is known of it is noted on the source and comes
 * over with it ({@link CloneMark}). Owned by one thread; its sessions end with each call.
 */
public final class CloneCopy implements ServerCopy {
  private final Connector source;
  private final Connector target;
  private final Address donor;

  private CloneCopy(Connector source, Connector target, Address donor) {
    this.source = source;
    this.target = target;
    this.donor = donor;
  }

  public static CloneCopy of(RouteRequest request, ServerClone wish) {
    Connector source = new Connector(request.source(), "source");
    return new CloneCopy(
        source,
        new Connector(request.target(), "target"),
        wish.source().orElse(new Address(request.source().host(), source.port())));
  }

  @Override
  public Stage stage() {
    try {
      return stageNow();
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "asking how far the clone is");
    } finally {
      close();
    }
  }

  private Stage stageNow() throws SQLException {
    Connection there;
    try {
      there = target.open("clone");
    } catch (FramException e) {
      if (begunHere()) {
        return Stage.BEGUN;
      }
      throw e;
    }
    Optional<Noted> own = CloneMark.own(there);
    if (recorded(there)) {
      if (own.isEmpty()) {
        throw new FramException(
            ErrorCode.MIGRATION_MISMATCH,
            target.name() + ": it holds a migration that was begun without --copy=clone.",
            "Leave --copy=clone out to go on with it, or run fram cancel first.");
      }
      return Stage.DONE;
    }
    if (own.isPresent()) {
      return Stage.BEGUN;
    }
    // A note alone says nothing of the target as it is today: it may have been filled since.
    boolean noted =
        CloneMark.of(source.open("clone"), Sql.text(there, "SELECT @@global.server_uuid"))
            .isPresent();
    return noted && CloneLook.at(there).inProgress() ? Stage.BEGUN : Stage.UNTOUCHED;
  }

  /** A target that does not answer may be one that ended when its clone was there. */
  private boolean begunHere() throws SQLException {
    return CloneMark.at(source.open("clone"), address(target)).isPresent();
  }

  static String address(Connector server) {
    return server.endpoint().host() + ":" + server.port();
  }

  static boolean recorded(Connection target) throws SQLException {
    long journal =
        Sql.number(
            target,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'migration'");
    return journal > 0 && Sql.number(target, "SELECT COUNT(*) FROM fram.migration") > 0;
  }

  @Override
  public void bring(Duration patience, Consumer<String> notes, Runnable goesOn) {
    try {
      new Bringing(source, target, donor, new Bringing.Waiting(patience, notes, goesOn)).run();
    } finally {
      close();
    }
  }

  @Override
  public void forget() {
    try {
      Connection there = target.open("clone");
      if (!recorded(there)) {
        Bringing.forget(source.open("clone"), there, source);
      }
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "forgetting the clone");
    } finally {
      close();
    }
  }

  private void close() {
    source.closeAll();
    target.closeAll();
  }
}
