// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.BucketDigest;
import dev.fram.api.engine.ColumnDigest;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.RowDigest;
import dev.fram.api.engine.Span;
import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Compares two readers the way the core does: buckets, then rows, then columns. */
public final class Differences {
  private final DigestReader source;
  private final DigestReader target;
  private final int buckets;

  public Differences(DigestReader source, DigestReader target, int buckets) {
    this.source = source;
    this.target = target;
    this.buckets = buckets;
  }

  /**
   * {@code missing 6}, {@code extra 501}, {@code different 3: s}; rows without key by their number.
   */
  public List<String> of(TableId table) {
    return of(Span.of(table));
  }

  List<String> of(Span span) {
    Set<Integer> differing = differing(span);
    if (differing.isEmpty()) {
      return List.of();
    }
    List<RowDigest> there = source.rows(span, buckets, differing);
    List<RowDigest> here = target.rows(span, buckets, differing);
    boolean keyed = there.stream().noneMatch(row -> row.key().isEmpty());
    return keyed ? keyed(span.table(), there, here) : keyless(there, here);
  }

  /** The sums must be those of the rows that are then read. */
  private void checkSums(Span span, Set<BucketDigest> one) {
    Set<Integer> all = new TreeSet<>();
    one.forEach(bucket -> all.add(bucket.bucket()));
    List<RowDigest> rows = source.rows(span, buckets, all);
    assertThat(rows.stream().mapToLong(RowDigest::rows).sum())
        .isEqualTo(one.stream().mapToLong(BucketDigest::rows).sum());
    assertThat(rows.stream().mapToLong(row -> row.rows() * row.high()).sum())
        .isEqualTo(one.stream().mapToLong(BucketDigest::high).sum());
    assertThat(rows.stream().mapToLong(row -> row.rows() * row.low()).sum())
        .isEqualTo(one.stream().mapToLong(BucketDigest::low).sum());
  }

  private Set<Integer> differing(Span span) {
    Set<BucketDigest> one = new HashSet<>(source.buckets(span, buckets));
    Set<BucketDigest> other = new HashSet<>(target.buckets(span, buckets));
    if (one.stream().mapToLong(BucketDigest::rows).sum() <= 1_000) {
      checkSums(span, one);
    }
    Set<Integer> differing = new TreeSet<>();
    one.stream().filter(b -> !other.contains(b)).forEach(b -> differing.add(b.bucket()));
    other.stream().filter(b -> !one.contains(b)).forEach(b -> differing.add(b.bucket()));
    return differing;
  }

  private List<String> keyed(TableId table, List<RowDigest> there, List<RowDigest> here) {
    Map<String, RowDigest> extra = new HashMap<>();
    here.forEach(row -> extra.put(row.key(), row));
    assertThat(source.rows(table, there.stream().map(RowDigest::key).toList()))
        .containsExactlyInAnyOrderElementsOf(there);
    List<String> found = new ArrayList<>();
    for (RowDigest row : there) {
      RowDigest other = extra.remove(row.key());
      if (other == null) {
        found.add("missing " + row.key());
      } else if (!other.equals(row)) {
        found.add("different " + row.key() + ": " + columns(table, row.key()));
      }
    }
    extra.keySet().forEach(key -> found.add("extra " + key));
    return found.stream().sorted().toList();
  }

  private String columns(TableId table, String key) {
    List<ColumnDigest> there = source.columns(table, key);
    List<ColumnDigest> here = target.columns(table, key);
    assertThat(here).extracting(ColumnDigest::column).isSorted();
    assertThat(there).hasSameSizeAs(here).allMatch(column -> column.shown().isEmpty());
    return String.join(
        ",",
        there.stream().filter(column -> !here.contains(column)).map(ColumnDigest::column).toList());
  }

  private static List<String> keyless(List<RowDigest> there, List<RowDigest> here) {
    Map<RowDigest, Long> more = new HashMap<>();
    there.forEach(row -> more.merge(one(row), row.rows(), Long::sum));
    here.forEach(row -> more.merge(one(row), -row.rows(), Long::sum));
    long missing = more.values().stream().mapToLong(n -> Math.max(0, n)).sum();
    long extra = more.values().stream().mapToLong(n -> Math.max(0, -n)).sum();
    return List.of("missing " + missing + ", extra " + extra);
  }

  private static RowDigest one(RowDigest row) {
    return new RowDigest("", row.high(), row.low(), 1);
  }
}
