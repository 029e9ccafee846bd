// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.Lease;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Command;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.bus.StatusJson;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.cutover.Cutover;
import dev.fram.core.cutover.Promotion;
import dev.fram.core.cutover.Sealing;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
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

  /**
   * Where a cutover has led.
   *
   * @param failure told, and thrown where nobody waits for another try, once the phase is recorded
   */
  record Settled(Phase phase, Optional<RuntimeException> failure) {}

  private final RunParts parts;
  private final Orders orders;
  private final Cutover cutover;
  private final Lease lease;
  private final Pipeline pipeline;
  private final Runnable stream;
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

  /**
   * @param stream lets changes flow to the target, where they do not flow yet
   */
  CutoverPhase(
      RunParts parts,
      Orders orders,
      Cutover cutover,
      Lease lease,
      Pipeline pipeline,
      Runnable stream) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.stream = stream;
    this.orders = orders;
    this.cutover = cutover;
    this.lease = lease;
    this.caughtUp = new CaughtUp(parts, pipeline);
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
      Optional<Orders.Order> order = orders.await(parts.settings().rhythm().command());
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
    boolean own =
        orders.goal() == Goal.CUTOVER
            || parts.settings().cutover().mode() == MigrationSettings.Mode.AUTO;
    return own
        && caughtUp.now()
        && cutover.verification().complete()
        && parts.bus().projector().reason().isEmpty();
  }

  /** Cuts over, or finds out what became of a cutover that another run has left. */
  Settled cuttingOver(StopSignal signal) {
    Promotion promotion = new Promotion(parts);
    if (step == Step.ASK_FIRST) {
      return switch (promotion.probe(signal)) {
        case NOT_DONE -> {
          resumeTraffic();
          yield new Settled(new Phase.Ready(), Optional.empty());
        }
        case DONE -> open(promotion, signal, Optional.empty());
        case UNKNOWN -> unknown(unreachable());
      };
    }
    step = Step.ASK_FIRST;
    return switch (cutover.run()) {
      case Cutover.Result.HandedOver done -> open(promotion, signal, Optional.of(done.blocked()));
      case Cutover.Result.Undone undone ->
          new Settled(new Phase.Ready(), Optional.of(undone.why()));
      case Cutover.Result.Unknown unknown -> unknown(unknown.why());
    };
  }

  /** Another run died while a proxy held the applications' work back: it would do so for ever. */
  private void resumeTraffic() {
    if (parts.traffic().leftPaused()) {
      parts.traffic().undo();
    }
  }

  /** A stop is heard again when the target is open: until then nobody can write anywhere. */
  private Settled open(
      Promotion promotion, StopSignal signal, Optional<Cutover.WritesBlocked> blocked) {
    orders.detach();
    try {
      promotion.open(new Sealing(parts, pipeline, stream, signal), blocked);
    } catch (FramException e) {
      if (e.category() != ErrorCategory.UNKNOWN_OUTCOME) {
        throw e;
      }
      return unknown(e);
    } finally {
      orders.attach(signal);
    }
    String frozenAt = blocked.map(Cutover.WritesBlocked::frozenAt).orElse("");
    return new Settled(new Phase.Serving(frozenAt), Optional.empty());
  }

  private static Settled unknown(FramException why) {
    return new Settled(new Phase.NeedsOperator(why.getMessage()), Optional.of(why));
  }

  private FramException unreachable() {
    return new FramException(
        ErrorCode.OUTCOME_UNKNOWN,
        "Source "
            + parts.route().source().server().name()
            + " cannot be asked whether it has handed over. The target stays closed.",
        "Make the source reachable and run fram migrate again.");
  }

  /** Tells who asked; throws unless the run waits in READY for another try. */
  void tell(Settled settled, StopSignal signal) {
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
    if (order.command() instanceof Command.Verify command) {
      comparison.begin(order, command);
    } else {
      dryRun(order);
    }
  }

  private void dryRun(Orders.Order order) {
    try {
      answer(order, Answer.done("Nothing was touched. A cutover now:", cutover.dryRun()));
    } catch (FramException e) {
      answer(order, Answer.failed(e));
    }
  }

  private void answer(Orders.Order order, Answer answer) {
    parts.journal().store().answerCommand(order.id(), StatusJson.write(answer));
    orders.answered(order.id());
  }
}
