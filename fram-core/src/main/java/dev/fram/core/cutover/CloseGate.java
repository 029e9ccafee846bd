// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.engine.WriteGate;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Closes the write gate in short attempts: while one waits, the application's writers wait behind
 * it without an error, so none may take long; between two of them the application goes on.
 */
final class CloseGate implements CutoverStep {
  /** Below PostgreSQL's deadlock_timeout of 1 s: we give up before an application is the victim. */
  private static final Duration LOCK_TIMEOUT = Duration.ofMillis(800);

  private final RunParts parts;
  private final Freeze freeze;
  private final Runnable between;
  private final RandomGenerator random;
  private final StopSignal signal;

  /**
   * @param between done between two attempts, while writers go on
   */
  CloseGate(
      RunParts parts, Freeze freeze, Runnable between, RandomGenerator random, StopSignal signal) {
    this.parts = parts;
    this.freeze = freeze;
    this.between = between;
    this.random = random;
    this.signal = signal;
  }

  @Override
  public String name() {
    return "close-gate";
  }

  @Override
  public String plan() {
    List<String> blockers = freeze.gate().blockers();
    return blockers.isEmpty()
        ? "would lock every table against writes; nobody stands in the way now"
        : "would wait for: " + String.join("; ", blockers);
  }

  @Override
  public void act() {
    List<String> blockers = List.of();
    int attempts = parts.settings().cutover().attempts();
    int tried = 0;
    for (int attempt = 1; attempt <= attempts && !freeze.left().isZero(); attempt++) {
      signal.check();
      tried = attempt;
      parts.bus().publish(new RunEvent.GateTried());
      long began = parts.clock().nanos();
      switch (freeze.gate().close(LOCK_TIMEOUT)) {
        case WriteGate.Attempt.Closed closed -> {
          freeze.closed(began);
          return;
        }
        case WriteGate.Attempt.Busy busy -> blockers = busy.blockers();
      }
      if (attempt < attempts) {
        signal.pause(backOff(attempt));
        between.run();
      }
    }
    throw new FramException(
        ErrorCode.CUTOVER_UNDONE,
        "Source "
            + parts.route().source().server().name()
            + ": the write gate could not be closed in "
            + tried
            + " attempts; held by: "
            + String.join("; ", blockers)
            + ".",
        "End these transactions or wait for them, then " + parts.again() + ".");
  }

  @Override
  public void undo() {
    freeze.gate().release();
    freeze.writersGoOn();
  }

  private Duration backOff(int attempt) {
    long base = parts.settings().retry().firstDelay().toMillis() * Math.min(attempt, 4);
    return Duration.ofMillis(base / 2 + random.nextLong(base + 1));
  }
}
