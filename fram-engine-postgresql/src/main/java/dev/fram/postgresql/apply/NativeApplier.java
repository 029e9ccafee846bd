// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.feed.TransactionHeader;
import dev.fram.postgresql.pgoutput.PgOutput;
import dev.fram.postgresql.pgoutput.Relation;
import dev.fram.postgresql.pgoutput.RowMessage;
import dev.fram.postgresql.replica.Conflicts;
import dev.fram.postgresql.replica.Replica;
import dev.fram.postgresql.replica.Subscription;
import dev.fram.postgresql.replica.Trouble;
import dev.fram.postgresql.replica.Turnstile;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the target's own subscription apply the feed: the events are read for what they touch, and a
 * commit tells the subscription's worker to go on up to that position and waits until it stands
 * there. So the recorded position and the rows belong together whenever this does nothing, as they
 * do when Fram applies by itself. Owned by one thread.
 *
 * <p>The two are not written in one transaction: what the worker was told is recorded before it
 * goes, and that it stands there afterwards, together with the feed's position.
 */
public final class NativeApplier implements Applier {
  private static final Logger LOG = LoggerFactory.getLogger(NativeApplier.class);

  private static final long FIRST_LOOK_NANOS = 500_000;
  private static final long LAST_LOOK_NANOS = 20_000_000;
  private static final long OWNED_NANOS = 1_000_000_000L;

  private final TargetSession session;
  private final FenceFilter fences;
  private final Touches touches;
  private final Relations relations = new Relations();
  private final Turnstile turnstile;
  private final Subscription subscription;
  private final Trouble trouble;
  private final Conflicts conflicts;
  private final Rehearsal rehearsal;
  private Lsn recorded;
  private Lsn told;
  private Lsn changed;
  private Lsn reached = new Lsn(0);
  private boolean open;
  private boolean stands;
  private long xid;

  private NativeApplier(
      TargetSession session, Touches touches, Fences fences, Replica replica, Rehearsal rehearsal)
      throws SQLException {
    this.session = session;
    this.touches = touches;
    this.fences = new FenceFilter(fences);
    this.rehearsal = rehearsal;
    this.turnstile = new Turnstile(session.connection());
    this.subscription = new Subscription(session.connection(), session.server(), replica.feed());
    this.trouble = new Trouble(subscription, session.server(), replica);
    this.conflicts = new Conflicts(session.connection(), replica.feed().text(), session.server());
    this.recorded = session.position();
    this.told = Turnstile.told(session.connection()).orElseThrow().upto();
    this.changed = told;
    session.connection().rollback();
  }

  /**
   * Opens a session on the target, makes the subscription where there is none, and waits until it
   * stands where it was told to. Every table is copied by now.
   *
   * @param epoch the lease's epoch
   * @param touches told of every row that is written
   * @throws FramException LOG_LOST, SERVER_SETTING where the target cannot reach the source,
   *     otherwise as the worker's troubles say
   */
  public static NativeApplier open(
      Connector target, MigrationId id, Replica replica, long epoch, Touches touches) {
    TargetSession session = TargetSession.open(target, "apply", id, epoch);
    boolean done = false;
    try {
      Fences fences = Fences.load(session.connection());
      session.lockFeed(session.position());
      session.connection().rollback();
      session.connection().setAutoCommit(true);
      replica.prepare(session.connection(), target);
      session.connection().setAutoCommit(false);
      NativeApplier applier =
          new NativeApplier(session, touches, fences, replica, new Rehearsal(target, id, epoch));
      applier.stand(fences);
      done = true;
      return applier;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "preparing the subscription");
    } finally {
      if (!done) {
        session.close();
      }
    }
  }

  /**
   * Whoever was here before may have told it to go on, and not lived to see it there. Then it is
   * waited for when the changes have come that it is at: with them can be said what keeps it.
   */
  private void stand(Fences fences) throws SQLException {
    stands = isAt(told);
    if (!stands) {
      return;
    }
    if (recorded.compareTo(told) < 0) {
      // Which rows came over since nobody here was told.
      fences.tables().forEach(touches::all);
      long reference = session.lockFeed(recorded);
      session.advanceFeed(recorded, told, reference);
      recorded = told;
    }
    turnstile.stands();
    session.connection().commit();
  }

  @Override
  public Position position() {
    return recorded;
  }

  /** The feed may begin before what the copy has seen: only the worker's own place counts. */
  @Override
  public void begin(Position expected) {
    try {
      relations.begin();
      long reference = session.lockFeed(recorded);
      xid = Math.max(xid, reference);
      session.connection().rollback();
    } catch (SQLException e) {
      throw session.translated(e, "beginning to apply");
    }
  }

  @Override
  public Applied apply(List<FeedEvent> events) {
    Tally tally = new Tally();
    try {
      for (FeedEvent event : events) {
        rehearsal.add(event);
        switch (event) {
          case FeedEvent.Begin begin -> xid = TransactionHeader.decode(begin.payload()).xid();
          case FeedEvent.SchemaChange change -> layout(PgOutput.relation(change.payload()));
          case FeedEvent.Row row -> row(PgOutput.row(row.payload()), tally);
          case FeedEvent.Truncate truncate ->
              truncate(PgOutput.truncate(truncate.payload()), tally);
          case FeedEvent.Statement statement -> {}
          case FeedEvent.Commit commit -> ended((Lsn) commit.end());
          case FeedEvent.Idle idle -> {}
        }
      }
      return new Applied(tally.applied, tally.skipped);
    } catch (VoidCopy e) {
      throw new FramException(
          ErrorCode.INTERNAL, "Table " + e.table() + " " + e.getMessage() + ".", "Report this.", e);
    }
  }

  private void layout(Relation relation) {
    if (relations.put(relation)) {
      touches.all(relation.table());
    }
  }

  private void row(RowMessage message, Tally tally) throws VoidCopy {
    Relation relation = relations.get(message.relation());
    Optional<RowOp> op = fences.filter(relation, message, xid);
    if (op.isEmpty()) {
      tally.skipped++;
      return;
    }
    open = true;
    tally.applied++;
    touches.row(relation, op.get());
  }

  private void truncate(PgOutput.Truncate truncate, Tally tally) throws VoidCopy {
    for (int oid : truncate.relations()) {
      if (fences.truncates(relations.get(oid), xid)) {
        open = true;
        tally.applied++;
        touches.all(relations.get(oid).table());
      } else {
        tally.skipped++;
      }
    }
  }

  /** Only a transaction with a change in it moves the worker. */
  private void ended(Lsn end) {
    if (open) {
      changed = end;
      open = false;
    }
  }

  @Override
  public void commit(Position to) {
    Lsn wanted = (Lsn) to;
    ended(wanted);
    if (recorded.covers(wanted)) {
      return;
    }
    try {
      if (changed.compareTo(told) > 0) {
        session.lockFeed(recorded);
        turnstile.tell(changed);
        session.connection().commit();
        told = changed;
        stands = false;
      }
      if (!stands && wanted.covers(told)) {
        await(told);
        stands = true;
      }
      if (stands) {
        rehearsal.clear();
      }
      session.lockFeed(recorded);
      session.advanceFeed(recorded, wanted, xid);
      if (stands) {
        turnstile.stands();
      }
      session.connection().commit();
      recorded = wanted;
      relations.begin();
      conflicts.more().ifPresent(LOG::warn);
      session.connection().rollback();
    } catch (SQLException e) {
      throw session.translated(e, "following by the subscription");
    }
  }

  /**
   * Returns when the worker has come to where it was told to.
   *
   * @throws FramException ROW_DIVERGENCE where it is farther, and otherwise as its troubles say
   */
  private void await(Lsn to) throws SQLException {
    long look = FIRST_LOOK_NANOS;
    long owned = System.nanoTime();
    Lsn before = new Lsn(0);
    trouble.none();
    while (!isAt(to)) {
      if (!reached.equals(before)) {
        before = reached;
        trouble.none();
      }
      if (System.nanoTime() - owned > OWNED_NANOS) {
        owned = System.nanoTime();
        session.lockFeed(recorded);
        session.connection().rollback();
        troubled(reached);
      }
      rest(look);
      look = Math.min(LAST_LOOK_NANOS, 2 * look);
    }
  }

  /** Before its first transaction it stands at the copy's snapshot and has no place of its own. */
  private boolean isAt(Lsn to) throws SQLException {
    reached = subscription.reached();
    boolean first = reached.value() == 0;
    boolean start = first && Turnstile.told(session.connection()).orElseThrow().start().equals(to);
    session.connection().rollback();
    if (reached.compareTo(to) > 0) {
      throw beyond(reached, to);
    }
    return start || reached.equals(to);
  }

  private void troubled(Lsn reached) throws SQLException {
    session.connection().setAutoCommit(true);
    try {
      trouble.look(() -> rehearsal.run(reached));
    } finally {
      session.connection().setAutoCommit(false);
    }
  }

  private void rest(long nanos) {
    LockSupport.parkNanos(nanos);
    if (Thread.currentThread().isInterrupted()) {
      throw new FramException(
          ErrorCode.CANCELLED,
          session.server() + ": waiting for the subscription was cancelled.",
          "");
    }
  }

  /** A change of a row that is not there fires no trigger: nothing has stopped the worker. */
  private FramException beyond(Lsn reached, Lsn to) {
    return new FramException(
        ErrorCode.ROW_DIVERGENCE,
        session.server()
            + ": the subscription has gone on to "
            + reached
            + ", farther than "
            + to
            + ", where it was told to stand: it has met rows that are missing here, or somebody"
            + " has removed the triggers fram_turn.",
        "Run fram verify to see what differs; then run fram cancel and begin again.");
  }

  @Override
  public void rollback() {
    relations.rollback();
    try {
      session.connection().rollback();
    } catch (SQLException e) {
      // The session is dead: the next begin says so.
      open = false;
    }
  }

  /** The worker may still be on its way; it stops by itself where it was told to. */
  @Override
  public void close() {
    session.close();
  }

  /** What one call has found so far. */
  private static final class Tally {
    long applied;
    long skipped;
  }
}
