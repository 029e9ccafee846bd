// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.BucketDigest;
import dev.fram.api.engine.ColumnDigest;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.RowDigest;
import dev.fram.api.engine.Span;
import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Reads one side's rows as they are at one moment. */
final class MemoryDigests implements DigestReader {
  private final MemoryProcess process;
  private final Function<TableId, NavigableMap<Long, String>> content;
  private final Reveal shown;

  MemoryDigests(
      MemoryProcess process, Function<TableId, NavigableMap<Long, String>> content, Reveal shown) {
    this.process = process;
    this.content = content;
    this.shown = shown;
  }

  @Override
  public List<BucketDigest> buckets(Span span, int buckets) {
    process.at("digests.buckets");
    Map<Integer, BucketDigest> sums = new TreeMap<>();
    rowsOf(span)
        .forEach((key, value) -> {
          int bucket = bucket(key, buckets);
          sums.merge(
              bucket,
              new BucketDigest(bucket, 1, high(value), low(value)),
              (a, b) ->
                  new BucketDigest(
                      bucket, a.rows() + b.rows(), a.high() + b.high(), a.low() + b.low()));
        });
    return List.copyOf(sums.values());
  }

  @Override
  public List<RowDigest> rows(Span span, int buckets, Set<Integer> wanted) {
    process.at("digests.rows");
    List<RowDigest> rows = new ArrayList<>();
    rowsOf(span)
        .forEach((key, value) -> {
          if (wanted.contains(bucket(key, buckets))) {
            rows.add(row(key, value));
          }
        });
    return rows;
  }

  @Override
  public List<RowDigest> rows(TableId table, Collection<String> keys) {
    process.at("digests.keys");
    NavigableMap<Long, String> all = content.apply(table);
    List<RowDigest> rows = new ArrayList<>();
    for (String key : keys) {
      Optional.ofNullable(all.get(Long.valueOf(key)))
          .ifPresent(value -> rows.add(row(Long.valueOf(key), value)));
    }
    return rows;
  }

  @Override
  public List<ColumnDigest> columns(TableId table, String key) {
    process.at("digests.columns");
    return Optional.ofNullable(content.apply(table).get(Long.valueOf(key)))
        .map(value ->
            List.of(
                new ColumnDigest(
                    "value", low(value), Optional.of(value).filter(v -> shown == Reveal.VALUES))))
        .orElse(List.of());
  }

  private NavigableMap<Long, String> rowsOf(Span span) {
    NavigableMap<Long, String> part = new TreeMap<>(content.apply(span.table()));
    span.range()
        .ifPresent(
            chunk -> part.keySet().removeIf(key -> !MemorySnapshot.contains(chunk.range(), key)));
    // The one condition that this server knows: what the value begins with.
    span.part().where().ifPresent(start -> part.values().removeIf(v -> !v.startsWith(start)));
    part.keySet().removeIf(key -> bucket(key, Part.ALL) >= span.part().perMyriad());
    return part;
  }

  private static RowDigest row(long key, String value) {
    return new RowDigest(Long.toString(key), high(value), low(value), 1);
  }

  private static int bucket(long key, int buckets) {
    return Math.floorMod(Long.hashCode(key * 0x9E3779B97F4A7C15L), buckets);
  }

  private static long high(String value) {
    return low(value + '.') * 0x9E3779B97F4A7C15L;
  }

  private static long low(String value) {
    long hash = 1125899906842597L;
    for (int i = 0; i < value.length(); i++) {
      hash = 31 * hash + value.charAt(i);
    }
    return hash;
  }
}
