// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.concurrent;

import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.FramException;
import java.time.Duration;

/**
 * Decides whether a transient failure is tried again, and when: pauses that double, within a budget
 * that begins anew with every progress. Owned by one thread.
 */
public final class Retries {
  private final Clock clock;
  private final Duration budget;
  private final Duration firstDelay;
  private final Duration maxDelay;
  private long failingSince = Long.MIN_VALUE;
  private int failures;

  public Retries(Clock clock, Duration budget, Duration firstDelay, Duration maxDelay) {
    this.clock = clock;
    this.budget = budget;
    this.firstDelay = firstDelay;
    this.maxDelay = maxDelay;
  }

  /** Something went well: the next failure is a first one. */
  public void progress() {
    failingSince = Long.MIN_VALUE;
    failures = 0;
  }

  /**
   * How long to wait before the next try.
   *
   * @throws FramException {@code e} itself when it is not transient or the budget is used up
   */
  public Duration after(FramException e) {
    if (e.category() != ErrorCategory.TRANSIENT) {
      throw e;
    }
    long now = clock.nanos();
    if (failures == 0) {
      failingSince = now;
    }
    if (now - failingSince > budget.toNanos()) {
      throw e;
    }
    long delay = firstDelay.toNanos() << Math.min(failures, 16);
    failures++;
    return delay > maxDelay.toNanos() ? maxDelay : Duration.ofNanos(delay);
  }
}
