// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.BinlogPosition.Gtids;
import dev.fram.mysql.binlog.DdlStatement;
import dev.fram.mysql.binlog.GtidSet;
import dev.fram.mysql.binlog.RowChange;
import dev.fram.mysql.binlog.TableMap;
import dev.fram.mysql.binlog.TransactionMark;
import dev.fram.mysql.binlog.Truncation;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.journal.FeedRow;
import dev.fram.mysql.replica.Replica;
import dev.fram.mysql.replica.ReplicaChannel;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Lets the target's own replica apply the feed: the events are read for what they touch, and a
 * commit tells the replica to go on up to that position and waits until it stands there. So the
 * recorded position and the rows belong together whenever this does nothing, as they do when Fram
 * applies by itself. Owned by one thread.
 *
 * <p>The two are not written in one transaction. After a crash between them the replica stands
 * farther than what is recorded, never less far; its own tables say how far, and that counts.
 */
public final class NativeApplier implements Applier {
  private final TargetSession session;
  private final Fences fences;
  private final Tables tables;
  private final MySqlApplier.Plan plan;
  private final References references;
  private final Telling telling;
  private final SchemaChanges schemaChanges;
  private final ReplicaChannel channel;
  private final String source;
  private final Watch watch;
  private BinlogPosition standing;
  private Optional<TransactionMark> mark = Optional.empty();

  /** Whether this run still owns the target, asked now and then while the replica works. */
  private static final class Watch implements ReplicaChannel.Watch {
    private static final long EVERY_NANOS = 1_000_000_000L;

    private final TargetSession session;
    private long looked = System.nanoTime();
    private BinlogPosition from = new Gtids(GtidSet.EMPTY);

    Watch(TargetSession session) {
      this.session = session;
    }

    void from(BinlogPosition position) {
      from = position;
    }

    @Override
    public void look() throws SQLException {
      if (System.nanoTime() - looked > EVERY_NANOS) {
        session.lockFeed(from);
        session.connection().rollback();
        looked = System.nanoTime();
      }
    }
  }

  private NativeApplier(
      TargetSession session,
      Fences fences,
      MySqlApplier.Plan plan,
      TouchedRows touched,
      ReplicaChannel channel,
      String source) {
    this.session = session;
    this.fences = fences;
    this.plan = plan;
    this.tables = new Tables(session.server());
    this.references = new References(plan.catalog());
    this.telling = new Telling(touched, references);
    this.schemaChanges = new SchemaChanges(session, plan.catalog(), fences);
    this.channel = channel;
    this.source = source;
    this.watch = new Watch(session);
    this.standing = new Gtids(GtidSet.EMPTY);
  }

  /**
   * Opens a session on the target, makes the replica where there is none, and finds out how far it
   * is.
   *
   * @param epoch the lease's epoch
   * @param touched told of every row that is written
   * @throws FramException UNSUPPORTED when MySQL has no GTIDs, or when the tables were not copied
   *     from one state; otherwise as the replica's own errors say
   */
  public static NativeApplier open(
      Connector target, MySqlApplier.Plan plan, Replica replica, long epoch, TouchedRows touched) {
    TargetSession session = TargetSession.open(target, FeedRow.there(), epoch);
    boolean done = false;
    try {
      Fences fences = Fences.load(session.connection());
      BinlogPosition recorded = session.position();
      session.lockFeed(recorded);
      session.connection().rollback();
      session.connection().setAutoCommit(true);
      SchemaChanges.prepare(session.connection());
      ReplicaChannel channel = ReplicaChannel.of(session.connection(), target.name(), recorded);
      BinlogPosition standing = channel.prepare(replica, recorded, start(fences, recorded));
      session.connection().setAutoCommit(false);
      NativeApplier applier =
          new NativeApplier(session, fences, plan, touched, channel, replica.source().toString());
      applier.stand(recorded, standing);
      done = true;
      return applier;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "preparing the replica");
    } finally {
      if (!done) {
        session.close();
      }
    }
  }

  /** What the target has by its copy, or by what was applied since. */
  private static BinlogPosition start(Fences fences, BinlogPosition recorded) {
    List<BinlogPosition> lows = fences.lows();
    if (lows.stream().allMatch(recorded::covers)) {
      return recorded;
    }
    if (lows.size() == 1 && lows.getFirst().covers(recorded)) {
      return lows.getFirst();
    }
    throw new FramException(
        ErrorCode.UNSUPPORTED,
        "The tables were copied from "
            + lows.size()
            + " states of the source; a replica needs one.",
        "Leave out --feed=native, or run fram cancel and begin again with it.");
  }

  /** The replica stands still: what it has applied is where the target is, or lies behind it. */
  private void stand(BinlogPosition recorded, BinlogPosition now) throws SQLException {
    session.connection().rollback();
    session.lockFeed(recorded);
    if (!now.text().equals(recorded.text())) {
      // Which rows came over since nobody here was told.
      fences.tables().forEach(telling::all);
      session.advanceFeed(recorded, now);
    }
    schemaChanges.followed(now);
    session.connection().commit();
    standing = now;
  }

  /** The session that waits, by its number on the target. */
  public long session() {
    return session.id();
  }

  @Override
  public Position position() {
    return standing;
  }

  /** The feed may begin before what the copy has seen: only the replica's own place counts. */
  @Override
  public void begin(Position expected) {
    try {
      session.lockFeed(standing);
      session.connection().rollback();
    } catch (SQLException e) {
      throw translated(e, "beginning to apply");
    }
  }

  @Override
  public Applied apply(List<FeedEvent> events) {
    Tally tally = new Tally();
    try {
      for (FeedEvent event : events) {
        switch (event) {
          case FeedEvent.Begin begin -> mark = Optional.of(TransactionMark.read(begin.payload()));
          case FeedEvent.SchemaChange change -> layout(TableMap.read(change.payload()));
          case FeedEvent.Row row -> row(RowChange.read(row.payload()), tally);
          case FeedEvent.Truncate truncate ->
              all(Truncation.read(truncate.payload()).table(), tally);
          case FeedEvent.Statement statement ->
              statement(DdlStatement.read(statement.payload()), tally);
          case FeedEvent.Commit commit -> {}
          case FeedEvent.Idle idle -> {}
        }
      }
      session.connection().rollback();
      return new Applied(tally.applied, tally.skipped);
    } catch (SQLException e) {
      throw translated(e, "looking at changes");
    }
  }

  private void layout(TableMap layout) {
    if (!tables.knows(layout)) {
      tables.layout(layout);
    }
  }

  private boolean ours(TableId table) {
    return fences.of(table).isPresent() && !mark.orElseThrow().within(standing);
  }

  private void row(RowChange change, Tally tally) throws SQLException {
    if (!ours(change.table())) {
      tally.skipped++;
      return;
    }
    tally.applied++;
    TargetTable table = tables.bind(change.table(), session.connection());
    telling.row(table, change);
    if (plan.bonded(change.table())) {
      telling.cascades(change, session.connection());
    }
  }

  private void all(TableId table, Tally tally) {
    if (ours(table)) {
      tally.applied++;
      telling.all(table);
    }
  }

  /** It comes alone in its batch; the tables are looked at again when the replica has run it. */
  private void statement(DdlStatement statement, Tally tally) throws SQLException {
    if (mark.orElseThrow().within(standing)) {
      tally.skipped++;
      return;
    }
    tally.applied++;
    fences.tables().forEach(telling::all);
    schemaChanges.expect(statement);
  }

  @Override
  public void commit(Position to) {
    BinlogPosition wanted = (BinlogPosition) to;
    if (standing.covers(wanted)) {
      return;
    }
    try {
      watch.from(standing);
      channel.runUntil(wanted, source, watch);
      session.lockFeed(standing);
      session.advanceFeed(standing, wanted);
      if (schemaChanges.followed(wanted)) {
        tables.forget();
        references.forget();
      }
      session.connection().commit();
      standing = wanted;
    } catch (SQLException e) {
      throw translated(e, "following by replication");
    }
  }

  @Override
  public void rollback() {
    try {
      session.connection().rollback();
    } catch (SQLException e) {
      // The session is dead: the next begin says so.
      mark = Optional.empty();
    }
  }

  /** The replica may still be on its way; it stops by itself where it was told to. */
  @Override
  public void close() {
    session.close();
  }

  private FramException translated(SQLException e, String doing) {
    return SqlErrors.translate(e, session.server(), doing);
  }

  /** What one call has found so far. */
  private static final class Tally {
    long applied;
    long skipped;
  }
}
