// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.error.FullHeap;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.run.RunParts;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The point of no return: one commit on the source. Its outcome is what the source's register says;
 * it is never tried again blindly.
 */
final class HandOverStep {
  static final String NAME = "hand-over";
  private static final Logger LOG = LoggerFactory.getLogger(HandOverStep.class);

  private final RunParts parts;
  private final Lease lease;
  private final StopSignal signal;

  HandOverStep(RunParts parts, Lease lease, StopSignal signal) {
    this.parts = parts;
    this.lease = lease;
    this.signal = signal;
  }

  /** The last look before it: another run, or too much time gone, ends the cutover here. */
  void last(Freeze freeze) {
    lease.verify();
    signal.check();
    if (freeze.left().isZero()) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          parts.act()
              + " took longer than the "
              + parts.settings().cutover().writeBlockBudget().toMillis()
              + " ms that writes may be blocked.",
          "Try it when there is less load, or raise the write-block budget.");
    }
    List<String> unstoppable = freeze.gate().unstoppable();
    if (!unstoppable.isEmpty()) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          parts.route().source().server().name()
              + ": after the hand-over nothing would keep these from writing there: "
              + String.join("; ", unstoppable)
              + ".",
          "End these sessions, give Fram an account that nobody else uses and what fram check says it"
              + " lacks, then "
              + parts.again()
              + ".");
    }
  }

  /** Hands over and finds out what became of it; writes nothing to the journal. */
  StepOutcome act(Freeze freeze) {
    StepOutcome outcome;
    try {
      outcome = freeze.gate().handOver(parts.journal().epoch(), freeze.frozenAt());
    } catch (RuntimeException | Error e) {
      // Whatever it is (a full heap, too): nobody but the source knows what became of it.
      LOG.warn("hand-over: {}; the source is asked what became of it", e.toString());
      outcome = StepOutcome.UNKNOWN;
    }
    if (outcome != StepOutcome.UNKNOWN) {
      return outcome;
    }
    // The old session must not be able to commit after we have asked.
    freeze.gate().close();
    return probe(parts, signal);
  }

  /** Asks the source's register, on new connections, for as long as the retry budget lasts. */
  static StepOutcome probe(RunParts parts, StopSignal signal) {
    Retries retries = parts.retries();
    while (true) {
      try {
        return switch (parts.route().source().handOver()) {
          case HandOver.HandedOver handedOver -> StepOutcome.DONE;
          case HandOver.OwnerSource ownerSource -> StepOutcome.NOT_DONE;
        };
      } catch (FramException e) {
        if (e.category() != ErrorCategory.TRANSIENT) {
          return StepOutcome.UNKNOWN;
        }
        try {
          signal.pause(retries.after(e));
        } catch (FramException | Stopped over) {
          LOG.warn("hand-over: the source cannot be asked: {}", e.getMessage());
          return StepOutcome.UNKNOWN;
        }
      } catch (OutOfMemoryError e) {
        LOG.error("hand-over: the source cannot be asked: {}", FullHeap.told(e).getMessage());
        return StepOutcome.UNKNOWN;
      }
    }
  }
}
