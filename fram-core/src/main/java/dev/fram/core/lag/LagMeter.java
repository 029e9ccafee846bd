// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.lag;

import dev.fram.core.concurrent.Clock;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The age of the oldest transaction that was read but not yet applied. With nothing unapplied the
 * lag is 0, however long ago the last transaction was. Thread-safe.
 *
 * <p>Commit times are the source's. How far its clock is from this machine's is measured now and
 * then, with an error of half the time that asking takes.
 */
public final class LagMeter {
  private final Clock clock;
  private long unapplied;
  private long oldestMillis;
  private long aheadMillis;

  public LagMeter(Clock clock) {
    this.clock = clock;
  }

  /**
   * Compares the clocks.
   *
   * @param source asks the source for its time; empty when it is this machine's
   */
  public void measure(Supplier<OptionalLong> source) {
    long before = clock.millis();
    OptionalLong theirs = source.get();
    long ours = before + (clock.millis() - before) / 2;
    theirs.ifPresent(millis -> ahead(millis - ours));
  }

  /** The feed begins anew: nothing is read yet. */
  public synchronized void reset() {
    unapplied = 0;
  }

  /** A transaction was read. */
  public synchronized void read(long committedAtMillis) {
    if (unapplied == 0) {
      oldestMillis = committedAtMillis;
    }
    unapplied++;
  }

  /**
   * Transactions are durable on the target.
   *
   * @param lastCommittedAtMillis when the last of them was committed: the next one is not older
   */
  public synchronized void applied(long transactions, long lastCommittedAtMillis) {
    unapplied = Math.max(0, unapplied - transactions);
    oldestMillis = lastCommittedAtMillis;
  }

  public synchronized long millis() {
    return unapplied == 0 ? 0 : Math.max(0, clock.millis() + aheadMillis - oldestMillis);
  }

  public synchronized long unapplied() {
    return unapplied;
  }

  private synchronized void ahead(long millis) {
    aheadMillis = millis;
  }
}
