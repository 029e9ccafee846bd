// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.BucketDigest;
import dev.fram.api.engine.ColumnDigest;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.RowDigest;
import dev.fram.api.engine.Span;
import dev.fram.api.model.TableId;
import dev.fram.core.concurrent.AtOnce;
import dev.fram.core.verify.Difference.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Compares what two readers see: first sums of buckets, then the rows of those that differ, then
 * the columns of rows that differ. Owned by one thread; knows no values.
 */
final class SpanComparison {
  /** How many rows a bucket is meant to have. */
  private static final long ROWS_IN_BUCKET = 1_000;

  private static final int MAX_BUCKETS = 4_096;

  /** Rows of differing buckets that are held in memory at a time, of each side. */
  private static final long ROWS_AT_A_TIME = 50_000;

  private static final int KEYS_AT_A_TIME = 2_000;

  /** More are counted and not named. */
  static final int NAMED = 100;

  private final DigestReader source;
  private final DigestReader target;
  private final BiPredicate<TableId, String> excused;

  /**
   * @param excused whether a row, by its key, may have been written on one side since; empty keys
   *     stand for any row
   */
  SpanComparison(DigestReader source, DigestReader target, BiPredicate<TableId, String> excused) {
    this.source = source;
    this.target = target;
    this.excused = excused;
  }

  /**
   * Every row of a span.
   *
   * @param rowsExpected an estimate, for the number of buckets; -1 when there is none
   */
  SpanResult compare(Span span, long rowsExpected) {
    int buckets = Math.clamp(rowsExpected / ROWS_IN_BUCKET, 16, MAX_BUCKETS);
    Sides<Map<Integer, BucketDigest>> sides =
        both(reader -> byNumber(reader.buckets(span, buckets)));
    Map<Integer, BucketDigest> there = sides.there;
    Map<Integer, BucketDigest> here = sides.here;
    long rows = there.values().stream().mapToLong(BucketDigest::rows).sum();
    Found found = new Found(span.table());
    Set<Integer> slice = new TreeSet<>();
    long held = 0;
    for (int bucket : differing(there, here)) {
      slice.add(bucket);
      held += Math.max(rowsOf(there.get(bucket)), rowsOf(here.get(bucket)));
      if (held >= ROWS_AT_A_TIME) {
        found.match(both(reader -> reader.rows(span, buckets, slice)));
        slice.clear();
        held = 0;
      }
    }
    if (!slice.isEmpty()) {
      found.match(both(reader -> reader.rows(span, buckets, slice)));
    }
    return found.result(rows);
  }

  /** The rows with these keys, and no others. */
  SpanResult compare(TableId table, Collection<String> keys) {
    Found found = new Found(table);
    List<String> all = List.copyOf(keys);
    for (int from = 0; from < all.size(); from += KEYS_AT_A_TIME) {
      List<String> slice = all.subList(from, Math.min(all.size(), from + KEYS_AT_A_TIME));
      found.match(both(reader -> reader.rows(table, slice)));
    }
    return found.result(all.size());
  }

  /** What the two servers answer to the same question. */
  private record Sides<T>(T there, T here) {}

  /** Asks both at the same time: the answer takes as long as that of the slower one. */
  private <T> Sides<T> both(Function<DigestReader, T> question) {
    return AtOnce.both(() -> question.apply(source), () -> question.apply(target), Sides::new);
  }

  private static Map<Integer, BucketDigest> byNumber(List<BucketDigest> digests) {
    Map<Integer, BucketDigest> map = new TreeMap<>();
    digests.forEach(digest -> map.put(digest.bucket(), digest));
    return map;
  }

  private static Set<Integer> differing(
      Map<Integer, BucketDigest> there, Map<Integer, BucketDigest> here) {
    Set<Integer> numbers = new TreeSet<>(there.keySet());
    numbers.addAll(here.keySet());
    numbers.removeIf(n -> {
      BucketDigest digest = there.get(n);
      return digest != null && digest.equals(here.get(n));
    });
    return numbers;
  }

  private static long rowsOf(@org.jspecify.annotations.Nullable BucketDigest digest) {
    return digest == null ? 0 : digest.rows();
  }

  /** Collects the rows that are not the same. */
  private final class Found {
    private final TableId table;
    private final List<Difference> named = new ArrayList<>();
    private long differing;
    private long inQuestion;

    Found(TableId table) {
      this.table = table;
    }

    SpanResult result(long rows) {
      return new SpanResult(rows, differing, inQuestion, List.copyOf(named));
    }

    void match(Sides<List<RowDigest>> rows) {
      List<RowDigest> there = rows.there;
      List<RowDigest> here = rows.here;
      if (there.stream().anyMatch(r -> r.key().isEmpty())
          || here.stream().anyMatch(r -> r.key().isEmpty())) {
        matchWhole(there, here);
        return;
      }
      Map<String, RowDigest> left = new HashMap<>();
      here.forEach(row -> left.put(row.key(), row));
      for (RowDigest row : there) {
        Optional<RowDigest> other = Optional.ofNullable(left.remove(row.key()));
        if (other.isEmpty()) {
          add(row.key(), Kind.MISSING, 1);
        } else if (!other.get().equals(row)) {
          add(row.key(), Kind.DIFFERENT, 1);
        }
      }
      left.keySet().stream().sorted().forEach(key -> add(key, Kind.EXTRA, 1));
    }

    /** Without a key a row is what it holds, and equal ones are counted. */
    private void matchWhole(List<RowDigest> there, List<RowDigest> here) {
      Map<String, Long> more = new TreeMap<>();
      there.forEach(row -> more.merge(name(row), row.rows(), Long::sum));
      here.forEach(row -> more.merge(name(row), -row.rows(), Long::sum));
      more.forEach((name, count) -> {
        if (count != 0) {
          add(name, count > 0 ? Kind.MISSING : Kind.EXTRA, Math.abs(count));
        }
      });
    }

    private static String name(RowDigest row) {
      return row.key().isEmpty()
          ? Difference.WHOLE_ROW + "%016x%016x".formatted(row.high(), row.low())
          : row.key();
    }

    private void add(String key, Kind kind, long rows) {
      if (excused.test(table, key)) {
        inQuestion += rows;
        return;
      }
      differing += rows;
      if (named.size() < NAMED) {
        List<String> columns = kind == Kind.DIFFERENT ? columns(key) : List.of();
        named.add(new Difference(table, key, kind, columns));
      }
    }

    private List<String> columns(String key) {
      Map<String, ColumnDigest> here = new HashMap<>();
      target.columns(table, key).forEach(column -> here.put(column.column(), column));
      List<String> columns = new ArrayList<>();
      for (ColumnDigest column : source.columns(table, key)) {
        ColumnDigest other = here.get(column.column());
        if (other == null || other.digest() != column.digest()) {
          columns.add(shown(column, Optional.ofNullable(other)));
        }
      }
      return columns;
    }

    private static String shown(ColumnDigest column, Optional<ColumnDigest> other) {
      return column.shown().isEmpty()
          ? column.column()
          : column.column()
              + ": "
              + column.shown().get()
              + " / "
              + other.flatMap(ColumnDigest::shown).orElse("NULL");
    }
  }
}
