// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.JournalStore.PendingCommand;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.status.Command;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.StatusJson;
import java.util.Optional;
import java.util.function.Supplier;

/** Takes commands that other processes have put into the journal. Owned by the status thread. */
final class CommandDesk {
  private final JournalStore store;
  private final Orders orders;
  private final Supplier<PhaseName> phase;
  private final Intermission intermission;

  CommandDesk(
      JournalStore store, Orders orders, Supplier<PhaseName> phase, Intermission intermission) {
    this.store = store;
    this.orders = orders;
    this.phase = phase;
    this.intermission = intermission;
  }

  /** What was asked of a run that is gone must not befall this one. */
  void refuseOld() {
    for (PendingCommand pending : store.pendingCommands()) {
      if (!orders.unanswered().contains(pending.id())) {
        answer(
            pending.id(),
            Answer.refused(
                ErrorCode.PHASE_REFUSES, "The run it was meant for has ended. Ask again."));
      }
    }
  }

  void poll() {
    for (PendingCommand pending : store.pendingCommands()) {
      if (orders.accept(pending.id())) {
        take(pending);
      }
    }
  }

  void answer(long id, Answer answer) {
    store.answerCommand(id, StatusJson.write(answer));
    orders.answered(id);
  }

  private void take(PendingCommand pending) {
    Optional<Command> command = CommandWords.read(pending.command());
    if (command.isEmpty()) {
      answer(
          pending.id(),
          Answer.refused(ErrorCode.UNSUPPORTED, "This version knows no such command."));
      return;
    }
    switch (command.get()) {
      case Command.Stop stop -> {
        answer(pending.id(), Answer.done("The run ends; fram migrate resumes it."));
        orders.end(Orders.Ending.STOP);
      }
      case Command.Pause pause -> pause(pending.id());
      case Command.Resume resume ->
          answer(
              pending.id(), Answer.done(intermission.end() ? "It goes on." : "It was not paused."));
      case Command.Cancel cancel -> cancel(pending.id());
      case Command.Rollback rollback -> rollback(pending.id(), rollback);
      case Command.RollbackDryRun dryRun -> rollback(pending.id(), dryRun);
      // What only a person can tell has ended the run: one that goes on asks the servers.
      case Command.Resolve resolve ->
          answer(
              pending.id(),
              refused("a run goes on and asks the servers itself; answer when it has ended"));
      case Command.Complete complete -> complete(pending.id());
      case Command.Cutover cutover -> whenReady(pending.id(), cutover);
      case Command.CutoverDryRun dryRun -> whenReady(pending.id(), dryRun);
      case Command.Verify verify -> whenReady(pending.id(), verify);
    }
  }

  /** What is read and applied goes on: to pause that would fill the source's disk. */
  private void pause(long id) {
    if (phase.get().compareTo(PhaseName.READY) > 0) {
      answer(id, refused("a pause is for what comes before the cutover"));
    } else {
      intermission.begin();
      answer(id, Answer.done(Intermission.SENTENCE));
    }
  }

  /** It is answered when it is done; the run goes on to it from wherever it is. */
  private void cancel(long id) {
    if (phase.get() == PhaseName.SERVING || phase.get() == PhaseName.ROLLING_BACK) {
      answer(id, Answer.refused(ErrorCode.PHASE_REFUSES, "The target serves already."));
    } else {
      orders.end(Orders.Ending.CANCEL);
    }
  }

  private void rollback(long id, Command command) {
    if (phase.get() == PhaseName.SERVING) {
      orders.queue(new Orders.Order(id, command));
    } else {
      answer(id, refused("a rollback needs SERVING"));
    }
  }

  /** It is answered when it is done. */
  private void complete(long id) {
    if (phase.get() == PhaseName.SERVING) {
      orders.end(Orders.Ending.COMPLETE);
    } else {
      answer(id, refused("there is something to complete when the target serves"));
    }
  }

  private Answer refused(String needed) {
    return Answer.refused(
        ErrorCode.PHASE_REFUSES,
        "The migration is " + phase.get() + "; " + needed + ". Nothing was touched.");
  }

  private void whenReady(long id, Command command) {
    PhaseName now = phase.get();
    if (now == PhaseName.READY) {
      orders.queue(new Orders.Order(id, command));
    } else {
      answer(
          id,
          Answer.refused(
              ErrorCode.PHASE_REFUSES,
              "The migration is " + now + "; this needs READY. Nothing was touched."));
    }
  }
}
