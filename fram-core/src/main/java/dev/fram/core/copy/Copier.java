// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.copy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.CopiedChunk;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.FeedProgress;
import dev.fram.core.throttle.CopyFlow;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Copies chunk after chunk over its own two connections. Owned by one copier thread. */
final class Copier {
  private static final long LOOK_MILLIS = 20;

  private final RunParts parts;
  private final FeedProgress progress;
  private final Coordinator.Lines lines;
  private final StopSignal signal;
  private final CopyFlow flow;
  private Optional<ChunkCopier> copier = Optional.empty();

  Copier(
      RunParts parts,
      FeedProgress progress,
      Coordinator.Lines lines,
      StopSignal signal,
      CopyFlow flow) {
    this.parts = parts;
    this.progress = progress;
    this.lines = lines;
    this.signal = signal;
    this.flow = flow;
  }

  void run() {
    try {
      while (!signal.raised()) {
        if (lines.pace().enter()) {
          takeOne();
        } else {
          TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      drop();
    }
  }

  private void takeOne() throws InterruptedException {
    try {
      ChunkTask task = lines.queue().poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      if (task != null) {
        lines.inbox().add(attempt(task));
      }
    } finally {
      lines.pace().leave();
    }
  }

  /**
   * What fails for a while ends up in the table's unit, for the coordinator; the rest ends the run.
   */
  private ChunkTask.Back attempt(ChunkTask task) {
    if (task.table().unit().failure().isPresent()) {
      return ChunkTask.Back.empty(task);
    }
    try {
      return switch (task) {
        case ChunkTask.Shared shared -> copy(shared, shared.snapshot());
        case ChunkTask.Own own -> copyAlone(own);
      };
    } catch (FramException e) {
      drop();
      if (e.category() != ErrorCategory.TRANSIENT) {
        throw e;
      }
      task.table().unit().fail(e);
      return ChunkTask.Back.empty(task);
    }
  }

  private ChunkTask.Back copyAlone(ChunkTask.Own own) {
    TableId table = own.chunk().table();
    try (Snapshot snapshot = parts.route().source().snapshot(List.of(own.table().table()))) {
      if (!snapshot.fingerprint(table).equals(own.expected())) {
        throw changed(table);
      }
      progress.awaitReceived(snapshot.armedAt(), signal);
      ChunkTask.Back copied = copy(own, snapshot);
      snapshot.verifyPinned(table);
      return copied;
    }
  }

  static FramException changed(TableId table) {
    return new FramException(
        ErrorCode.SNAPSHOT_BROKEN,
        "Table " + table + " was rewritten while it was copied.",
        "It is copied again.");
  }

  private ChunkTask.Back copy(ChunkTask task, Snapshot snapshot) {
    Chunk chunk = task.chunk();
    ChunkCopier own = copier.orElseGet(() -> parts.route().copier(parts.journal().epoch()));
    copier = Optional.of(own);
    CopiedChunk copied;
    flow.begin();
    try {
      copied =
          own.copy(
              chunk,
              snapshot,
              flow.counting(bytes -> {
                parts.bus().publish(new RunEvent.BytesCopied(chunk.table(), bytes));
                lines.pace().spend(bytes, signal);
              }));
    } finally {
      flow.end();
    }
    parts.bus().publish(new RunEvent.ChunkCopied(chunk.table(), copied.rows()));
    return new ChunkTask.Back(task, copied);
  }

  /** After a failure the connections are not trusted any more. */
  private void drop() {
    Optional<ChunkCopier> old = copier;
    copier = Optional.empty();
    old.ifPresent(ChunkCopier::close);
  }
}
