// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What one writer knows of its own rows: all that was acknowledged, and nothing else. Written by
 * the writer's thread only; the oracle reads it after that thread has ended, and reads a second one
 * from the server to compare.
 */
final class WriterBook {
  final Dialect dialect;
  final int writer;
  final long stride;
  final BitSet committed = new BitSet();
  final BitSet never = new BitSet();
  final TreeMap<Long, ItemState> items = new TreeMap<>();
  final TreeMap<Long, Integer> readings = new TreeMap<>();
  final TreeMap<Integer, Integer> log = new TreeMap<>();
  final TreeMap<Integer, Long> awkward = new TreeMap<>();
  final TreeMap<Long, Integer> sbtest = new TreeMap<>();
  long changes;
  long audited;

  /** The transaction whose commit was sent and not answered, until the server was asked. */
  Optional<Draft> unanswered = Optional.empty();

  private int nextSeq;
  private long nextId = WorkloadSchema.OWN_IDS;

  private WriterBook(Dialect dialect, int writer, long stride) {
    this.dialect = dialect;
    this.writer = writer;
    this.stride = stride;
  }

  /** The server's present state of this writer's rows. */
  static WriterBook read(Connection connection, int writer, long stride) throws SQLException {
    WriterBook book = new WriterBook(Dialect.of(connection), writer, stride);
    book.readLedger(connection);
    book.readItems(connection);
    book.readOthers(connection);
    return book;
  }

  /** The distance between the loaded rows that a writer may change. */
  static long readStride(Connection connection) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT coalesce(max(id), 0) FROM app.item WHERE writer = 0 AND id < ?")) {
      query.setLong(1, WorkloadSchema.OWN_IDS);
      try (ResultSet rows = query.executeQuery()) {
        rows.next();
        return WorkloadSchema.stride(rows.getLong(1));
      }
    }
  }

  int takeSeq() {
    return nextSeq++;
  }

  long takeId() {
    return nextId++;
  }

  /** The transaction committed: its effects count, in their order. */
  void commit(Draft draft) {
    committed.set(draft.seq());
    draft.effects().forEach(effect -> effect.accept(this));
  }

  /** A row of app.sbtest1 was changed, which so many rows of app.audit tell. */
  void changeSbtest(long id, int more, int audits) {
    sbtest.merge(id, more, Integer::sum);
    audited += audits;
  }

  /** A book that can be changed without changing this one. */
  WriterBook copy() {
    WriterBook copy = new WriterBook(dialect, writer, stride);
    copy.committed.or(committed);
    copy.never.or(never);
    copy.items.putAll(items);
    copy.readings.putAll(readings);
    copy.log.putAll(log);
    copy.awkward.putAll(awkward);
    copy.sbtest.putAll(sbtest);
    copy.changes = changes;
    copy.audited = audited;
    return copy;
  }

  private void readLedger(Connection connection) throws SQLException {
    query(
        connection,
        "SELECT seq, kind FROM app.ledger WHERE writer = ?",
        row -> {
          BitSet kind = row.getString(2).equals("tx") ? committed : never;
          kind.set(row.getInt(1));
        });
    nextSeq = Math.max(committed.length(), never.length());
  }

  private void readItems(Connection connection) throws SQLException {
    String owned = "(id %% %d = 0 OR id >= %d)".formatted(stride, WorkloadSchema.OWN_IDS);
    query(
        connection,
        "SELECT id, version FROM app.item WHERE writer = ? AND " + owned,
        row -> items.put(row.getLong(1), new ItemState(row.getLong(2), 0)));
    query(
        connection,
        "SELECT id, count(*) FROM app.item_tag WHERE writer = ? AND " + owned + " GROUP BY id",
        row ->
            items.merge(
                row.getLong(1),
                new ItemState(-1, row.getInt(2)),
                (item, tags) -> new ItemState(item.version(), tags.tags())));
    if (!items.isEmpty()) {
      nextId = Math.max(nextId, items.lastKey() + 1);
    }
  }

  private void readOthers(Connection connection) throws SQLException {
    query(
        connection,
        "SELECT id, zone FROM app.reading WHERE writer = ?",
        row -> readings.put(row.getLong(1), row.getInt(2)));
    if (!readings.isEmpty()) {
      nextId = Math.max(nextId, readings.lastKey() + 1);
    }
    query(
        connection,
        "SELECT value, count(*) FROM app.log WHERE writer = ? GROUP BY value",
        row -> log.put(row.getInt(1), row.getInt(2)));
    query(
        connection,
        "SELECT changes FROM app.item_changes WHERE writer = ?",
        row -> changes = row.getLong(1));
    if (has(connection, "everything")) {
      query(
          connection,
          "SELECT id, version FROM app.everything WHERE id % " + WorkloadSchema.WRITERS + " = ?",
          row -> awkward.put(row.getInt(1), row.getLong(2)));
    }
    if (has(connection, "sbtest1")) {
      readSbtest(connection);
    }
  }

  private void readSbtest(Connection connection) throws SQLException {
    query(
        connection,
        "SELECT id, k FROM app.sbtest1 WHERE id %% %d = ? AND id %% %d < %d"
            .formatted(
                WorkloadSchema.WRITERS, WorkloadSchema.WRITERS * stride, WorkloadSchema.WRITERS),
        row -> sbtest.put(row.getLong(1), row.getInt(2)));
    query(
        connection,
        "SELECT count(*) FROM app.audit WHERE writer = ?",
        row -> audited = row.getLong(1));
  }

  private static boolean has(Connection connection, String table) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT count(*) FROM information_schema.tables"
                + " WHERE table_schema = 'app' AND table_name = ?")) {
      query.setString(1, table);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next() && rows.getLong(1) > 0;
      }
    }
  }

  /** Takes one row of an answer. */
  private interface Row {
    void take(ResultSet row) throws SQLException;
  }

  private void query(Connection connection, String sql, Row row) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setInt(1, writer);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          row.take(rows);
        }
      }
    }
  }
}
