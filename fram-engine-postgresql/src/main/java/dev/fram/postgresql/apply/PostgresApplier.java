// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.feed.TransactionHeader;
import dev.fram.postgresql.journal.FeedRow;
import dev.fram.postgresql.pgoutput.PgOutput;
import dev.fram.postgresql.pgoutput.Relation;
import dev.fram.postgresql.pgoutput.RowMessage;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the feed to the target: exactly the transactions that a table's copy has not seen, in the
 * source's order of commits, together with the position (ALGORITHMS A1, C). Owned by one thread. It
 * must see every event of its feed from the feed's first one on, because a table's layout is sent
 * once; so it is never used with a second feed.
 */
public final class PostgresApplier implements Applier {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresApplier.class);

  /**
   * A batch with more rows or bytes than that is written in parts: one is sent while the next one
   * is made ready.
   */
  private static final int PART_ROWS = 10_000;

  private static final long PART_BYTES = 2L << 20;

  private final TargetSession session;
  private final int partRows;
  private final Beside beside = new Beside();
  private final FenceFilter fences;
  private final Set<TableId> discarded;
  private final Touches touches;
  private final Relations relations = new Relations();
  private Map<Integer, TableBatch> batches = new LinkedHashMap<>();
  private int pendingRows;
  private long pendingBytes;
  private Optional<Lsn> from = Optional.empty();
  private long xid;

  private PostgresApplier(
      TargetSession session, Fences fences, Set<TableId> discarded, Touches touches, int partRows) {
    this.session = session;
    this.partRows = partRows;
    this.fences = new FenceFilter(fences);
    this.discarded = discarded;
    this.touches = touches;
  }

  /**
   * Opens a session on the target and reads all fences; every table is copied by now.
   *
   * @param epoch the lease's epoch
   * @param discarded the tables that have lost a chunk's copy once, kept by the caller for all
   *     appliers of a run: they lose the whole copy the next time, because one snapshot for all of
   *     a table's chunks is an end, and one more for one chunk need not be
   * @param touches told of every row that is written
   */
  public static PostgresApplier open(
      Connector target, MigrationId id, long epoch, Set<TableId> discarded, Touches touches) {
    return open(target, id, epoch, discarded, touches, PART_ROWS);
  }

  /** The same with other parts: with small ones a small batch has many. */
  static PostgresApplier open(
      Connector target,
      MigrationId id,
      long epoch,
      Set<TableId> discarded,
      Touches touches,
      int partRows) {
    TargetSession session = TargetSession.open(target, "apply", id, epoch);
    try {
      Fences fences = Fences.load(session.connection());
      session.connection().rollback();
      return new PostgresApplier(session, fences, discarded, touches, partRows);
    } catch (SQLException e) {
      session.close();
      throw SqlErrors.translate(e, target.name(), "reading the fences");
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Opens a session on the old server, for what comes back: everything counts, because nothing of
   * it was ever copied. Triggers and foreign keys of the old server must be silent: their effects
   * come by the feed.
   *
   * @param epoch the lease's epoch
   * @param touched told of every row that is written
   * @throws FramException PRIVILEGE_MISSING where they cannot be made silent
   */
  public static PostgresApplier openBack(
      Connector old, MigrationId id, long epoch, Touches touched) {
    TargetSession session = TargetSession.open(old, "reverse", id, FeedRow.back(id), epoch);
    if (session.mode() != WriterMode.REPLICA_ROLE) {
      session.close();
      throw new FramException(
          ErrorCode.PRIVILEGE_MISSING,
          old.name() + ": session_replication_role cannot be set, which the way back needs.",
          "GRANT SET ON PARAMETER session_replication_role TO Fram's login (15 and newer).");
    }
    return new PostgresApplier(
        session, Fences.none(), ConcurrentHashMap.newKeySet(), touched, PART_ROWS);
  }

  /** How the session gets past the target's triggers. */
  public WriterMode mode() {
    return session.mode();
  }

  @Override
  public Position position() {
    try {
      Lsn position = session.position();
      if (from.isEmpty()) {
        session.connection().rollback();
      }
      return position;
    } catch (SQLException e) {
      throw session.translated(e, "reading the position");
    }
  }

  @Override
  public void begin(Position expected) {
    if (!(expected instanceof Lsn lsn)) {
      throw new IllegalArgumentException("not a position of PostgreSQL: " + expected.text());
    }
    try {
      relations.begin();
      takePending();
      long reference = session.lockFeed(lsn);
      xid = Math.max(xid, reference);
      from = Optional.of(lsn);
    } catch (SQLException e) {
      throw session.translated(e, "beginning to apply");
    }
  }

  @Override
  public Applied apply(List<FeedEvent> events) {
    Tally tally = new Tally();
    try {
      write(events, tally);
      return new Applied(tally.applied, tally.skipped);
    } catch (VoidCopy e) {
      throw discard(e);
    } catch (SQLException e) {
      throw session.translated(e, "applying changes");
    }
  }

  private void write(List<FeedEvent> events, Tally tally) throws SQLException, VoidCopy {
    try {
      for (FeedEvent event : events) {
        switch (event) {
          case FeedEvent.Begin begin -> xid = TransactionHeader.decode(begin.payload()).xid();
          case FeedEvent.SchemaChange change -> layout(PgOutput.relation(change.payload()));
          case FeedEvent.Row row -> {
            row(PgOutput.row(row.payload()), tally);
            pendingBytes += row.bytes();
            partWhenDue();
          }
          case FeedEvent.Truncate truncate ->
              truncate(PgOutput.truncate(truncate.payload()), tally);
          case FeedEvent.Statement statement -> throw noStatements();
          case FeedEvent.Commit commit -> {}
          case FeedEvent.Idle idle -> {}
        }
      }
      flush();
    } finally {
      beside.settle();
    }
  }

  @Override
  public void commit(Position to) {
    if (!(to instanceof Lsn lsn)) {
      throw new IllegalArgumentException("not a position of PostgreSQL: " + to.text());
    }
    try {
      session.advanceFeed(from.orElseThrow(), lsn, xid);
      session.connection().commit();
      from = Optional.empty();
      relations.begin();
    } catch (SQLException e) {
      throw session.translated(e, "committing applied changes");
    }
  }

  @Override
  public void rollback() {
    relations.rollback();
    takePending();
    from = Optional.empty();
    try {
      session.connection().rollback();
    } catch (SQLException e) {
      // The session is dead, and with it the transaction: the next begin says so.
      LOG.debug("Rolling back: {}", SqlErrors.message(e));
    }
  }

  @Override
  public void close() {
    session.close();
  }

  /** What this transaction has done is given up first; the position stays where it is. */
  private FramException discard(VoidCopy copy) {
    TableId table = copy.table();
    OptionalInt chunk = discarded.add(table) ? copy.chunk() : OptionalInt.empty();
    Lsn position = from.orElseThrow();
    rollback();
    touches.all(table);
    try {
      session.lockFeed(position);
      Discard.copy(session.connection(), table, chunk);
      session.connection().commit();
    } catch (SQLException e) {
      throw session.translated(e, "throwing away the copy of " + table);
    }
    String part = chunk.isPresent() ? "Its chunk " + chunk.getAsInt() : "It";
    return new FramException(
        ErrorCode.SNAPSHOT_BROKEN,
        "Table " + table + " " + copy.getMessage() + ".",
        part + " is copied again.");
  }

  private FramException noStatements() {
    return new FramException(
        ErrorCode.FEED_INVALID,
        "Target " + session.server() + ": the feed carries a statement; pgoutput sends none.",
        "Report this.");
  }

  private void layout(Relation relation) throws SQLException {
    if (batches.containsKey(relation.oid())) {
      // What is pending was sent under the layout before this one.
      flush();
    }
    if (relations.put(relation)) {
      touches.all(relation.table());
    }
  }

  private void row(RowMessage message, Tally tally) throws SQLException, VoidCopy {
    Relation relation = relations.get(message.relation());
    Optional<RowOp> op = fences.filter(relation, message, xid);
    if (op.isEmpty()) {
      tally.skipped++;
      return;
    }
    tally.applied++;
    touches.row(relation, op.get());
    TableBatch batch = batches.get(relation.oid());
    if (batch == null) {
      if (!relations.isBound(relation.oid())) {
        beside.await();
      }
      batch = new TableBatch(relations.bind(relation.oid(), session.connection()));
      batches.put(relation.oid(), batch);
    }
    batch.add(op.get());
    pendingRows++;
  }

  /** What is pending goes on its way, and the next part is begun. */
  private void partWhenDue() throws SQLException {
    if (pendingRows < partRows && pendingBytes < PART_BYTES) {
      return;
    }
    if (pendingBytes < 2 * PART_BYTES) {
      // One enormous row is not held in one more form: then it is made while it is sent.
      for (TableBatch batch : batches.values()) {
        if (batch.level() == TableBatch.Level.SETS) {
          TableSteps.ahead(batch, session.form()).ifPresent(batch::ready);
        }
      }
    }
    Map<Integer, TableBatch> part = takePending();
    beside.start(() -> write(part));
  }

  private Map<Integer, TableBatch> takePending() {
    Map<Integer, TableBatch> taken = batches;
    batches = new LinkedHashMap<>();
    pendingRows = 0;
    pendingBytes = 0;
    return taken;
  }

  private void truncate(PgOutput.Truncate truncate, Tally tally) throws SQLException, VoidCopy {
    flush();
    List<TargetTable> tables = new ArrayList<>();
    for (int oid : truncate.relations()) {
      if (fences.truncates(relations.get(oid), xid)) {
        touches.all(relations.get(oid).table());
        tables.add(relations.bind(oid, session.connection()).target());
        tally.applied++;
      } else {
        tally.skipped++;
      }
    }
    if (!tables.isEmpty()) {
      Truncation.run(session, tables);
    }
  }

  /** Writes what is pending, and waits for what is on its way. */
  private void flush() throws SQLException {
    beside.await();
    write(takePending());
  }

  /**
   * Writes a part. A table that is refused goes over to its next level and all tables of the part
   * are written again, until the savepoint can go or a table has no level left.
   */
  private void write(Map<Integer, TableBatch> part) throws SQLException {
    if (part.isEmpty()) {
      return;
    }
    session.savepoint();
    boolean written = false;
    while (!written) {
      try {
        for (TableBatch batch : part.values()) {
          new TableWriter(session.connection(), session.server(), batch, session.form()).write();
        }
        written = true;
      } catch (Refused refused) {
        session.rollbackToSavepoint();
        if (!refused.batch().nextLevel()) {
          throw refused.problem();
        }
        LOG.debug("{}: trying {}", refused.problem().seen(), refused.batch().level());
      }
    }
    session.release();
  }

  /** What one call has done so far. */
  private static final class Tally {
    long applied;
    long skipped;
  }
}
