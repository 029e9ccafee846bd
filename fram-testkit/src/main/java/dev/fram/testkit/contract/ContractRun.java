// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.contract;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.SchemaTransfer.IndexJob;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.engine.TableState;
import dev.fram.api.engine.TableState.Stage;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The least a run does, in one thread and without the core: what the contract is tested with. */
final class ContractRun implements AutoCloseable {
  private static final Duration LONG = Duration.ofSeconds(60);

  final Route route;
  final JournalStore journal;
  final Lease lease;
  private final List<FeedEvent> unapplied = new ArrayList<>();

  ContractRun(EngineFixture fixture) {
    route = fixture.engine().open(fixture.request());
    journal = route.target().journal();
    if (journal.load().isEmpty()) {
      journal.create(new MigrationRecord(route.id(), "contract", "{}", "PLANNED", "{}", 0));
    }
    lease = route.target().lease("contract").orElseThrow();
  }

  long epoch() {
    return lease.epoch();
  }

  List<Table> tables() {
    return route.source().tables();
  }

  /** Bare tables and a feed. */
  Position prepare() {
    route.schema().createTables(epoch(), note -> {});
    Position start = route.source().prepareFeed(tables(), Optional.empty(), note -> {});
    journal.startFeed(epoch(), start);
    return start;
  }

  /** Copies every table under one snapshot, armed by the feed, and readies it. */
  void copy(ChangeFeed feed, Runnable whileTheSnapshotIsOpen) {
    try (Snapshot snapshot = route.source().snapshot(tables())) {
      whileTheSnapshotIsOpen.run();
      readTo(feed, snapshot.armedAt());
      for (Table table : tables()) {
        copy(table, snapshot);
      }
    }
    route.schema().finishIndexes(epoch());
  }

  private void copy(Table table, Snapshot snapshot) {
    TableId id = table.id();
    long rows = 0;
    try (ChunkCopier copier = route.copier(epoch())) {
      copier.empty(id);
      for (Chunk chunk : snapshot.chunks(table, 8192)) {
        rows += copier.copy(chunk, snapshot, bytes -> {}).rows();
      }
    }
    snapshot.verifyPinned(id);
    for (IndexJob job : route.schema().indexes(id)) {
      route.schema().build(job);
    }
    journal.saveTable(
        epoch(),
        new TableState(
            id,
            Stage.READY_TO_FOLLOW,
            Optional.of(snapshot.fence(id)),
            Optional.of(snapshot.fingerprint(id)),
            rows,
            0,
            window(snapshot.fence(id))));
  }

  private Optional<Position> window(Fence fence) {
    return switch (fence) {
      case Fence.Exact exact -> Optional.empty();
      case Fence.Fuzzy fuzzy -> Optional.of(route.source().mark());
    };
  }

  /** Reads the feed until it has everything up to there. */
  void readTo(ChangeFeed feed, Position goal) {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (true) {
      Optional<FeedEvent> event = feed.poll(Duration.ofMillis(100));
      event.ifPresent(unapplied::add);
      if (event.flatMap(ContractRun::end).filter(p -> p.covers(goal)).isPresent()) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the feed did not reach " + goal.text());
      }
    }
  }

  /** As after a crash: what was read is gone, what was applied is not. */
  void forgetWhatWasRead() {
    unapplied.clear();
  }

  private static Optional<Position> end(FeedEvent event) {
    return switch (event) {
      case FeedEvent.Commit commit -> Optional.of(commit.end());
      case FeedEvent.Idle idle -> Optional.of(idle.reached());
      case FeedEvent.Begin e -> Optional.empty();
      case FeedEvent.Row e -> Optional.empty();
      case FeedEvent.Truncate e -> Optional.empty();
      case FeedEvent.SchemaChange e -> Optional.empty();
      case FeedEvent.Statement e -> Optional.empty();
    };
  }

  /** Applies, in one target transaction, everything that was read. */
  void apply(Applier applier) {
    Position to = applier.position();
    List<FeedEvent> whole = new ArrayList<>();
    for (FeedEvent event : unapplied) {
      to = end(event).orElse(to);
      if (!(event instanceof FeedEvent.Idle)) {
        whole.add(event);
      }
    }
    applier.begin(applier.position());
    applier.apply(whole);
    applier.commit(to);
    unapplied.clear();
  }

  @Override
  public void close() {
    lease.close();
    route.close();
  }
}
