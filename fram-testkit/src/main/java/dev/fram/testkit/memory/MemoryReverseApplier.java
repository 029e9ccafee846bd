// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Brings the new server's writes to the old one, past its guards. Strict: what moved the other way
 * and came back would not fit.
 */
final class MemoryReverseApplier implements Applier {
  private final MemorySource old;
  private final MemoryProcess process;
  private final long epoch;
  private final TouchedRows touched;
  private final Map<TableId, NavigableMap<Long, String>> changed = new TreeMap<>();
  private final List<MemoryOp> ops = new ArrayList<>();
  private Optional<Position> from = Optional.empty();

  MemoryReverseApplier(MemorySource old, MemoryProcess process, long epoch, TouchedRows touched) {
    this.old = old;
    this.process = process;
    this.epoch = epoch;
    this.touched = touched;
    MemorySourcePort.unreachable(old);
    process.durable("reverse.claim", () -> old.reverse().claim(epoch));
  }

  @Override
  public Position position() {
    process.at("reverse.position");
    MemorySourcePort.unreachable(old);
    return old.reverse().position().orElseThrow();
  }

  @Override
  public void begin(Position position) {
    process.at("reverse.begin");
    from = Optional.of(position);
    changed.clear();
    ops.clear();
    old.reverse().requireAt(epoch, from);
  }

  @Override
  public Applied apply(List<FeedEvent> events) {
    process.at("reverse.apply");
    MemorySourcePort.unreachable(old);
    long applied = 0;
    for (FeedEvent event : events) {
      switch (event) {
        case FeedEvent.Row row -> {
          one(MemoryOp.decode(row.payload()));
          applied++;
        }
        case FeedEvent.Truncate truncate -> one(MemoryOp.decode(truncate.payload()));
        case FeedEvent.Statement statement ->
            throw new FramException(ErrorCode.SCHEMA_DRIFT, "The schema was changed.", "Decide.");
        case FeedEvent.Begin begin -> {}
        case FeedEvent.SchemaChange change -> {}
        case FeedEvent.Commit commit -> {}
        case FeedEvent.Idle idle -> {}
      }
    }
    return new Applied(applied, 0);
  }

  private void one(MemoryOp op) {
    if (old.writable()) {
      old.violate("the reverse feed wrote to a server that serves");
    }
    NavigableMap<Long, String> content = content(op.table());
    boolean there = content.containsKey(op.key());
    boolean right =
        switch (op.kind()) {
          case INSERT -> !there;
          case UPDATE, DELETE -> there;
          case TRUNCATE, STATEMENT -> true;
        };
    if (!right) {
      throw new FramException(
          ErrorCode.ROW_DIVERGENCE, op.kind() + " on " + op.table() + " does not fit.", "");
    }
    op.apply(content);
    ops.add(op);
    tell(op.table(), op);
    old.family(op.table()).stream()
        .filter(child -> old.cascades(op, child))
        .forEach(child -> {
          content(child).remove(op.key());
          tell(child, op);
        });
  }

  private void tell(TableId table, MemoryOp op) {
    if (!touched.wanted(table)) {
      return;
    }
    switch (op.kind()) {
      case INSERT, UPDATE, DELETE -> touched.touched(table, Long.toString(op.key()));
      case TRUNCATE, STATEMENT -> touched.touchedAll(table);
    }
  }

  private NavigableMap<Long, String> content(TableId table) {
    return changed.computeIfAbsent(table, old::content);
  }

  @Override
  public void commit(Position to) {
    MemorySourcePort.unreachable(old);
    process.durable(
        "reverse.commit",
        () -> {
          synchronized (old) {
            old.reverse().requireAt(epoch, from);
            old.strays().brings(old.applied(changed, ops));
            old.reverse().start(epoch, to);
          }
        });
    rollback();
  }

  @Override
  public void rollback() {
    changed.clear();
    ops.clear();
    from = Optional.empty();
  }

  @Override
  public void close() {
    rollback();
  }
}
