// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.journal;

import dev.fram.api.engine.JournalEntry;
import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.util.List;
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

  public Journal(JournalStore store, long epoch) {
    this.store = store;
    this.epoch = epoch;
  }

  public JournalStore store() {
    return store;
  }

  public long epoch() {
    return epoch;
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
    long sequence = store.intent(epoch, name, detail);
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

  /** Whether that step was ever tried. */
  public boolean begun(String name) {
    return store.entries().stream().anyMatch(e -> e.step().equals(name));
  }

  /** Whether the newest entry of that step says it was done. */
  public boolean done(String name) {
    List<JournalEntry> entries = store.entries();
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).step().equals(name)) {
        return entries.get(i).outcome().filter(o -> o == StepOutcome.DONE).isPresent();
      }
    }
    return false;
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
