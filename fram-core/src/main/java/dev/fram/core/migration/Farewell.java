// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.HandOver;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.RunParts;

/**
 * How a migration ends: cancelled without a trace, or completed. The journal itself goes last, so
 * that a run that died here is taken up where it was.
 */
final class Farewell {
  private final RunParts parts;
  private final Migration migration;
  private final Replies replies;

  Farewell(RunParts parts, Migration migration, Orders orders) {
    this.parts = parts;
    this.migration = migration;
    this.replies = new Replies(parts.journal().store(), orders);
  }

  /**
   * Leaves both servers as they were.
   *
   * @throws FramException PHASE_REFUSES after the hand-over
   */
  void cancel() {
    migration.resolve();
    PhaseName phase = migration.phase().name();
    if (phase != PhaseName.CANCELLED) {
      assertSourceOwns(phase);
      migration.move(new Phase.Cancelled());
    }
    clear();
  }

  /**
   * Ends what only served the way there and back; the source stays closed.
   *
   * @throws FramException PHASE_REFUSES before the target serves
   */
  void complete() {
    migration.resolve();
    if (migration.phase().name() != PhaseName.COMPLETED) {
      migration.move(new Phase.Completed());
    }
    clear();
  }

  /** Removes what the recorded end leaves to be removed; does nothing before an end. */
  void clear() {
    switch (migration.phase().name()) {
      case CANCELLED -> {
        if (parts.journal().begun("create-tables")) {
          parts.route().schema().drop(parts.journal().epoch());
        }
        removeTraces();
        answerAll("Cancelled; the source serves as before.");
        parts.route().target().removeTraces();
      }
      case COMPLETED -> {
        removeTraces();
        answerAll("Completed.");
        parts.route().target().removeTraces();
      }
      case PLANNED,
          CHECKED,
          PREPARED,
          COPYING,
          CATCHING_UP,
          VERIFYING,
          READY,
          CUTTING_OVER,
          SERVING,
          ROLLING_BACK,
          ROLLED_BACK,
          NEEDS_OPERATOR -> {}
    }
  }

  /** Everything that was asked for and got no answer yet. */
  void answerAll(String message) {
    answerAll(Answer.done(message));
  }

  void answerAll(Answer answer) {
    replies.all(answer);
  }

  /** On the way back too, whether one was made or not; the journal is not touched. */
  private void removeTraces() {
    parts
        .route()
        .back()
        .ifPresent(back -> {
          back.source().removeTraces();
          back.target().removeTraces();
        });
    parts.route().source().removeTraces();
  }

  private void assertSourceOwns(PhaseName phase) {
    boolean given = parts.route().source().handOver() instanceof HandOver.HandedOver;
    if (given || phase == PhaseName.SERVING || phase == PhaseName.COMPLETED) {
      throw new FramException(
          ErrorCode.PHASE_REFUSES,
          "The source has handed over to the target; there is nothing left to cancel.",
          "fram complete ends the migration.");
    }
  }
}
