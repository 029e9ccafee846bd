// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.CommitBarrier;
import dev.fram.mysql.binlog.FeedStart;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The reads of a group of tables. A table with a usable key is read without any lock: its fence is
 * fuzzy, a low watermark taken before its first row is read, and everything later is replayed. A
 * table without such a key, or bound to others by cascading foreign keys, is read from one exact
 * state (ALGORITHMS B2, B3). Owned by the thread that opened it; only the sessions' queue is shared
 * with the copiers.
 */
public final class MySqlSnapshot implements Snapshot {
  private final Connector source;
  private final Connection own;
  private final BinlogPosition low;
  private final Looks looks;
  private final Optional<SnapshotSessions> exact;

  private MySqlSnapshot(
      Connector source,
      Connection own,
      BinlogPosition low,
      Looks looks,
      Optional<SnapshotSessions> exact) {
    this.source = source;
    this.own = own;
    this.low = low;
    this.looks = looks;
    this.exact = exact;
  }

  /** What the tables look like; those that are read exactly are named apart. */
  private record Looks(
      Map<TableId, CatalogTable> tables,
      Map<TableId, Fingerprint> fingerprints,
      List<TableId> exact) {

    static Looks of(Connection connection, Catalog catalog, List<Table> wanted)
        throws SQLException {
      Map<TableId, CatalogTable> tables = new TreeMap<>();
      catalog.tables(connection).forEach(table -> tables.put(table.id(), table));
      List<TableId> exact =
          wanted.stream()
              .filter(t -> t.bond().isPresent() || keyless(tables.get(t.id())))
              .map(Table::id)
              .toList();
      return new Looks(tables, catalog.fingerprints(connection), exact);
    }

    private static boolean keyless(@Nullable CatalogTable table) {
      return table != null && table.usableKey().isEmpty();
    }
  }

  /**
   * @param catalog knows what the tables look like
   * @throws FramException LOCK_TIMEOUT, SCHEMA_DRIFT
   */
  public static MySqlSnapshot open(
      Connector source,
      Catalog catalog,
      List<Table> wanted,
      SnapshotLock lock,
      RandomGenerator random) {
    Connection own = source.openStreaming("snapshot");
    boolean done = false;
    try {
      Looks looks = Looks.of(own, catalog, wanted);
      BinlogPosition low = low(own);
      Optional<SnapshotSessions> exact =
          looks.exact.isEmpty()
              ? Optional.empty()
              : Optional.of(SnapshotSessions.open(source, looks.exact, lock, random));
      done = true;
      return new MySqlSnapshot(source, own, low, looks, exact);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "opening a snapshot");
    } finally {
      if (!done) {
        Connector.abort(own);
      }
    }
  }

  /**
   * A watermark that every later snapshot lies behind: a set of GTIDs is one by itself, MariaDB's
   * snapshot knows its place, and a plain place in a file has to be proven.
   */
  public static BinlogPosition low(Connection connection) throws SQLException {
    if (Connector.version(connection).isMariaDb()) {
      Sql.run(connection, "START TRANSACTION WITH CONSISTENT SNAPSHOT");
      BinlogPosition place = FeedStart.snapshotPlace(connection);
      Sql.run(connection, "COMMIT");
      return place;
    }
    BinlogPosition position = SourceLog.position(connection);
    if (position instanceof BinlogPosition.File) {
      CommitBarrier.await(connection, text -> {});
    }
    return position;
  }

  @Override
  public Fence fence(TableId table) {
    return readExactly(table)
        .<Fence>map(sessions -> new Fence.Exact(sessions.position().text()))
        .orElseGet(() -> new Fence.Fuzzy(low.text()));
  }

  @Override
  public Position armedAt() {
    return exact.map(SnapshotSessions::position).orElse(low);
  }

  @Override
  public List<Chunk> chunks(Table table, long chunkBytes) {
    try {
      return KeyRanges.cut(own, look(table.id()), chunkBytes);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "cutting " + table.id() + " into chunks");
    }
  }

  @Override
  public Fingerprint fingerprint(TableId table) {
    Fingerprint look = looks.fingerprints.get(table);
    if (look == null) {
      throw gone(source, table);
    }
    return look;
  }

  @Override
  public void verifyPinned(TableId table) {
    try {
      Optional<CatalogTable> now = Catalog.table(own, table);
      if (!now.map(t -> sameLook(t, look(table))).orElse(false)) {
        throw new FramException(
            ErrorCode.SNAPSHOT_BROKEN,
            source.name() + ": table " + table + " was altered while it was copied.",
            "It is copied again.");
      }
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "looking at " + table);
    }
  }

  @Override
  public void close() {
    exact.ifPresent(SnapshotSessions::close);
    Connector.abort(own);
  }

  /** The sessions to read a table with; empty when any session will do. */
  Optional<SnapshotSessions> readExactly(TableId table) {
    return exact.filter(sessions -> looks.exact.contains(table));
  }

  private static boolean sameLook(CatalogTable now, CatalogTable then) {
    return now.columns().equals(then.columns()) && now.usableKey().equals(then.usableKey());
  }

  private CatalogTable look(TableId table) {
    CatalogTable look = looks.tables.get(table);
    if (look == null) {
      throw gone(source, table);
    }
    return look;
  }

  private static FramException gone(Connector source, TableId table) {
    return new FramException(
        ErrorCode.SCHEMA_DRIFT,
        source.name() + ": table " + table + " is not there any more.",
        "Start the migration again, or bring the table back.");
  }
}
