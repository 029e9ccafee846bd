// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Seen;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.model.TableId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Exact by visibility; or fuzzy: what lies between the low watermark and the marker is unknown. */
final class MemorySourceMoment implements SourceMoment {
  private final MemorySource source;
  private final MemoryProcess process;
  private final Reveal shown;
  private final long low;
  private final Visibility visibility;
  private final Map<TableId, Map<Long, String>> rows;
  private final long armedAt;

  MemorySourceMoment(MemorySource source, MemoryProcess process, Reveal shown) {
    this.source = source;
    this.process = process;
    this.shown = shown;
    // Found by going through the log, which an exact read has no use for.
    this.low = source.style() == MemoryStyle.FUZZY ? source.lowWatermark() : 0;
    synchronized (source) {
      // What everyone sees now is what this visibility sees, without going through the whole log.
      visibility = source.visibility();
      rows = source.contents();
    }
    this.armedAt = source.mark();
  }

  @Override
  public Position armedAt() {
    return new MemoryPosition(armedAt);
  }

  @Override
  public Seen seen(FeedEvent.Begin transaction) {
    String which = new String(transaction.payload(), StandardCharsets.UTF_8);
    int at = which.indexOf('@');
    long xid = Long.parseLong(which.substring(0, at));
    long lsn = Long.parseLong(which.substring(at + 1));
    return switch (source.style()) {
      case EXACT -> visibility.sees(xid) ? Seen.YES : Seen.NO;
      case FUZZY -> lsn <= low ? Seen.YES : lsn < armedAt ? Seen.PERHAPS : Seen.NO;
    };
  }

  @Override
  public boolean sawUpTo(Position position) {
    long upTo = ((MemoryPosition) position).lsn();
    return source.style() == MemoryStyle.FUZZY
        ? upTo <= low
        : source.log().seesAll(visibility, upTo);
  }

  @Override
  public DigestReader digests() {
    return new MemoryDigests(
        process, table -> new TreeMap<>(rows.getOrDefault(table, Map.of())), shown);
  }

  /** What it has of a table. */
  Map<Long, String> content(TableId table) {
    return rows.getOrDefault(table, Map.of());
  }

  @Override
  public void close() {}
}
