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
  final int writer;
  final long stride;
  final BitSet committed = new BitSet();
  final BitSet never = new BitSet();
  final TreeMap<Long, ItemState> items = new TreeMap<>();
  final TreeMap<Long, Integer> readings = new TreeMap<>();
  final TreeMap<Integer, Integer> log = new TreeMap<>();
  final TreeMap<Integer, Long> awkward = new TreeMap<>();
  long changes;

  /** The transaction whose commit was sent and not answered, until the server was asked. */
  Optional<Draft> unanswered = Optional.empty();

  private int nextSeq;
  private long nextId = WorkloadSchema.OWN_IDS;

  private WriterBook(int writer, long stride) {
    this.writer = writer;
    this.stride = stride;
  }

  /** The server's present state of this writer's rows. */
  static WriterBook read(Connection connection, int writer, long stride) throws SQLException {
    WriterBook book = new WriterBook(writer, stride);
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

  /** A book that can be changed without changing this one. */
  WriterBook copy() {
    WriterBook copy = new WriterBook(writer, stride);
    copy.committed.or(committed);
    copy.never.or(never);
    copy.items.putAll(items);
    copy.readings.putAll(readings);
    copy.log.putAll(log);
    copy.awkward.putAll(awkward);
    copy.changes = changes;
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
        "SELECT id, count(*) FROM app.item_tag WHERE writer = ? GROUP BY id",
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
    if (hasAwkwardTypes(connection)) {
      query(
          connection,
          "SELECT id, version FROM app.everything WHERE id % " + WorkloadSchema.WRITERS + " = ?",
          row -> awkward.put(row.getInt(1), row.getLong(2)));
    }
  }

  private static boolean hasAwkwardTypes(Connection connection) throws SQLException {
    try (PreparedStatement query =
            connection.prepareStatement("SELECT to_regclass('app.everything') IS NOT NULL");
        ResultSet rows = query.executeQuery()) {
      return rows.next() && rows.getBoolean(1);
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
