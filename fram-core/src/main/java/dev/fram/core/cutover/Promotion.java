// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.journal.Journal;
import dev.fram.core.run.RunParts;
import dev.fram.core.traffic.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What follows the hand-over. It only goes forward, does not listen to anyone who wants to stop,
 * and every part of it may be done again after a crash. Owned by the run's own thread.
 */
public final class Promotion {
  /** Lets the applications write to the target. */
  public static final String OPEN = "open-target";

  private static final String AFTER = "after-opening";

  /** How long a client's first write may take to come to the target. */
  private static final Duration ARRIVAL = Duration.ofSeconds(15);

  private final RunParts parts;

  public Promotion(RunParts parts) {
    this.parts = parts;
  }

  static List<String> plan(RunParts parts) {
    List<String> lines = new ArrayList<>();
    lines.add(
        OPEN + ": would let the applications write to " + parts.route().target().server().name());
    lines.add(
        Traffic.SWITCH
            + (parts.traffic().none()
                ? ": no switch is set; the applications are pointed by hand"
                : ": would point the applications at "
                    + parts.route().target().server().name()
                    + ", everything that is set at once"));
    return lines;
  }

  /**
   * Opens the target; its own guards fall only when the source's record says "handed over", and
   * when everything that may have slipped through is on the target.
   *
   * @throws FramException OUTCOME_UNKNOWN when the source could not be asked for its last position
   */
  public void open(Sealing sealing, Optional<Cutover.WritesBlocked> blocked) {
    try {
      insist(() -> seal(sealing));
    } catch (FramException e) {
      throw e.category() == ErrorCategory.TRANSIENT ? unsealed(e) : e;
    }
    insist(this::openOnce);
    blocked.ifPresent(Cutover.WritesBlocked::end);
  }

  private void insist(Runnable act) {
    Retries retries = parts.retries();
    while (true) {
      try {
        act.run();
        return;
      } catch (FramException e) {
        // Nobody can write anywhere now: this is not the moment to listen to a stop.
        new StopSignal().pause(retries.after(e));
      }
    }
  }

  private void seal(Sealing sealing) {
    Journal.Steps steps = parts.journal().steps();
    if (!steps.done(HandOverStep.NAME)) {
      assertHandedOver();
    }
    if (!steps.done(Sealing.NAME) && !steps.done(OPEN)) {
      boolean again = steps.begun(Sealing.NAME);
      bracket(Sealing.NAME, again ? sealing::resume : sealing::run);
    }
  }

  private void openOnce() {
    if (!parts.journal().done(OPEN)) {
      bracket(OPEN, () -> parts.route().target().open(parts.journal().epoch()));
    }
  }

  private FramException unsealed(FramException e) {
    return new FramException(
        ErrorCode.OUTCOME_UNKNOWN,
        parts.route().source().server().name()
            + " has handed over, but nobody knows yet whether it took a last write: "
            + e.seen()
            + " The other server stays closed.",
        "Make it reachable and run fram migrate again.",
        e);
  }

  /**
   * Points the applications at the target, and waits until the probe is answered by it.
   *
   * @return what a person has to do, when not all of the traffic has switched
   */
  public Optional<FramException> switchTraffic(StopSignal signal) {
    if (parts.traffic().switched() && !parts.probe().running()) {
      return Optional.empty();
    }
    long began = parts.clock().nanos();
    parts.bus().publish(new RunEvent.StepBegan(Traffic.SWITCH));
    Optional<FramException> left = parts.traffic().redirect(signal);
    Optional<FramException> lost = parts.probe().arrive(ARRIVAL);
    if (parts.traffic().none()) {
      // By hand: it may take a person longer than that.
      lost.ifPresent(e -> parts.bus().publish(new RunEvent.Noted(e.getMessage())));
      lost = Optional.empty();
    }
    String outcome = left.isPresent() || lost.isPresent() ? "failed" : "done";
    long millis = (parts.clock().nanos() - began) / 1_000_000;
    parts.bus().publish(new RunEvent.StepEnded(Traffic.SWITCH, outcome, millis));
    return left.isPresent() ? left : lost;
  }

  /**
   * Removes what kept the target closed and validates what was added unvalidated; what could not be
   * is told.
   */
  public void afterOpening() {
    if (!parts.journal().done(AFTER)) {
      bracket(AFTER, this::tidy);
    }
  }

  private void tidy() {
    List<String> notes = new ArrayList<>(parts.route().target().afterOpening());
    notes.addAll(parts.route().schema().afterOpening(parts.journal().epoch()));
    notes.forEach(note -> parts.bus().publish(new RunEvent.Noted(note)));
  }

  /** What the source's register says; for a run that resumes within a cutover. */
  public StepOutcome probe(StopSignal signal) {
    return HandOverStep.probe(parts, signal);
  }

  private void assertHandedOver() {
    if (!(parts.route().source().handOver() instanceof HandOver.HandedOver)) {
      throw new FramException(
          ErrorCode.INTERNAL,
          parts.route().source().server().name()
              + " still owns the data; the other server is not opened.",
          "Report this.");
    }
  }

  private void bracket(String name, Runnable act) {
    long began = parts.clock().nanos();
    parts.bus().publish(new RunEvent.StepBegan(name));
    String outcome = "failed";
    try {
      parts.journal().step(name, "", act);
      outcome = "done";
    } finally {
      long millis = (parts.clock().nanos() - began) / 1_000_000;
      parts.bus().publish(new RunEvent.StepEnded(name, outcome, millis));
    }
  }
}
