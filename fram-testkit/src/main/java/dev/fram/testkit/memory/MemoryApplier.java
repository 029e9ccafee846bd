// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.TableState;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Strict: an INSERT must be new, an UPDATE or DELETE must hit. Only within the fuzzy window of a
 * table's copy, as it is when a transaction begins, changes are replayed whatever is there.
 */
final class MemoryApplier implements Applier {
  private final MemorySource source;
  private final MemoryTarget target;
  private final MemoryProcess process;
  private final long epoch;
  private final DdlPolicy policy;
  private final TouchedRows touched;
  private final Map<TableId, MemoryFence> fences = new TreeMap<>();
  private final Map<TableId, NavigableMap<Long, String>> changed = new TreeMap<>();
  private final List<MemoryOp> ops = new ArrayList<>();
  private Optional<Position> from = Optional.empty();
  private long xid;
  private long lsn;
  private int begun;

  MemoryApplier(
      MemorySource source,
      MemoryTarget target,
      MemoryProcess process,
      long epoch,
      DdlPolicy policy,
      TouchedRows touched) {
    this.source = source;
    this.target = target;
    this.process = process;
    this.epoch = epoch;
    this.policy = policy;
    this.touched = touched;
    process.onCrash(() -> target.applyEnds(this));
    synchronized (target) {
      MemoryTarget.State state = target.fenced(epoch);
      for (TableState table : state.tables.values()) {
        if (table.stage() != TableState.Stage.READY_TO_FOLLOW) {
          throw new FramException(
              ErrorCode.INTERNAL, "table " + table.table() + " is not copied yet.", "");
        }
        fences.put(
            table.table(),
            MemoryFence.of(table, state.chunkFences.getOrDefault(table.table(), Map.of())));
      }
    }
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
    begun = 0;
    changed.clear();
    ops.clear();
    assertOurs();
    if (!target.applyBegins(this)) {
      source.violate("changes were applied while a unique index was built");
    }
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
        case FeedEvent.Begin begin -> enter(new String(begin.payload(), StandardCharsets.UTF_8));
        case FeedEvent.Row row -> {
          boolean done = one(MemoryOp.decode(row.payload()));
          applied += done ? 1 : 0;
          skipped += done ? 0 : 1;
        }
        case FeedEvent.Truncate truncate -> one(MemoryOp.decode(truncate.payload()));
        case FeedEvent.Statement statement ->
            statement(MemoryOp.decode(statement.payload()), events);
        case FeedEvent.SchemaChange change -> {}
        case FeedEvent.Commit commit -> {}
        case FeedEvent.Idle idle -> {}
      }
    }
    return new Applied(applied, skipped);
  }

  private void enter(String which) {
    int at = which.indexOf('@');
    xid = Long.parseLong(which.substring(0, at));
    lsn = Long.parseLong(which.substring(at + 1));
    begun++;
  }

  private void statement(MemoryOp op, List<FeedEvent> events) {
    long together = events.stream().filter(e -> e instanceof FeedEvent.Begin).count();
    if (begun != 1 || together != 1) {
      source.violate("a statement shared its batch with " + (together - 1) + " transactions");
    }
    switch (policy) {
      case ASK ->
          throw new FramException(
              ErrorCode.SCHEMA_DRIFT, "The schema of " + op.table() + " was changed.", "Decide.");
      case REPLICATE -> one(op);
      case IGNORE -> {}
    }
  }

  private boolean one(MemoryOp op) {
    if (target.hasBuilt(MemorySchema.TRIGGERS)) {
      throw new FramException(
          ErrorCode.ROW_DIVERGENCE, "a trigger fired for a change that was applied.", "");
    }
    MemoryFence fence = fences.getOrDefault(op.table(), new MemoryFence.Chunks(List.of()));
    if (fence.has(op, xid, lsn)) {
      return false;
    }
    NavigableMap<Long, String> content = content(op.table());
    if (fence.window(from.orElseThrow())) {
      if (target.hasBuilt(MemorySchema.tokens(op.table())) && !op.value().isEmpty()) {
        Tokens.evict(content, op.key(), op.value());
      }
    } else {
      assertFits(op, content.containsKey(op.key()));
    }
    op.apply(content);
    ops.add(op);
    tell(op.table(), op);
    source.family(op.table()).stream()
        .filter(child -> source.cascades(op, child))
        .forEach(child -> {
          content(child).remove(op.key());
          tell(child, op);
        });
    return true;
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
    return changed.computeIfAbsent(table, t -> new TreeMap<>(target.content(t)));
  }

  private void assertFits(MemoryOp op, boolean there) {
    boolean right =
        switch (op.kind()) {
          case INSERT -> !there;
          case UPDATE, DELETE -> there;
          case TRUNCATE, STATEMENT -> true;
        };
    if (!right) {
      throw new FramException(
          ErrorCode.ROW_DIVERGENCE,
          op.kind() + " on " + op.table() + " by transaction " + xid + " does not fit.",
          "");
    }
  }

  @Override
  public void commit(Position to) {
    changed.forEach((table, content) -> {
      if (target.hasBuilt(MemorySchema.tokens(table)) && Tokens.duplicates(content)) {
        throw new FramException(
            ErrorCode.CONSTRAINT_DIVERGENCE, "table " + table + ": a token twice.", "");
      }
    });
    process.durable(
        "applier.commit",
        () -> {
          synchronized (target) {
            MemoryTarget.State state = assertOurs();
            target.apply(changed, ops);
            state.position = Optional.of(to);
          }
          target.applyEnds(this);
        });
    from = Optional.empty();
    changed.clear();
    ops.clear();
  }

  @Override
  public void rollback() {
    target.applyEnds(this);
    changed.clear();
    ops.clear();
    from = Optional.empty();
  }

  @Override
  public void close() {
    rollback();
  }
}
