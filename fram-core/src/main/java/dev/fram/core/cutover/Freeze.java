// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.change.Position;
import dev.fram.api.engine.WriteGate;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.run.RunParts;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** The write gate and how long it has been closed. Owned by the run's own thread. */
final class Freeze {
  private final RunParts parts;
  private final WriteGate gate;
  private OptionalLong closedNanos = OptionalLong.empty();
  private Optional<Position> frozenAt = Optional.empty();

  Freeze(RunParts parts, WriteGate gate) {
    this.parts = parts;
    this.gate = gate;
  }

  WriteGate gate() {
    return gate;
  }

  /**
   * @param sinceNanos when the attempt that closed the gate began: writers wait since then
   */
  void closed(long sinceNanos) {
    if (closedNanos.isEmpty()) {
      closedNanos = OptionalLong.of(sinceNanos);
    }
  }

  /** Proxies hold the applications' work back: for these the write block has begun. */
  void paused(long sinceNanos) {
    closedNanos = OptionalLong.of(sinceNanos);
  }

  void frozenAt(Position position) {
    frozenAt = Optional.of(position);
    parts.bus().publish(new RunEvent.Frozen(position.text()));
  }

  Position frozenAt() {
    return frozenAt.orElseThrow();
  }

  /** What is left of the write-block budget; never negative. */
  Duration left() {
    Duration budget = parts.settings().cutover().writeBlockBudget();
    if (closedNanos.isEmpty()) {
      return budget;
    }
    long passed = parts.clock().nanos() - closedNanos.getAsLong();
    return Duration.ofNanos(Math.max(0, budget.toNanos() - passed));
  }

  /** Writers go on, here or on the target: the clock stops. */
  void writersGoOn() {
    if (closedNanos.isPresent()) {
      long nanos = parts.clock().nanos() - closedNanos.getAsLong();
      closedNanos = OptionalLong.empty();
      parts.bus().publish(new RunEvent.WritesBlocked(nanos / 1_000_000));
    }
  }
}
