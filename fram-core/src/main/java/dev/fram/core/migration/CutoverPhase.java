// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.Lease;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Command;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.cutover.Cutover;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.run.RunParts;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * READY and CUTTING_OVER: waits for the word, cuts over and says what became of it. Owned by the
 * run's own thread.
 */
final class CutoverPhase {
  private static final Logger LOG = LoggerFactory.getLogger(CutoverPhase.class);

  private final RunParts parts;
  private final Orders orders;
  private final Replies replies;
  private final Cutover cutover;
  private final Crossing crossing;
  private final Lease lease;
  private final CaughtUp caughtUp;
  private final Retries retries;
  private final OrderedComparison comparison;
  private Optional<Orders.Order> asked = Optional.empty();
  private Step step = Step.ASK_FIRST;

  /** Whether CUTTING_OVER was entered by this run, or left behind by another. */
  private enum Step {
    ASK_FIRST,
    CUT_OVER
  }

  CutoverPhase(
      RunParts parts,
      Orders orders,
      Cutover cutover,
      Crossing crossing,
      Lease lease,
      CaughtUp caughtUp) {
    this.parts = parts;
    this.crossing = crossing;
    this.orders = orders;
    this.replies = new Replies(parts.journal().store(), orders);
    this.cutover = cutover;
    this.lease = lease;
    this.caughtUp = caughtUp;
    this.retries = parts.retries();
    this.comparison = new OrderedComparison(cutover.verification(), this::answer);
  }

  /** Returns when the cutover is to begin. */
  Phase ready(StopSignal signal) {
    LOG.info("ready for the cutover");
    refuseStray();
    long verified = parts.clock().nanos();
    while (!wanted()) {
      signal.check();
      Optional<Orders.Order> order = replies.next(parts.settings().rhythm().command());
      if (order.isPresent() && order.get().command() instanceof Command.Cutover) {
        asked = order;
        comparison.breakOff();
        break;
      }
      order.ifPresent(this::look);
      comparison.tellWhenDone();
      if (parts.clock().nanos() - verified > parts.settings().rhythm().status().toNanos()) {
        lease.verify();
        verified = parts.clock().nanos();
      }
    }
    signal.check();
    step = Step.CUT_OVER;
    return new Phase.CuttingOver();
  }

  /** Who asked for a cutover that broke off must not wait for it any longer. */
  private void refuseStray() {
    for (long id : orders.stray()) {
      answer(
          new Orders.Order(id, new Command.Cutover()),
          Answer.refused(
              ErrorCode.CUTOVER_UNDONE,
              "The cutover broke off and was undone; the source serves on. Ask again."));
    }
  }

  private boolean wanted() {
    // Whoever has gone back once has had a reason: then only a word leads there again.
    boolean auto =
        parts.settings().cutover().mode() == MigrationSettings.Mode.AUTO
            && parts.journal().turn() == 1;
    boolean own = orders.goal() == Goal.CUTOVER || auto;
    return own
        && caughtUp.now()
        && cutover.verification().complete()
        && parts.bus().projector().reason().isEmpty();
  }

  /** Cuts over, or finds out what became of a cutover that another run has left. */
  Crossing.Settled cuttingOver(StopSignal signal) {
    Step now = step;
    step = Step.ASK_FIRST;
    return now == Step.ASK_FIRST ? crossing.ask(signal) : crossing.go(cutover, signal);
  }

  /** Tells who asked; throws unless the run waits in READY for another try. */
  void tell(Crossing.Settled settled, StopSignal signal) {
    if (settled.failure().isEmpty()) {
      return;
    }
    RuntimeException failure = settled.failure().get();
    parts.bus().publish(new RunEvent.CutoverEnded(String.valueOf(failure.getMessage())));
    if (!(failure instanceof FramException e)) {
      throw failure;
    }
    Optional<Orders.Order> order = asked;
    asked = Optional.empty();
    order.ifPresent(o -> answer(o, Answer.failed(e)));
    if (e.code() != ErrorCode.CUTOVER_UNDONE || orders.goal() == Goal.CUTOVER) {
      throw e;
    }
    LOG.warn("{}", e.getMessage());
    if (order.isEmpty()) {
      Duration delay = retries.after(e);
      signal.pause(delay);
    }
  }

  private void look(Orders.Order order) {
    switch (order.command()) {
      case Command.Verify command -> comparison.begin(order, command);
      case Command.CutoverDryRun dryRun -> dryRun(order);
      case Command.Cutover c -> refuse(order);
      case Command.Rollback c -> refuse(order);
      case Command.RollbackDryRun c -> refuse(order);
      case Command.Resolve c -> refuse(order);
      case Command.Complete c -> refuse(order);
      case Command.Cancel c -> refuse(order);
      case Command.Pause c -> refuse(order);
      case Command.Resume c -> refuse(order);
      case Command.Stop c -> refuse(order);
    }
  }

  /** Came when the migration was somewhere else. */
  private void refuse(Orders.Order order) {
    answer(
        order,
        Answer.refused(ErrorCode.PHASE_REFUSES, "The migration is READY. Nothing was touched."));
  }

  private void dryRun(Orders.Order order) {
    try {
      answer(order, Answer.done("Nothing was touched. A cutover now:", cutover.dryRun()));
    } catch (FramException e) {
      answer(order, Answer.failed(e));
    }
  }

  private void answer(Orders.Order order, Answer answer) {
    replies.one(order.id(), answer);
  }
}
