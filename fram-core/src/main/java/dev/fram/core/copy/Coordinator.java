// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.engine.TableState;
import dev.fram.api.engine.TableState.Stage;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.FeedProgress;
import dev.fram.core.throttle.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens snapshots, hands chunks to the copiers and decides what counts. Owned by one thread, to
 * which the groups' snapshots belong.
 */
final class Coordinator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

  /** The next group's snapshot may open while the last chunks of the group before are copied. */
  private static final int OPEN_GROUPS = 2;

  /**
   * What lies between the coordinator and the others.
   *
   * @param plan tables that wait
   * @param queue chunks that wait; holds no more than the open tables' chunks
   * @param inbox chunks that came back
   * @param pace how fast it may go
   */
  record Lines(
      CopyPlan plan,
      BlockingQueue<ChunkTask> queue,
      BlockingQueue<ChunkTask.Back> inbox,
      Pace pace) {}

  private final RunParts parts;
  private final FeedProgress progress;
  private final TableLog log;
  private final Lines lines;
  private final Map<TableId, TableGroup> groups = new HashMap<>();
  private final Map<TableId, Integer> tries = new HashMap<>();
  private Optional<ChunkCopier> emptier = Optional.empty();
  private int openTables;

  Coordinator(RunParts parts, FeedProgress progress, TableLog log, Lines lines) {
    this.parts = parts;
    this.progress = progress;
    this.log = log;
    this.lines = lines;
  }

  /** Returns when every table is copied and its indexes are built. */
  void lead(IndexBuilder indexes, StopSignal signal) {
    while (!lines.plan().isEmpty() || openTables > 0 || indexes.left() > 0) {
      signal.check();
      boolean hungry =
          lines.pace().opens() && lines.queue().size() < parts.settings().copy().jobs();
      if (hungry && !lines.plan().isEmpty() && openGroups() < OPEN_GROUPS) {
        begin(lines.plan().next(), signal);
      }
      next().ifPresent(back -> returned(back, indexes, signal));
      withdrawLate();
    }
  }

  @Override
  public void close() {
    Set.copyOf(groups.values()).forEach(g -> g.snapshot().close());
    emptier.ifPresent(ChunkCopier::close);
  }

  private long openGroups() {
    return Set.copyOf(groups.values()).size();
  }

  private Optional<ChunkTask.Back> next() {
    try {
      return Optional.ofNullable(lines.inbox().poll(20, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private void begin(List<List<Table>> units, StopSignal signal) {
    List<Table> first = units.getFirst();
    if (lines.plan().alone(first) && beginAlone(first.getFirst())) {
      return;
    }
    beginGroup(units, signal);
  }

  // ---- chunks with a snapshot each -------------------------------------------------------------

  /** Returns false when the table's key does not allow it. */
  private boolean beginAlone(Table table) {
    TableState state = log.state(table.id());
    List<Chunk> cut = parts.journal().store().keyChunks(table.id());
    boolean resumes = state.stage() == Stage.COPYING && !cut.isEmpty();
    if (!resumes) {
      cut = parts.route().source().keyChunks(table, parts.settings().copy().chunkBytes());
      if (cut.isEmpty()) {
        return false;
      }
      // In this order a crash at any point leaves either a table that is begun anew or a whole cut.
      log.pending(table.id());
      empty(table.id());
      parts.journal().store().saveKeyChunks(parts.journal().epoch(), table.id(), cut);
      log.copying(table.id(), looksNow(table.id()));
    }
    Set<Integer> done = resumes ? parts.journal().store().copiedChunks(table.id()) : Set.of();
    List<Chunk> missing = cut.stream().filter(c -> !done.contains(c.number())).toList();
    TableCopy copy = new CopyUnit().add(table, Math.max(1, missing.size()));
    copy.resumes(log.state(table.id()).rows(), log.state(table.id()).bytes());
    opened(table);
    Fingerprint expected = log.fingerprint(table.id()).orElseThrow();
    missing.forEach(c -> lines.queue().add(new ChunkTask.Own(copy, c, expected)));
    if (missing.isEmpty()) {
      Chunk last = cut.getLast();
      // Nothing is left to copy, but a crash may have come before the last look at the table.
      lines.inbox().add(ChunkTask.Back.empty(new ChunkTask.Own(copy, last, expected)));
    }
    return true;
  }

  private Fingerprint looksNow(TableId table) {
    Fingerprint now = parts.route().source().fingerprints().get(table);
    if (now == null) {
      throw drift(table, "is gone from the source");
    }
    assertDefinition(table, now);
    return now;
  }

  // ---- chunks under a group's snapshot ---------------------------------------------------------

  private void beginGroup(List<List<Table>> units, StopSignal signal) {
    List<Table> tables = units.stream().flatMap(List::stream).toList();
    Snapshot snapshot = parts.route().source().snapshot(tables);
    TableGroup group =
        new TableGroup(snapshot, tables.stream().map(Table::id).toList(), parts.clock().nanos());
    tables.forEach(t -> groups.put(t.id(), group));
    progress.awaitReceived(snapshot.armedAt(), signal);
    // Each unit's chunks at once: with thousands of tables the copiers would stand idle until the
    // last one is recorded.
    units.forEach(unit -> beginUnit(unit, snapshot));
  }

  private void beginTable(TableId table, Fingerprint look) {
    assertDefinition(table, look);
    log.pending(table);
    empty(table);
    if (!parts.journal().store().keyChunks(table).isEmpty()) {
      // A cut of an earlier run, with other settings, must not be taken up by a later one.
      parts.journal().store().saveKeyChunks(parts.journal().epoch(), table, List.of());
    }
    log.copying(table, look);
  }

  /** Every table of the unit is in it before a copier sees the first chunk of any. */
  private void beginUnit(List<Table> tables, Snapshot snapshot) {
    CopyUnit unit = new CopyUnit();
    List<ChunkTask> tasks = new ArrayList<>();
    for (Table table : tables) {
      beginTable(table.id(), snapshot.fingerprint(table.id()));
      List<Chunk> chunks = snapshot.chunks(table, parts.settings().copy().chunkBytes());
      TableCopy copy = unit.add(table, chunks.size());
      opened(table);
      chunks.forEach(c -> tasks.add(new ChunkTask.Shared(copy, c, snapshot)));
    }
    lines.queue().addAll(tasks);
  }

  private void opened(Table table) {
    openTables++;
    tries.merge(table.id(), 1, Integer::sum);
    parts.bus().publish(new RunEvent.TableBusy(table.id(), "copy"));
  }

  /** What was copied must have the columns that the target was given. */
  private void assertDefinition(TableId table, Fingerprint look) {
    Optional<Fingerprint> planned = log.fingerprint(table);
    if (planned.isPresent() && !planned.get().definition().equals(look.definition())) {
      throw drift(table, "has another definition than when the migration began");
    }
  }

  /**
   * A snapshot that has grown old goes on only with the tables that are begun already; the others
   * wait for the next one.
   */
  private void withdrawLate() {
    Duration age = parts.settings().copy().snapshotMaxAge();
    long now = parts.clock().nanos();
    boolean old = groups.values().stream().anyMatch(g -> g.olderThan(age, now));
    if (!old) {
      return;
    }
    Map<CopyUnit, List<ChunkTask>> waiting = new HashMap<>();
    for (ChunkTask task : lines.queue()) {
      TableGroup group = groups.get(task.chunk().table());
      if (group != null && group.olderThan(age, now)) {
        waiting.computeIfAbsent(task.table().unit(), t -> new ArrayList<>()).add(task);
      }
    }
    waiting.forEach(this::withdraw);
  }

  private void withdraw(CopyUnit unit, List<ChunkTask> tasks) {
    List<ChunkTask> taken = tasks.stream().filter(lines.queue()::remove).toList();
    if (taken.size() < unit.chunks()) {
      // It is begun: the other chunks, and what is bound to them, must come from the same snapshot.
      lines.queue().addAll(taken);
      return;
    }
    for (Table table : unit.tables()) {
      openTables--;
      tries.merge(table.id(), -1, Integer::sum);
      parts.bus().publish(new RunEvent.TableBusy(table.id(), ""));
      leaveGroup(table.id());
    }
    lines.plan().again(unit.tables());
  }

  private FramException drift(TableId table, String what) {
    return new FramException(
        ErrorCode.SCHEMA_DRIFT,
        "Source " + parts.route().source().server().name() + ": table " + table + " " + what + ".",
        "Undo the change, or run fram cancel and begin again.");
  }

  // ---- what comes back -------------------------------------------------------------------------

  private void returned(ChunkTask.Back back, IndexBuilder indexes, StopSignal signal) {
    TableCopy copy = back.task().table();
    CopyUnit unit = copy.unit();
    copy.chunkBack(back);
    if (back.task() instanceof ChunkTask.Own && unit.failure().isEmpty()) {
      log.copyingOn(copy.table().id(), copy.rows(), copy.bytes());
    }
    if (copy.allBack()) {
      parts.bus().publish(new RunEvent.TableBusy(copy.table().id(), ""));
    }
    if (unit.allBack()) {
      settle(unit, indexes, signal);
    }
  }

  /** A unit is through, for good or for another try: all of it, or nothing. */
  private void settle(CopyUnit unit, IndexBuilder indexes, StopSignal signal) {
    openTables -= unit.copies().size();
    if (unit.failure().isEmpty()) {
      try {
        finish(unit);
      } catch (FramException e) {
        if (e.category() != ErrorCategory.TRANSIENT) {
          throw e;
        }
        unit.fail(e);
      }
    }
    unit.tables().forEach(table -> leaveGroup(table.id()));
    unit.failure()
        .ifPresentOrElse(
            e -> again(unit, e, signal),
            () -> unit.tables().forEach(table -> indexes.submit(table.id())));
  }

  /** The last look: only now is it certain that no chunk was read from a rewritten table. */
  private void finish(CopyUnit unit) {
    for (TableCopy copy : unit.copies()) {
      switch (copy.last()) {
        case ChunkTask.Shared shared -> shared.snapshot().verifyPinned(copy.table().id());
        case ChunkTask.Own own -> {
          if (!looksNow(copy.table().id()).equals(own.expected())) {
            throw Copier.changed(copy.table().id());
          }
        }
      }
    }
    unit.copies().forEach(this::copied);
  }

  private void copied(TableCopy copy) {
    TableId table = copy.table().id();
    switch (copy.last()) {
      case ChunkTask.Shared shared -> {
        Fence fence = shared.snapshot().fence(table);
        Optional<Position> windowEnd =
            switch (fence) {
              case Fence.Exact exact -> Optional.empty();
              case Fence.Fuzzy fuzzy -> Optional.of(now());
            };
        log.copied(copy, Optional.of(fence), shared.snapshot().fingerprint(table), windowEnd);
      }
      // However exact each chunk is: they are of different moments.
      case ChunkTask.Own own ->
          log.copied(copy, Optional.empty(), own.expected(), Optional.of(now()));
    }
    LOG.info("table {}: copied, {} rows", table, copy.rows());
  }

  /** A marker of now, after the last row was read: nothing beyond it was seen. */
  private Position now() {
    return parts.route().source().mark();
  }

  private void leaveGroup(TableId table) {
    TableGroup group = groups.remove(table);
    if (group != null) {
      group.finished(table);
    }
  }

  private void again(CopyUnit unit, FramException e, StopSignal signal) {
    int tried = 0;
    for (Table table : unit.tables()) {
      tried = Math.max(tried, tries.getOrDefault(table.id(), 0));
    }
    if (tried >= parts.settings().retry().tableTries()) {
      throw e;
    }
    for (Table table : unit.tables()) {
      LOG.warn("table {}: copied again after: {}", table.id(), e.getMessage());
      parts
          .bus()
          .publish(new RunEvent.Noted("Table " + table.id() + " is copied again: " + e.seen()));
    }
    if (e.code() == ErrorCode.SNAPSHOT_BROKEN) {
      unit.tables().forEach(table -> log.pending(table.id()));
    } else {
      dropEmptier();
      signal.pause(parts.settings().retry().firstDelay().multipliedBy(1L << tried));
    }
    lines.plan().again(unit.tables());
  }

  private void empty(TableId table) {
    ChunkCopier copier = emptier.orElseGet(() -> parts.route().copier(parts.journal().epoch()));
    emptier = Optional.of(copier);
    copier.empty(table);
  }

  private void dropEmptier() {
    emptier.ifPresent(ChunkCopier::close);
    emptier = Optional.empty();
  }
}
