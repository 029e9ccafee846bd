// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.api.engine.BucketDigest;
import dev.fram.api.engine.ColumnDigest;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.RowDigest;
import dev.fram.api.engine.Span;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.key.RowKey;
import dev.fram.postgresql.key.ServerText;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Reads one server's rows at one moment. All sums are made by the server; rows come here by digest
 * only where something differs. Owned by the thread that took the moment.
 */
final class PostgresDigests implements DigestReader {
  private static final int KEYS_AT_ONCE = 2_000;

  private final SnapshotSession session;
  private final Function<TableId, RowKey> keys;
  private final RowHash hash;
  private final Reveal shown;
  private final Map<TableId, TableSql> known = new HashMap<>();
  private final Map<TableId, KeyLookup> lookups = new HashMap<>();

  PostgresDigests(
      SnapshotSession session, Function<TableId, RowKey> keys, RowHash hash, Reveal shown) {
    this.session = session;
    this.keys = keys;
    this.hash = hash;
    this.shown = shown;
  }

  @Override
  public List<BucketDigest> buckets(Span span, int buckets) {
    TableSql sql = sql(span.table());
    return read(
        span,
        c ->
            Sql.listAsItStands(
                c,
                sql.buckets(span, buckets),
                row -> new BucketDigest(row.getInt(1), row.getLong(2), sum(row, 3), sum(row, 4))));
  }

  @Override
  public List<RowDigest> rows(Span span, int buckets, Set<Integer> wanted) {
    TableSql sql = sql(span.table());
    return read(
        span, c -> Sql.listAsItStands(c, sql.rows(span, buckets, wanted), PostgresDigests::row));
  }

  /** What a person has written into the statement may be what is wrong with it. */
  private <T> T read(Span span, SharedSession.Work<T> work) {
    if (span.part().where().isEmpty()) {
      return session.read(span.table(), work);
    }
    return session.read(
        span.table(),
        c -> {
          try {
            return work.with(c);
          } catch (SQLException e) {
            String state = e.getSQLState() == null ? "" : e.getSQLState();
            if (state.startsWith("42")) {
              throw new FramException(
                  ErrorCode.CONFIG_INVALID,
                  session.server() + ": --where cannot be run: " + SqlErrors.message(e) + ".",
                  "Write a condition as after WHERE, of columns of " + span.table() + ".",
                  e);
            }
            throw e;
          }
        });
  }

  @Override
  public List<RowDigest> rows(TableId table, Collection<String> wanted) {
    TableSql sql = sql(table);
    if (wanted.isEmpty()) {
      return List.of();
    }
    if (sql.key().none()) {
      return session.read(table, c -> Sql.list(c, sql.equalRows(""), PostgresDigests::row));
    }
    Set<String> asked = new HashSet<>(wanted);
    return session.read(table, c -> byKey(c, sql, asked));
  }

  /**
   * Gets to know tables and how their rows are found, so that later only the rows are asked for.
   */
  void learn(Collection<TableId> tables) {
    for (TableId table : tables) {
      TableSql sql = sql(table);
      if (!sql.key().none()) {
        // No key, no row; but the server has looked at the table and its index by then.
        session.read(table, c -> found(c, sql, lookup(c, sql), List.of()));
      }
    }
  }

  private List<RowDigest> byKey(Connection connection, TableSql sql, Set<String> asked)
      throws SQLException {
    KeyLookup lookup = lookup(connection, sql);
    Map<String, RowDigest> found = new HashMap<>();
    List<String> all = List.copyOf(asked);
    for (int i = 0; i < all.size(); i += KEYS_AT_ONCE) {
      List<String> some = all.subList(i, Math.min(all.size(), i + KEYS_AT_ONCE));
      found(connection, sql, lookup, some).stream()
          .filter(row -> asked.contains(row.key()))
          .forEach(row -> found.put(row.key(), row));
    }
    return List.copyOf(found.values());
  }

  private static List<RowDigest> found(
      Connection connection, TableSql sql, KeyLookup lookup, List<String> keys)
      throws SQLException {
    return Sql.list(connection, sql.rows(lookup), PostgresDigests::row, lookup.parameters(keys));
  }

  @Override
  public List<ColumnDigest> columns(TableId table, String key) {
    TableSql sql = sql(table);
    return sql.key().none() ? List.of() : session.read(table, c -> columns(c, sql, key));
  }

  private List<ColumnDigest> columns(Connection connection, TableSql sql, String key)
      throws SQLException {
    KeyLookup lookup = lookup(connection, sql);
    Map<Integer, ColumnDigest> found = new TreeMap<>();
    Sql.list(
        connection,
        sql.values(lookup, shown),
        row -> {
          if (text(row.getBytes(1)).equals(key)) {
            found.put(row.getInt(2), column(sql, row));
          }
          return key;
        },
        lookup.parameters(List.of(key)));
    return new ArrayList<>(found.values());
  }

  /** A NULL has nothing to show, and 0 for a digest: no text has that but one in 2^64. */
  private static ColumnDigest column(TableSql sql, ResultSet row) throws SQLException {
    boolean missing = row.getBoolean(3);
    Optional<String> value =
        missing
            ? Optional.empty()
            : Optional.ofNullable(row.getBytes(5)).map(PostgresDigests::text);
    return new ColumnDigest(sql.columns().get(row.getInt(2)), missing ? 0 : row.getLong(4), value);
  }

  private TableSql sql(TableId table) {
    TableSql sql = known.get(table);
    RowKey key = keys.apply(table);
    if (sql == null || !sql.key().equals(key)) {
      sql = session.read(table, c -> TableSql.of(c, table, key, hash));
      known.put(table, sql);
      lookups.remove(table);
    }
    return sql;
  }

  private KeyLookup lookup(Connection connection, TableSql sql) throws SQLException {
    KeyLookup lookup = lookups.get(sql.table());
    if (lookup == null) {
      lookup = KeyLookup.of(connection, sql.table(), sql.key());
      lookups.put(sql.table(), lookup);
    }
    lookup.byIndex(connection);
    return lookup;
  }

  private static RowDigest row(ResultSet row) throws SQLException {
    return new RowDigest(text(row.getBytes(1)), row.getLong(2), row.getLong(3), row.getLong(4));
  }

  /** The server's sum is exact; its lowest 64 bits are the sum modulo 2^64. */
  static long sum(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getBigDecimal(column))
        .map(sum -> sum.toBigInteger().longValue())
        .orElse(0L);
  }

  private static String text(byte[] bytes) {
    return ServerText.decode(ByteBuffer.wrap(bytes));
  }
}
