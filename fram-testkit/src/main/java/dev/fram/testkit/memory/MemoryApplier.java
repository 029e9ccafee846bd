// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.TableState;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Strict: an INSERT must be new, an UPDATE or DELETE must hit. */
final class MemoryApplier implements Applier {
  private record ChunkFence(String range, Visibility visibility) {}

  private final MemoryTarget target;
  private final MemoryProcess process;
  private final long epoch;
  private final Map<TableId, Visibility> fences = new TreeMap<>();
  private final Map<TableId, List<ChunkFence>> chunkFences = new TreeMap<>();
  private final Map<TableId, NavigableMap<Long, String>> changed = new TreeMap<>();
  private Optional<Position> from = Optional.empty();
  private long xid;

  MemoryApplier(MemoryTarget target, MemoryProcess process, long epoch) {
    this.target = target;
    this.process = process;
    this.epoch = epoch;
    synchronized (target) {
      MemoryTarget.State state = target.fenced(epoch);
      for (TableState table : state.tables.values()) {
        if (table.stage() != TableState.Stage.READY_TO_FOLLOW) {
          throw new FramException(
              ErrorCode.INTERNAL, "table " + table.table() + " is not copied yet.", "");
        }
        table
            .fence()
            .map(Fence::text)
            .map(Visibility::parse)
            .ifPresent(v -> fences.put(table.table(), v));
        chunkFences.put(
            table.table(),
            state.chunkFences.getOrDefault(table.table(), Map.of()).values().stream()
                .map(MemoryApplier::chunkFence)
                .toList());
      }
    }
  }

  private static ChunkFence chunkFence(String text) {
    int slash = text.indexOf('/');
    return new ChunkFence(text.substring(0, slash), Visibility.parse(text.substring(slash + 1)));
  }

  @Override
  public Position position() {
    process.at("applier.position");
    synchronized (target) {
      return target.required().position.orElseThrow();
    }
  }

  @Override
  public void begin(Position position) {
    process.at("applier.begin");
    from = Optional.of(position);
    changed.clear();
    assertOurs();
  }

  private MemoryTarget.State assertOurs() {
    synchronized (target) {
      MemoryTarget.State state = target.fenced(epoch);
      if (!state.position.equals(from)) {
        throw new FramException(ErrorCode.FENCED, "target: the position is not ours any more.", "");
      }
      return state;
    }
  }

  @Override
  public Applied apply(List<FeedEvent> events) {
    process.at("applier.apply");
    long applied = 0;
    long skipped = 0;
    for (FeedEvent event : events) {
      switch (event) {
        case FeedEvent.Begin begin ->
            xid = Long.parseLong(new String(begin.payload(), StandardCharsets.UTF_8));
        case FeedEvent.Row row -> {
          boolean done = one(MemoryOp.decode(row.payload()));
          applied += done ? 1 : 0;
          skipped += done ? 0 : 1;
        }
        case FeedEvent.Truncate truncate -> one(MemoryOp.decode(truncate.payload()));
        case FeedEvent.SchemaChange change -> {}
        case FeedEvent.Statement statement -> {}
        case FeedEvent.Commit commit -> {}
        case FeedEvent.Idle idle -> {}
      }
    }
    return new Applied(applied, skipped);
  }

  private boolean one(MemoryOp op) {
    if (target.hasBuilt(MemorySchema.TRIGGERS)) {
      throw new FramException(
          ErrorCode.ROW_DIVERGENCE, "a trigger fired for a change that was applied.", "");
    }
    if (held(op)) {
      return false;
    }
    NavigableMap<Long, String> content =
        changed.computeIfAbsent(op.table(), t -> new TreeMap<>(target.content(t)));
    boolean there = content.containsKey(op.key());
    boolean right =
        switch (op.kind()) {
          case INSERT -> !there;
          case UPDATE, DELETE -> there;
          case TRUNCATE -> true;
        };
    if (!right) {
      throw new FramException(
          ErrorCode.ROW_DIVERGENCE,
          op.kind() + " on " + op.table() + " by transaction " + xid + " does not fit.",
          "");
    }
    MemorySource.apply(content, op);
    return true;
  }

  /** Whether the copy of that row has seen this transaction. */
  private boolean held(MemoryOp op) {
    Visibility whole = fences.get(op.table());
    if (whole != null) {
      return whole.sees(xid);
    }
    if (op.kind() == MemoryOp.Kind.TRUNCATE) {
      return chunkFences.getOrDefault(op.table(), List.of()).stream()
          .allMatch(f -> f.visibility().sees(xid));
    }
    return chunkFences.getOrDefault(op.table(), List.of()).stream()
        .filter(f -> MemorySnapshot.contains(f.range(), op.key()))
        .anyMatch(f -> f.visibility().sees(xid));
  }

  @Override
  public void commit(Position to) {
    process.durable(
        "applier.commit",
        () -> {
          synchronized (target) {
            MemoryTarget.State state = assertOurs();
            target.replace(changed);
            state.position = Optional.of(to);
          }
        });
    from = Optional.empty();
    changed.clear();
  }

  @Override
  public void rollback() {
    changed.clear();
    from = Optional.empty();
  }

  @Override
  public void close() {
    rollback();
  }
}
