// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import dev.fram.api.status.Status;
import java.util.Optional;

/** The reverse feed's numbers. Not thread-safe: the projector guards it. */
final class ReverseFigures {
  private String received = "";
  private String applied = "";
  private long transactions;
  private long changes;
  private Optional<RunEvent.ReverseMeasured> measured = Optional.empty();

  void received(String position) {
    received = position;
  }

  void applied(RunEvent.ReverseApplied event) {
    applied = event.position();
    transactions += event.transactions();
    changes += event.changes();
  }

  void measured(RunEvent.ReverseMeasured event) {
    measured = Optional.of(event);
  }

  void ended() {
    measured = Optional.empty();
  }

  boolean goesOn() {
    return measured.isPresent();
  }

  Optional<Status.Reverse> picture() {
    return measured.map(m ->
        new Status.Reverse(
            received,
            applied,
            m.lagBytes(),
            m.lagMillis(),
            transactions,
            changes,
            m.retainedBytes(),
            m.leftMillis()));
  }
}
