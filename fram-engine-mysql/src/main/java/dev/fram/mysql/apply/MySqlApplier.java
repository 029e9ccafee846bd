// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.DdlStatement;
import dev.fram.mysql.binlog.RowChange;
import dev.fram.mysql.binlog.TableMap;
import dev.fram.mysql.binlog.TransactionMark;
import dev.fram.mysql.binlog.Truncation;
import dev.fram.mysql.catalog.Bonds;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.journal.FeedRow;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the feed to the target: what a table's copy surely holds is left out, what it may hold is
 * replayed whatever is there, and from the end of that window on every row must be as the log says
 * (ALGORITHMS B3, C). Owned by one thread. It must see every event of its feed from the feed's
 * first one on, because a table's layout is sent once; so it is never used with a second feed.
 */
public final class MySqlApplier implements Applier {
  private static final Logger LOG = LoggerFactory.getLogger(MySqlApplier.class);

  private final TargetSession session;
  private final Fences fences;
  private final Tables tables;
  private final Plan plan;
  private final SchemaChanges schemaChanges;
  private final References references;
  private final Telling telling;
  private final Map<TableId, TableBatch> batches = new LinkedHashMap<>();
  private OrderedRows ordered;
  private Set<TableId> cascading;
  private Optional<Position> from = Optional.empty();
  private Optional<TransactionMark> mark = Optional.empty();

  /** Whether the source's log holds the rows that its foreign keys change. */
  public enum Cascades {
    /** It does: they are rows like all others. */
    LOGGED,
    /** It does not: the target's foreign keys do the same again. */
    UNLOGGED
  }

  /**
   * What the applier has to know of the migration.
   *
   * @param policy what becomes of statements that change the schema
   * @param cascades whether the source's log tells what its foreign keys do
   * @param cascading tables that hang together by foreign keys that write
   * @param catalog what is in scope
   */
  public record Plan(DdlPolicy policy, Cascades cascades, Set<TableId> cascading, Catalog catalog) {
    public Plan {
      cascading = Set.copyOf(cascading);
    }

    /** Whether the target's own foreign keys have to do what the source's have done. */
    boolean bonded(TableId table) {
      return bonded(table, cascading);
    }

    private boolean bonded(TableId table, Set<TableId> now) {
      return switch (cascades) {
        case LOGGED -> false;
        case UNLOGGED -> now.contains(table);
      };
    }
  }

  private MySqlApplier(TargetSession session, Fences fences, Plan plan, TouchedRows touched) {
    this.session = session;
    this.fences = fences;
    this.plan = plan;
    this.tables = new Tables(session.server());
    this.schemaChanges = new SchemaChanges(session, plan.catalog(), fences);
    this.references = new References(plan.catalog());
    this.telling = new Telling(touched, references);
    this.cascading = plan.cascading();
    this.ordered = orderedRows();
  }

  /**
   * Opens a session on the target and reads all fences; every table is copied by now.
   *
   * @param epoch the lease's epoch
   * @param touched told of every row that is written
   */
  public static MySqlApplier open(Connector target, Plan plan, long epoch, TouchedRows touched) {
    TargetSession session = TargetSession.open(target, FeedRow.there(), epoch);
    try {
      if (plan.policy() == DdlPolicy.REPLICATE) {
        SchemaChanges.prepare(session.connection());
      }
      Fences fences = Fences.load(session.connection());
      session.connection().rollback();
      return new MySqlApplier(session, fences, plan, touched);
    } catch (SQLException e) {
      session.close();
      throw SqlErrors.translate(e, target.name(), "reading the fences");
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** The session that writes, by its number on the target. */
  public long session() {
    return session.id();
  }

  /**
   * The same for the way back: a session on the old server, where every table is whole.
   *
   * @param feed where the position stands
   */
  public static MySqlApplier openBack(
      Connector old, FeedRow feed, Plan plan, long epoch, TouchedRows touched) {
    TargetSession session = TargetSession.open(old, feed, epoch);
    try {
      List<TableId> tables =
          plan.catalog().tables(session.connection()).stream().map(CatalogTable::id).toList();
      Fences fences = Fences.from(tables, session.position());
      session.connection().rollback();
      return new MySqlApplier(session, fences, plan, touched);
    } catch (SQLException e) {
      session.close();
      throw SqlErrors.translate(e, old.name(), "reading the position");
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  @Override
  public Position position() {
    try {
      Position position = session.position();
      if (from.isEmpty()) {
        session.connection().rollback();
      }
      return position;
    } catch (SQLException e) {
      throw translated(e, "reading the position");
    }
  }

  @Override
  public void begin(Position expected) {
    try {
      drop();
      session.lockFeed(expected);
      from = Optional.of(expected);
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
              truncate(Truncation.read(truncate.payload()).table(), tally);
          case FeedEvent.Statement statement ->
              statement(DdlStatement.read(statement.payload()), tally);
          case FeedEvent.Commit commit -> {}
          case FeedEvent.Idle idle -> {}
        }
      }
      flush();
      return new Applied(tally.applied, tally.skipped);
    } catch (SQLException e) {
      throw translated(e, "applying changes");
    }
  }

  @Override
  public void commit(Position to) {
    try {
      session.advanceFeed(from.orElseThrow(), to);
      schemaChanges.settle();
      session.connection().commit();
      from = Optional.empty();
    } catch (SQLException e) {
      throw translated(e, "committing applied changes");
    }
  }

  @Override
  public void rollback() {
    drop();
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

  private void drop() {
    batches.clear();
    ordered = orderedRows();
    from = Optional.empty();
  }

  private OrderedRows orderedRows() {
    return new OrderedRows(references, session.statementBytes());
  }

  private TransactionMark mark() {
    return mark.orElseThrow(() ->
        new FramException(
            ErrorCode.FEED_INVALID, "The feed has a change outside a transaction.", ""));
  }

  private void layout(TableMap layout) throws SQLException {
    if (tables.knows(layout)) {
      return;
    }
    if (batches.containsKey(layout.table()) || !ordered.isEmpty()) {
      // What is pending was sent under the layout before this one.
      flush();
    }
    tables.layout(layout);
  }

  private void row(RowChange change, Tally tally) throws SQLException {
    Optional<Fences.TableFence> fence = fences.of(change.table());
    if (fence.isEmpty() || fence.get().holds(mark())) {
      tally.skipped++;
      return;
    }
    requireCascades(change);
    tally.applied++;
    TargetTable table = tables.bind(change.table(), session.connection());
    telling.row(table, change);
    if (plan.bonded(change.table(), cascading)) {
      telling.cascades(change, session.connection());
      ordered.bonded(table, change, session.connection());
    } else if (table.keyed()) {
      TableBatch.Mode mode = fence.get().mode(from.orElseThrow());
      batches.computeIfAbsent(table.id(), t -> new TableBatch(table, mode)).add(change);
    } else {
      ordered.keyless(table, change);
    }
  }

  /**
   * The plan trusts the log to hold what foreign keys have changed. A source that was started again
   * with the other setting, or applies rows from such a server, does not keep that up.
   */
  private void requireCascades(RowChange change) {
    boolean trusted =
        switch (plan.cascades()) {
          case LOGGED -> change.op() != RowChange.Op.INSERT && cascading.contains(change.table());
          case UNLOGGED -> false;
        };
    if (trusted && change.foreignKeys() == RowChange.ForeignKeys.CHECKED) {
      throw new FramException(
          ErrorCode.FEED_INVALID,
          "The binary log holds a change of "
              + change.table()
              + " whose cascades were executed by the storage engine and are not in the log, behind "
              + place()
              + "; until now the source logged them.",
          "Do not change innodb_native_foreign_keys on the source during a migration. Run fram"
              + " cancel and begin again.");
    }
  }

  /** Not by TRUNCATE: that would commit, and could not be undone with the rest. */
  private void truncate(TableId table, Tally tally) throws SQLException {
    flush();
    Optional<Fences.TableFence> fence = fences.of(table);
    if (fence.isEmpty() || fence.get().holds(mark())) {
      tally.skipped++;
      return;
    }
    telling.all(table);
    session.run(List.of(Command.any("DELETE FROM " + Quoting.table(table))));
    tally.applied++;
  }

  private void statement(DdlStatement statement, Tally tally) throws SQLException {
    flush();
    // Which tables it changes, only the server knows.
    fences.tables().forEach(telling::all);
    switch (plan.policy()) {
      case ASK -> throw schemaChanges.ask(statement);
      case IGNORE -> tally.skipped++;
      case REPLICATE -> {
        schemaChanges.run(statement, from.orElseThrow());
        tables.forget();
        references.forget();
        bindNewCascades();
        tally.applied++;
      }
    }
  }

  /** A statement may have added a foreign key that writes: from here on it does so here too. */
  private void bindNewCascades() throws SQLException {
    Set<TableId> now = new TreeSet<>(cascading);
    now.addAll(Bonds.of(plan.catalog().tables(session.connection())).keySet());
    for (TableId table : now) {
      boolean fresh = !cascading.contains(table);
      boolean inWindow =
          fences
              .of(table)
              .filter(f -> f.mode(from.orElseThrow()) == TableBatch.Mode.IN_WINDOW)
              .isPresent();
      if (fresh && inWindow) {
        throw new FramException(
            ErrorCode.SCHEMA_DRIFT,
            "A foreign key that writes was added to "
                + table
                + " on the source while the table was copied, behind "
                + place()
                + ".",
            "Such tables have to be copied from one state: run fram cancel and begin again.");
      }
    }
    cascading = now;
  }

  /**
   * Writes what is pending. A table that is refused goes over to its next level and all pending
   * tables are written again, until the savepoint can go or a table has no level left.
   */
  private void flush() throws SQLException {
    if (batches.isEmpty() && ordered.isEmpty()) {
      return;
    }
    session.savepoint();
    while (!written()) {
      session.rollbackToSavepoint();
    }
    session.release();
    batches.clear();
    ordered = orderedRows();
  }

  private boolean written() throws SQLException {
    for (TableBatch batch : batches.values()) {
      try {
        session.run(batch.commands(session.statementBytes()));
      } catch (SQLException e) {
        if (!hasAnotherWay(batch, e)) {
          throw refused(e, batch.table().id());
        }
        LOG.debug("table {}: trying {}", batch.table().id(), batch.level());
        return false;
      } catch (TargetSession.Missed e) {
        if (!batch.separately()) {
          throw missed(e, "table " + batch.table().id());
        }
        LOG.debug("table {}: trying {}", batch.table().id(), batch.level());
        return false;
      }
    }
    try {
      session.run(ordered.end());
    } catch (TargetSession.Missed e) {
      throw missed(e, "a table without a key, or with cascades");
    }
    return true;
  }

  private static boolean hasAnotherWay(TableBatch batch, SQLException e) {
    return switch (e.getErrorCode()) {
      // Duplicate entry (with and without the key's name), foreign duplicate, duplicate by change.
      case 1022, 1062, 1169, 1586 -> batch.nextLevel();
      // The guard of an update of many rows: a column cannot be NULL.
      case 1048 -> batch.separately();
      default -> SqlErrors.code(e) == ErrorCode.INTERNAL && batch.separately();
    };
  }

  private SQLException refused(SQLException e, TableId table) {
    if (SqlErrors.code(e) == ErrorCode.CONSTRAINT_DIVERGENCE) {
      throw SqlErrors.translate(e, session.server(), "applying changes to " + table);
    }
    return e;
  }

  private FramException missed(TargetSession.Missed e, String table) {
    return new FramException(
        ErrorCode.ROW_DIVERGENCE,
        session.server() + ": " + table + ": " + e.getMessage() + ", behind " + place() + ".",
        "The target is not what it must be: nothing was changed. Find out who wrote to it, then"
            + " run fram cancel and begin again.");
  }

  private String place() {
    return from.map(Position::text).orElse("?");
  }

  private FramException translated(SQLException e, String doing) {
    FramException problem = SqlErrors.translate(e, session.server(), doing);
    if (problem.code() == ErrorCode.INTERNAL && isClosed()) {
      return new FramException(
          ErrorCode.CONNECTION_LOST,
          problem.seen(),
          "Run the same command again to go on.",
          problem);
    }
    return problem;
  }

  private boolean isClosed() {
    try {
      return session.connection().isClosed();
    } catch (SQLException e) {
      return true;
    }
  }

  /** What one call has done so far. */
  private static final class Tally {
    long applied;
    long skipped;
  }
}
