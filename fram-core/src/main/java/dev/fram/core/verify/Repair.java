// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Repairer;
import dev.fram.api.engine.Span;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.FeedProgress;
import dev.fram.core.stream.Pipeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives rows of the target that differ what the twin's read of the source holds (ALGORITHMS D5).
 *
 * <p>Why that is right: the rows were different at the twin, and the ledger knows every row that
 * was applied since. Applying is made to stand between two transactions, at a position beyond all
 * that the source's read may have seen. A row that was not written between the twin and there is,
 * in that read, what the source had at that position; so it is what the target must have there, and
 * the feed goes on from it. A row that was written is left alone and looked at again. The write and
 * the proof that the position is still ours are one transaction of the target, so that a crash
 * leaves the difference or the right row, and a run that was taken over writes nothing.
 *
 * <p>Knows keys and no values. Used by one worker at a time.
 */
final class Repair {
  private static final Logger LOG = LoggerFactory.getLogger(Repair.class);

  /** In the journal; its detail begins with the number of rows. */
  static final String STEP = "repair";

  private static final Duration STAND = Duration.ofSeconds(20);

  private final RunParts parts;
  private final Pipeline pipeline;
  private final Ledger ledger;
  private final ReentrantLock pacing;
  private final LongSupplier waiting;

  /**
   * @param pacing held by whoever sets the pace of the apply thread
   * @param waiting how many rows are known that are to be repaired
   */
  Repair(
      RunParts parts,
      Pipeline pipeline,
      Ledger ledger,
      ReentrantLock pacing,
      LongSupplier waiting) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.ledger = ledger;
    this.pacing = pacing;
    this.waiting = waiting;
  }

  /**
   * Asked before anything is written, of all rows that wait for it.
   *
   * @throws FramException ROW_DIVERGENCE when that would be more, with those that were repaired
   *     before, than can be chance
   */
  private void requireFew(long now) {
    long rows = Math.max(now, waiting.getAsLong());
    int most = parts.settings().verify().mostRepairs();
    long before = repairedBefore();
    if (before + rows > most) {
      throw new FramException(
          ErrorCode.ROW_DIVERGENCE,
          rows
              + " rows differ and "
              + before
              + " were repaired before: more than the "
              + most
              + " of --repair-limit. Nothing was repaired now; so many are no chance.",
          "Find out who writes to the target, or begin again with fram cancel. To repair them all"
              + " the same, start fram migrate with a higher --repair-limit.");
    }
  }

  /** Of all runs; a repair whose outcome nobody has written down counts. */
  private long repairedBefore() {
    return parts.journal().store().entries().stream()
        .filter(entry -> entry.step().equals(STEP))
        .filter(entry -> entry.outcome().filter(o -> o == StepOutcome.NOT_DONE).isEmpty())
        .mapToLong(entry -> Long.parseLong(entry.detail().split(" ", 2)[0]))
        .sum();
  }

  /**
   * Compares the rows once more and repairs those that differ still.
   *
   * @param window what the ledger was told since the twin
   */
  Mended mend(CompareUnit.Mend unit, Twin twin, KeySet window, StopSignal signal) {
    TableId table = unit.table().id();
    Set<String> excused = new HashSet<>();
    SpanComparison comparison =
        new SpanComparison(
            twin.onSource(),
            twin.onTarget(),
            (t, key) -> {
              boolean may = ledger.inQuestion(t, key);
              if (may) {
                excused.add(key);
              }
              return may;
            });
    boolean keyless = unit.differences().stream().anyMatch(Difference::withoutKey);
    SpanResult now =
        keyless
            ? comparison.compare(Span.of(table), unit.table().rows())
            : comparison.compare(table, unit.differences().stream().map(Difference::key).toList());
    if (now.differing() == 0 && excused.isEmpty()) {
      return new Mended(
          unit.differences().stream().map(Difference::key).collect(Collectors.toSet()), List.of());
    }
    if (keyless) {
      boolean done = now.differing() > 0 && whole(twin, table, window, now, signal);
      return done ? new Mended(Set.of(), now.differences()) : Mended.NOTHING;
    }
    Set<String> right =
        unit.differences().stream().map(Difference::key).collect(Collectors.toSet());
    right.removeAll(excused);
    now.differences().forEach(difference -> right.remove(difference.key()));
    return new Mended(right, rows(twin, table, window, now.differences(), signal));
  }

  private List<Difference> rows(
      Twin twin, TableId table, KeySet window, List<Difference> wrong, StopSignal signal) {
    List<Difference> written = new ArrayList<>();
    if (!wrong.isEmpty()) {
      standing(
          signal,
          (repairer, at) -> {
            List<Difference> still =
                wrong.stream().filter(d -> ledger.untouched(table, window, d.key())).toList();
            if (still.isEmpty()) {
              return;
            }
            requireFew(still.size());
            List<String> keys = still.stream().map(Difference::key).toList();
            // Told before it is written, like every row that is applied: it is to be proven again.
            keys.forEach(key -> ledger.touched(table, key));
            parts
                .journal()
                .step(
                    STEP,
                    keys.size() + " rows of " + table + ": " + String.join("; ", keys),
                    () -> repairer.rows(twin.source(), table, keys, at));
            written.addAll(still);
          });
    }
    written.forEach(d -> LOG.warn("repaired on the target: {}", d.sentence()));
    told(written.size(), table);
    return written;
  }

  private boolean whole(
      Twin twin, TableId table, KeySet window, SpanResult wrong, StopSignal signal) {
    List<TableId> written = new ArrayList<>();
    standing(
        signal,
        (repairer, at) -> {
          if (ledger.untouched(table, window)) {
            requireFew(wrong.differing());
            ledger.touchedAll(table);
            parts
                .journal()
                .step(
                    STEP,
                    wrong.differing() + " rows of " + table + ": the whole table, it has no key",
                    () -> repairer.whole(twin.source(), table, at));
            written.add(table);
          }
        });
    written.forEach(t -> LOG.warn("repaired on the target: all rows of {}", t));
    told(written.isEmpty() ? 0 : wrong.differing(), table);
    return !written.isEmpty();
  }

  private void told(long rows, TableId table) {
    if (rows > 0) {
      parts
          .bus()
          .publish(new RunEvent.Noted(rows + " rows of " + table + " were repaired on the target"));
    }
  }

  /** What is done while nothing is applied. */
  private interface Act {
    void with(Repairer repairer, Position at);
  }

  private void standing(StopSignal signal, Act act) {
    FeedProgress progress = pipeline.progress();
    try (Repairer repairer = parts.route().repairer(parts.journal().epoch())) {
      pacing.lock();
      try {
        signal.check();
        if (progress.pauseAtBoundary(STAND, signal)) {
          act.with(repairer, progress.durable().orElseThrow());
        }
      } catch (FramException e) {
        if (e.code() != ErrorCode.CONSTRAINT_DIVERGENCE) {
          throw e;
        }
        LOG.info("not repaired now, another row stands in the way: {}", e.getMessage());
      } finally {
        progress.pace(FeedProgress.Pace.FULL_BATCHES);
        pacing.unlock();
      }
    }
  }
}
