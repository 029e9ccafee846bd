// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Span;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.Column;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.copy.KeyRanges;
import dev.fram.postgresql.feed.KeyRange;
import dev.fram.postgresql.key.RowKey;
import dev.fram.postgresql.key.ServerText;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The statements that digest one table's rows on one server (ALGORITHMS D1). Columns in the order
 * of their names, because a table may have been made with another order; no collation takes part.
 * The server does the sums. OFFSET 0 keeps the planner from computing a hash once for each use,
 * which saves 2 of 6 seconds a million rows; it also keeps the read to one process, so that a
 * server is burdened by as many as there are sessions.
 *
 * @param table the table; rows of tables that inherit from it are never meant
 * @param columns all columns, computed ones too, sorted by name
 */
record TableSql(TableId table, List<String> columns, RowKey key, RowHash hash, ServerText form) {
  /** Of bigint values; 128 bits wide inside, so that it is exact (int8_avg_accum). */
  private static final String SUMS = "sum(d::bit(64)::int8), sum((d << 64)::bit(64)::int8)";

  private static final String HALVES = "d::bit(64)::int8, (d << 64)::bit(64)::int8";

  /** Reads the catalog; as it was at the session's moment. */
  static TableSql of(Connection connection, TableId table, RowKey key, RowHash hash)
      throws SQLException {
    List<String> columns =
        Catalog.columns(connection, table).stream().map(Column::name).sorted().toList();
    return new TableSql(table, columns, key, hash, ServerText.of(connection));
  }

  /** Rows, high sum, low sum of the whole table. */
  String total() {
    return "SELECT count(*), " + SUMS + " FROM (SELECT " + digest() + " AS d" + from("") + ") r";
  }

  /** Bucket, rows, high sum, low sum. */
  String buckets(Span span, int buckets) {
    String sums = "SELECT b, count(*), " + SUMS + " FROM (";
    if (key.none()) {
      return sums
          + "SELECT "
          + bucket("d", buckets)
          + " AS b, d FROM (SELECT "
          + digest()
          + " AS d"
          + from(condition(span))
          + ") r) h GROUP BY b";
    }
    return sums
        + "SELECT "
        + bucket(keyBits(), buckets)
        + " AS b, "
        + digest()
        + " AS d"
        + from(condition(span))
        + ") r GROUP BY b";
  }

  /** Key, high, low, rows. */
  String rows(Span span, int buckets, Set<Integer> numbers) {
    String range = condition(span);
    String list = numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    String any = " = ANY ('" + list + "'::int4[])";
    if (key.none()) {
      return equalRows(range) + " HAVING " + bucket("d", buckets) + any;
    }
    String wanted = bucket(keyBits(), buckets) + any;
    return keyed(from(range.isEmpty() ? wanted : range + " AND " + wanted));
  }

  /** Key, high, low, rows; of a table without key. */
  String equalRows(String condition) {
    return "SELECT ''::bytea, "
        + HALVES
        + ", count(*) FROM (SELECT "
        + digest()
        + " AS d"
        + from(condition)
        + ") r GROUP BY d";
  }

  /** Key, high, low, rows. Parameters: the keys, a list for each column. */
  String rows(KeyLookup lookup) {
    return keyed(lookup.from(form) + " OFFSET 0");
  }

  /** Key, column's number, whether it is NULL, digest, value. Parameters: the keys. */
  String values(KeyLookup lookup, Reveal shown) {
    String values =
        IntStream.range(0, columns.size())
            .mapToObj(i -> value(i, shown))
            .collect(Collectors.joining(", "));
    return "SELECT "
        + form.bytes(key.sql("t"))
        + ", c.*"
        + lookup.from(form)
        + " CROSS JOIN LATERAL (VALUES "
        + values
        + ") AS c (number, missing, digest, value) ORDER BY c.number";
  }

  /** num_nulls() is the one way to see a NULL that does not look into a composite value. */
  private String value(int number, Reveal shown) {
    String column = "t." + Quoting.identifier(columns.get(number));
    String text = RowKey.printed("t", columns.get(number));
    return "("
        + number
        + ", num_nulls("
        + column
        + ") = 1, "
        + hash.bits(form, text, 64)
        + "::int8, "
        + switch (shown) {
          case VALUES -> form.bytes(text);
          case DIGESTS_ONLY -> "NULL::bytea";
        }
        + ")";
  }

  private String keyed(String from) {
    return "SELECT k, "
        + HALVES
        + ", 1 FROM (SELECT "
        + form.bytes(key.sql("t"))
        + " AS k, "
        + digest()
        + " AS d"
        + from
        + ") r";
  }

  private String digest() {
    return hash.bits(
        form,
        columns.stream()
            .map(column -> "t." + Quoting.identifier(column))
            .collect(Collectors.joining(", ", "ROW(", ")::text")),
        128);
  }

  private String keyBits() {
    return hash.bits(form, key.sql("t"), 28);
  }

  private static String bucket(String bits, int buckets) {
    return "mod(" + bits + "::bit(28)::int4, " + buckets + ")";
  }

  private String from(String condition) {
    return " FROM ONLY "
        + Quoting.table(table)
        + " AS t"
        + (condition.isEmpty() ? "" : " WHERE " + condition)
        + " OFFSET 0";
  }

  private String condition(Span span) {
    List<String> all = new ArrayList<>();
    span.range().map(TableSql::condition).filter(c -> !c.isEmpty()).ifPresent(all::add);
    // A comment at the end of what a person has written ends with its line.
    span.part().where().ifPresent(where -> all.add("(" + where + "\n)"));
    if (span.part().sample()) {
      String bits = key.none() ? digest() : keyBits();
      all.add(bucket(bits, Part.ALL) + " < " + span.part().perMyriad());
    }
    return String.join(" AND ", all);
  }

  private static String condition(Chunk range) {
    return switch (range.kind()) {
      case KEY -> KeyRanges.condition(KeyRange.parse(range.range()));
      case STORAGE ->
          throw new IllegalArgumentException("a range of pages means nothing to another server");
    };
  }
}
