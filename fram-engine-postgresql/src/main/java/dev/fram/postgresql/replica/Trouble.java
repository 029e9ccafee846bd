// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.replica;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Notices that a subscription's worker does not get on, and finds out why. The server tells nobody:
 * it writes to its log and tries again. So Fram looks whether there is a worker; where there is
 * none it lets the server connect once more for itself to answer, and then tries the changes that
 * the worker is at. Owned by the applier's thread.
 */
public final class Trouble {
  /** A worker that ended is started again after wal_retrieve_retry_interval, 5 s as a rule. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** After this no reason was found, and it still does not get on. */
  private static final Duration MOST = Duration.ofSeconds(45);

  private final Subscription subscription;
  private final String server;
  private final Replica replica;
  private long since = System.nanoTime();
  private long looked = System.nanoTime();

  /**
   * @param server the target's name for people
   * @param replica both ends
   */
  public Trouble(Subscription subscription, String server, Replica replica) {
    this.subscription = subscription;
    this.server = server;
    this.replica = replica;
  }

  /** The worker got on. */
  public void none() {
    since = System.nanoTime();
    looked = since;
  }

  /**
   * @param rehearsal tries the changes that the worker is at, and takes them back
   * @throws FramException why it does not get on
   */
  public void look(Supplier<Optional<FramException>> rehearsal) throws SQLException {
    long now = System.nanoTime();
    if (now - looked < PATIENCE.toNanos()) {
      return;
    }
    looked = now;
    if (!subscription.enabled()) {
      throw new FramException(
          ErrorCode.FEED_INVALID,
          server + ": somebody has disabled Fram's subscription.",
          "Leave it to Fram; run fram migrate to go on.");
    }
    if (subscription.worker().isPresent()) {
      return;
    }
    Optional<SQLException> unreachable = subscription.unreachable();
    if (unreachable.isPresent()) {
      throw cut(unreachable.get());
    }
    replica.requireLog();
    Optional<FramException> reason = rehearsal.get();
    if (reason.isPresent()) {
      throw new FramException(
          reason.get().code(),
          server + ": its subscription does not get on: " + reason.get().seen(),
          remedy(reason.get()),
          reason.get());
    }
    if (now - since > MOST.toNanos()) {
      throw new FramException(
          ErrorCode.CONNECTION_LOST,
          server
              + ": its subscription does not get on, and Fram finds no reason: the source can be"
              + " reached, and the changes can be applied.",
          "The target's log says why (logical replication apply worker).");
    }
  }

  private FramException cut(SQLException e) {
    String source = replica.where().address().toString();
    FramException plain = SqlErrors.translate(e, server, "reaching the source at " + source);
    return switch (plain.code()) {
      case SERVER_UNREACHABLE, CONNECTION_LOST, AUTHENTICATION_FAILED ->
          new FramException(
              ErrorCode.SERVER_UNREACHABLE,
              server
                  + ": its subscription cannot read from "
                  + source
                  + ": "
                  + SqlErrors.message(e)
                  + ".",
              "The target's own machine has to reach the source there; --source-for-target names"
                  + " another address.",
              e);
      default -> plain;
    };
  }

  private static String remedy(FramException reason) {
    return switch (reason.code()) {
      case ROW_DIVERGENCE, CONSTRAINT_DIVERGENCE ->
          "The target is not what it must be: somebody else has written to it. Find out who, then"
              + " run fram cancel and begin again.";
      default -> reason.remedy();
    };
  }
}
