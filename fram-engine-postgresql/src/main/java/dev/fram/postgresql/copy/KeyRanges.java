// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.copy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.model.Table;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.KeyRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Cuts a table by the leading column of its key, so that each chunk may have its own snapshot. Only
 * types whose order Java reproduces, because the feed has to find a row's chunk.
 */
public final class KeyRanges {
  private static final String KEY =
      """
      SELECT a.attname, t.typname FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        JOIN pg_type t ON t.oid = a.atttypid
      WHERE i.indrelid = ?::regclass AND i.indimmediate AND i.indisvalid
        AND (i.indisprimary OR i.indisreplident)
        AND t.typname IN ('int2', 'int4', 'int8', 'uuid', 'date', 'timestamp')
        AND t.typnamespace = 'pg_catalog'::regnamespace
        -- Two chunks may hold the same value, read at two times, until the feed is applied.
        AND NOT EXISTS (SELECT 1 FROM pg_index o
          WHERE o.indrelid = i.indrelid AND o.indexrelid <> i.indexrelid
            AND (o.indisunique OR o.indisexclusion))
      ORDER BY i.indisreplident DESC LIMIT 1
      """;
  private static final int SAMPLES_A_CHUNK = 100;
  // Pages are drawn one by one: of few, none might be drawn, and the table would stay whole.
  private static final double SAMPLED_PAGES = 30;
  private static final int PAGE_BYTES = 8_192;
  private static final int MOST_CHUNKS = 10_000;

  private record Key(String column, String type) {}

  private KeyRanges() {}

  /** At least one chunk; none when the table's key does not allow it. */
  public static List<Chunk> cut(Connection connection, Table table, long chunkBytes)
      throws SQLException {
    Optional<Key> key =
        Sql.first(
            connection,
            KEY,
            row -> new Key(row.getString(1), row.getString(2)),
            Quoting.table(table.id()));
    if (key.isEmpty()) {
      return List.of();
    }
    long wanted = Math.ceilDiv(Math.max(table.bytes(), 1), Math.max(chunkBytes, 1));
    int count = (int) Math.min(wanted, MOST_CHUNKS);
    return chunks(
        table, key.get(), count < 2 ? List.of() : bounds(connection, table, key.get(), count));
  }

  /** The range as a condition; empty when it is the whole table. */
  public static String condition(KeyRange range) {
    String column = Quoting.identifier(range.column());
    String type = "::pg_catalog." + Quoting.identifier(range.type());
    String lower = range.from().map(v -> column + " >= " + Quoting.literal(v) + type).orElse("");
    String upper = range.to().map(v -> column + " < " + Quoting.literal(v) + type).orElse("");
    return lower + (lower.isEmpty() || upper.isEmpty() ? "" : " AND ") + upper;
  }

  // A sample of pages: exact borders are not needed, only that there are some.
  private static List<String> bounds(Connection connection, Table table, Key key, int count)
      throws SQLException {
    double rows = Math.max(table.rows(), 1_000);
    double pages = Math.max(1.0, (double) table.bytes() / PAGE_BYTES);
    double wanted = Math.max(count * SAMPLES_A_CHUNK / rows, SAMPLED_PAGES / pages);
    double percent = Math.min(100, Math.max(0.01, 100.0 * wanted));
    String finite =
        switch (key.type) {
          case "date", "timestamp" -> " WHERE isfinite(k)";
          default -> "";
        };
    String column = Quoting.identifier(key.column);
    return Sql.list(
        connection, borderQuery(table, column, percent, finite, count), row -> row.getString(1));
  }

  private static String borderQuery(
      Table table, String column, double percent, String finite, int count) {
    return "SELECT (array_agg(k ORDER BY k))[1]::text FROM (SELECT k, ntile("
        + count
        + ") OVER (ORDER BY k) AS tile FROM (SELECT DISTINCT "
        + column
        + " AS k FROM ONLY "
        + Quoting.table(table.id())
        + String.format(Locale.ROOT, " TABLESAMPLE SYSTEM (%.4f)) s", percent)
        + finite
        + ") q WHERE tile > 1 GROUP BY tile ORDER BY tile";
  }

  private static List<Chunk> chunks(Table table, Key key, List<String> bounds) {
    List<Chunk> chunks = new ArrayList<>();
    int count = bounds.size() + 1;
    for (int i = 0; i < count; i++) {
      Optional<String> from = i == 0 ? Optional.empty() : Optional.of(bounds.get(i - 1));
      Optional<String> to = i == count - 1 ? Optional.empty() : Optional.of(bounds.get(i));
      String range = new KeyRange(key.column, key.type, from, to).text();
      chunks.add(new Chunk(table.id(), i, count, range, Chunk.Kind.KEY));
    }
    return chunks;
  }
}
