// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.Burden;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;

/** A server's log: only grows. Thread-safe. */
public final class MemoryLog {
  private volatile LongSupplier kept = () -> 0;
  private volatile Optional<LongSupplier> free = Optional.empty();

  /**
   * A place in the log.
   *
   * @param xid 0 for a marker
   */
  record Entry(long lsn, long xid, List<MemoryOp> ops, long millis) {}

  private final List<Entry> entries = new ArrayList<>();

  synchronized void append(long xid, List<MemoryOp> ops) {
    entries.add(new Entry(entries.size() + 1L, xid, ops, System.currentTimeMillis()));
  }

  synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  synchronized long end() {
    return entries.size();
  }

  synchronized Optional<Entry> after(long lsn) {
    return lsn < end() ? Optional.of(entries.get((int) lsn)) : Optional.empty();
  }

  /** Where the last row change stands. */
  synchronized long endOfRows() {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (!entries.get(i).ops().isEmpty()) {
        return entries.get(i).lsn();
      }
    }
    return 0;
  }

  /**
   * Everything in the log up to there is visible to everyone; more may be.
   *
   * @param unseen transactions that are not
   */
  synchronized long lowWatermark(Set<Long> unseen) {
    for (Entry entry : entries) {
      if (unseen.contains(entry.xid())) {
        return entry.lsn() - 1;
      }
    }
    return end();
  }

  /** Whether such a snapshot has seen everything up to there. */
  synchronized boolean seesAll(Visibility visibility, long upTo) {
    return entries.stream()
        .filter(entry -> entry.xid() != 0 && entry.lsn() <= upTo)
        .allMatch(entry -> visibility.sees(entry.xid()));
  }

  /** The last place in the log that such a snapshot has seen something of. */
  synchronized long lastSeen(Visibility visibility) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).xid() != 0 && visibility.sees(entries.get(i).xid())) {
        return entries.get(i).lsn();
      }
    }
    return 0;
  }

  /** Tells how many bytes of it the server keeps for whoever has a slot. */
  public void keeps(LongSupplier bytes) {
    kept = bytes;
  }

  /** Tells how many bytes are free on the disk that the log lies on. */
  public void free(LongSupplier bytes) {
    free = Optional.of(bytes);
  }

  List<Burden> burdens() {
    OptionalLong left =
        free.isPresent() ? OptionalLong.of(free.get().getAsLong()) : OptionalLong.empty();
    return List.of(
        new Burden(Burden.Kind.LOG, kept.getAsLong(), OptionalLong.empty(), left, "the slot"));
  }
}
