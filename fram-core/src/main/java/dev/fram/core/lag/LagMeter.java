// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.lag;

import dev.fram.core.concurrent.Clock;

/**
 * The age of the oldest transaction that was read but not yet applied. With nothing unapplied the
 * lag is 0, however long ago the last transaction was. Thread-safe.
 *
 * <p>It compares the source's clock with this machine's: a source whose clock is behind looks later
 * than it is.
 */
public final class LagMeter {
  private final Clock clock;
  private long unapplied;
  private long oldestMillis;

  public LagMeter(Clock clock) {
    this.clock = clock;
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
    return unapplied == 0 ? 0 : Math.max(0, clock.millis() - oldestMillis);
  }

  public synchronized long unapplied() {
    return unapplied;
  }
}
