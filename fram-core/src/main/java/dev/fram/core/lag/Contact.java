// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.lag;

import dev.fram.core.concurrent.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * Whether a server answers. A question that has no answer may hang for as long as the network lets
 * it, so another thread has to look. Thread-safe.
 */
public final class Contact {
  /** A busy server may take so long. */
  private static final long PATIENCE = Duration.ofSeconds(5).toNanos();

  /** A session that was lost is mostly there again at once. */
  private static final long BLINK = Duration.ofSeconds(2).toNanos();

  private final Clock clock;
  private Optional<Long> askedNanos = Optional.empty();
  private Optional<String> failure = Optional.empty();

  /**
   * @param millis since the first question that has no answer
   * @param seen what the last failure was; empty while a question hangs
   */
  public record Silence(long millis, Optional<String> seen) {}

  public Contact(Clock clock) {
    this.clock = clock;
  }

  /** A question is about to be asked. */
  public synchronized void asked() {
    if (askedNanos.isEmpty()) {
      askedNanos = Optional.of(clock.nanos());
    }
  }

  public synchronized void answered() {
    askedNanos = Optional.empty();
    failure = Optional.empty();
  }

  /** There was none, or a server said no. */
  public synchronized void failed(String seen) {
    failure = Optional.of(seen);
  }

  /** Empty while it answers. */
  public synchronized Optional<Silence> silence() {
    return askedNanos
        .map(asked -> clock.nanos() - asked)
        .filter(nanos -> nanos >= (failure.isPresent() ? BLINK : PATIENCE))
        .map(nanos -> new Silence(nanos / 1_000_000, failure));
  }
}
