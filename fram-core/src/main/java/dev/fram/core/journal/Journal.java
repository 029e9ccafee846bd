// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.journal;

import dev.fram.api.engine.JournalEntry;
import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable story as one run writes it: everything carries the lease's epoch, and steps are
 * brackets with the intent before and the outcome after. Thread-safe.
 */
public final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  private final JournalStore store;
  private final long epoch;
  private final int turn;

  /** Of the way there. */
  public Journal(JournalStore store, long epoch) {
    this(store, epoch, 1);
  }

  /**
   * @param turn which time it is that the data changes servers: 1 the first cutover, 2 a rollback,
   *     3 a cutover after it. The steps of one turn are not those of another.
   */
  public Journal(JournalStore store, long epoch, int turn) {
    this.store = store;
    this.epoch = epoch;
    this.turn = turn;
  }

  public JournalStore store() {
    return store;
  }

  public long epoch() {
    return epoch;
  }

  /** Which time it is that the data changes servers. */
  public int turn() {
    return turn;
  }

  /**
   * Writes the intent, acts, writes the outcome. What the act throws is thrown on; when it is not
   * known whether the act took place, the entry says so.
   */
  public void step(String name, String detail, Runnable act) {
    step(
        name,
        detail,
        () -> {
          act.run();
          return detail;
        });
  }

  /** The same for an act that says itself what it has done. */
  public void step(String name, Supplier<String> act) {
    step(name, "", act);
  }

  private void step(String name, String detail, Supplier<String> act) {
    long sequence = intent(name, detail);
    String did;
    try {
      did = act.get();
    } catch (FramException e) {
      noteFailure(sequence, e);
      throw e;
    }
    store.outcome(epoch, sequence, StepOutcome.DONE, did);
    LOG.info("{}: done{}", name, did.isEmpty() ? "" : " (" + did + ")");
  }

  /** Writes that a step is about to be tried in this turn. */
  public long intent(String name, String detail) {
    return store.intent(epoch, entry(name), detail);
  }

  public void outcome(long sequence, StepOutcome outcome, String detail) {
    store.outcome(epoch, sequence, outcome, detail);
  }

  /** What was done in this turn has been taken back. */
  public void undone(String name) {
    outcome(intent(name, ""), StepOutcome.NOT_DONE, "");
  }

  /** What this turn's steps have come to, read once. */
  public Steps steps() {
    return new Steps(store.entries());
  }

  /** The journal as it was when it was read. */
  public final class Steps {
    private final List<JournalEntry> entries;

    private Steps(List<JournalEntry> entries) {
      this.entries = entries;
    }

    /** Whether that step was ever tried in this turn. */
    public boolean begun(String name) {
      return newest(name).isPresent();
    }

    /** Whether the newest entry of that step in this turn says it was done. */
    public boolean done(String name) {
      return detail(name).isPresent();
    }

    private Optional<String> detail(String name) {
      return newest(name)
          .filter(entry -> entry.outcome().filter(o -> o == StepOutcome.DONE).isPresent())
          .map(JournalEntry::detail);
    }

    private Optional<JournalEntry> newest(String name) {
      return entries.reversed().stream().filter(e -> e.step().equals(entry(name))).findFirst();
    }
  }

  /** As {@link Steps#begun}. */
  public boolean begun(String name) {
    return steps().begun(name);
  }

  /** As {@link Steps#done}. */
  public boolean done(String name) {
    return steps().done(name);
  }

  /** What became of that step in this turn the last time; empty when that was never written. */
  public Optional<StepOutcome> outcome(String name) {
    return steps().newest(name).flatMap(JournalEntry::outcome);
  }

  /** Those steps of this turn with such a first word whose newest outcome is unknown. */
  public List<String> unknown(String word) {
    String tail = entry("");
    return store.entries().stream()
        .map(JournalEntry::step)
        .filter(step -> step.startsWith(word + " ") && step.endsWith(tail))
        .map(step -> step.substring(0, step.length() - tail.length()))
        .filter(name -> turn > 1 || !name.endsWith(")") || !name.contains(" (turn "))
        .distinct()
        .filter(name -> outcome(name).filter(o -> o == StepOutcome.UNKNOWN).isPresent())
        .toList();
  }

  /** What the newest entry of that step in this turn says, when it says that it was done. */
  public Optional<String> detail(String name) {
    return steps().detail(name);
  }

  private String entry(String name) {
    return turn == 1 ? name : name + " (turn " + turn + ")";
  }

  private void noteFailure(long sequence, FramException e) {
    boolean unknown =
        e.category() == ErrorCategory.UNKNOWN_OUTCOME || e.code() == ErrorCode.CONNECTION_LOST;
    try {
      store.outcome(
          epoch, sequence, unknown ? StepOutcome.UNKNOWN : StepOutcome.NOT_DONE, e.code().name());
    } catch (FramException second) {
      e.addSuppressed(second);
    }
  }
}
