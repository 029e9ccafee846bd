// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.Lease;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.status.Command;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.WorkerGroup;
import dev.fram.core.cutover.Cutover;
import dev.fram.core.cutover.Promotion;
import dev.fram.core.cutover.ReturnFeed;
import dev.fram.core.cutover.Sealing;
import dev.fram.core.inventory.LeftOvers;
import dev.fram.core.reverse.ReverseFeed;
import dev.fram.core.reverse.Tripwire;
import dev.fram.core.run.RunParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SERVING, ROLLING_BACK and ROLLED_BACK: the traffic is switched, the new server's writes go to the
 * old one for as long as the window lasts, and a word brings everything back. Owned by the run's
 * own thread.
 */
final class AfterCutover {
  private static final Logger LOG = LoggerFactory.getLogger(AfterCutover.class);

  private final Turns turns;
  private final Lease lease;
  private final Orders orders;
  private final Replies replies;
  private final List<Table> tables;
  private Optional<ReverseFeed> reverse = Optional.empty();
  private Optional<Tripwire> tripwire = Optional.empty();
  private Optional<Orders.Order> asked = Optional.empty();
  private Step step = Step.ASK_FIRST;

  /** Whether ROLLING_BACK was entered by this run, or left behind by another. */
  private enum Step {
    ASK_FIRST,
    ROLL_BACK
  }

  AfterCutover(Turns turns, Lease lease, Orders orders, Replies replies, List<Table> tables) {
    this.turns = turns;
    this.lease = lease;
    this.orders = orders;
    this.replies = replies;
    this.tables = tables;
  }

  /**
   * The target serves: whatever fails now is told, and undoes nothing.
   *
   * @return what comes next; empty when this run's part is over
   */
  Optional<Phase> serve(Phase.Serving serving, int turn, WorkerGroup workers) {
    if (reverse.isEmpty()) {
      Optional<FramException> left = arrive(serving, turn, workers);
      boolean stays =
          reverse.isPresent() && orders.goal() != Goal.CUTOVER && orders.goal() != Goal.RESOLVE;
      if (!stays) {
        left.ifPresent(AfterCutover::raise);
        return Optional.empty();
      }
      // Whoever has asked meanwhile for something else gets it: it would not be true of that.
      replies.taken(left.map(Answer::failed).orElseGet(() -> Answer.done("The target serves.")));
    }
    if (tripwire.isEmpty()) {
      // A rollback that was undone has taken it away.
      Tripwire again = new Tripwire(turns.parts(turn), tables);
      again.set();
      again.start(workers);
      tripwire = Optional.of(again);
    }
    return follow(serving, reverse.orElseThrow(), workers.signal());
  }

  /** Returns what is left over; throws what a person has to do about the traffic. */
  private Optional<FramException> arrive(Phase.Serving serving, int turn, WorkerGroup workers) {
    RunParts there = turns.parts(turn);
    Resolution.requireClosed(there.route(), there.journal());
    boolean way = !serving.wayBack().isEmpty();
    if (!way && orders.goal() == Goal.ROLLBACK) {
      throw noWayBack();
    }
    Optional<ReverseFeed> begun = Optional.empty();
    if (way) {
      ReverseFeed feed = new ReverseFeed(turns.parts(turn + 1), tables, serving.until());
      begun = Optional.of(feed);
      // What is applied there must meet nothing that a rollback that was not carried through, or
      // the old server's own serving, has left.
      RunParts back = feed.parts();
      back.route().schema().undoFinish(back.journal().epoch());
      feed.startOnHold(workers);
      // While its sessions are opened; clients wait for both.
      Tripwire wire = new Tripwire(there, tables);
      wire.set();
      tripwire = Optional.of(wire);
      feed.prove(workers.signal());
    }
    Promotion promotion = new Promotion(there);
    Optional<FramException> behind = promotion.switchTraffic(workers.signal());
    promotion.afterOpening();
    Optional<FramException> left = new LeftOvers(there).look();
    there.bus().publish(new RunEvent.CutoverEnded("The target serves."));
    behind.ifPresent(AfterCutover::raise);
    if (begun.isPresent()) {
      // What the old server's log still held for the way there is on the target.
      there.route().source().dropFeed();
      tripwire.ifPresent(wire -> wire.start(workers));
      begun.get().compare(workers);
    } else {
      turns.after(turn).ifPresent(next -> ReturnFeed.takeBack(there, next));
    }
    reverse = begun;
    return left;
  }

  private Optional<Phase> follow(Phase.Serving serving, ReverseFeed feed, StopSignal signal) {
    RunParts parts = feed.parts();
    LOG.info("the new server's writes go to the old one");
    long verified = parts.clock().nanos();
    while (!feed.over() || orders.goal() == Goal.ROLLBACK) {
      signal.check();
      Optional<Orders.Order> order = replies.next(parts.settings().rhythm().command());
      boolean back = order.filter(o -> o.command() instanceof Command.Rollback).isPresent();
      if (back || orders.goal() == Goal.ROLLBACK) {
        asked = order;
        feed.catchUp(signal);
        signal.check();
        step = Step.ROLL_BACK;
        return Optional.of(new Phase.RollingBack(serving));
      }
      order.ifPresent(other -> look(other, feed, signal));
      feed.watch(signal);
      if (parts.clock().nanos() - verified > parts.settings().rhythm().status().toNanos()) {
        lease.verify();
        verified = parts.clock().nanos();
      }
    }
    return Optional.of(new Phase.Serving(serving.frozenAt(), "", serving.until()));
  }

  /** The window is over, and that is recorded: nothing is kept for it any more. */
  void close(int turn) {
    reverse = Optional.empty();
    RunParts there = turns.parts(turn);
    tripwire = Optional.empty();
    there.route().source().dropStrays();
    turns.after(turn).ifPresent(next -> ReturnFeed.takeBack(there, next));
    there.bus().publish(new RunEvent.ReverseEnded());
    there.bus().publish(new RunEvent.Noted("The reverse window is over: there is no way back."));
  }

  /** Rolls back, or finds out what became of a rollback that another run has left. */
  Crossing.Settled rollBack(Phase.Serving before, int turn, WorkerGroup workers) {
    RunParts back = turns.parts(turn);
    Optional<RunParts> next = turns.wantedAfter(turn);
    Crossing.Ends ends =
        new Crossing.Ends(
            before, Phase.RolledBack::new, question -> new Phase.NeedsOperator(question, before));
    Step now = step;
    step = Step.ASK_FIRST;
    StopSignal signal = workers.signal();
    if (now == Step.ASK_FIRST) {
      ReverseFeed feed = new ReverseFeed(back, tables, before.until());
      Sealing sealing = new Sealing(back, next, feed.pipeline(), () -> feed.start(workers), signal);
      return new Crossing(back, next, orders, sealing, ends).ask(signal);
    }
    // What is written there from the hand-over on is the applications' own.
    tripwire.ifPresent(Tripwire::remove);
    tripwire = Optional.empty();
    ReverseFeed feed = reverse.orElseThrow();
    Sealing sealing = new Sealing(back, next, feed.pipeline(), () -> {}, signal);
    return new Crossing(back, next, orders, sealing, ends).go(cutover(feed, signal), signal);
  }

  private Cutover cutover(ReverseFeed feed, StopSignal signal) {
    RunParts back = feed.parts();
    Cutover.Way way = new Cutover.Way(back, turns.wantedAfter(back.journal().turn()));
    return new Cutover(way, feed.pipeline(), lease, tables, feed.verification(), signal);
  }

  private void dryRun(Orders.Order order, ReverseFeed feed, StopSignal signal) {
    try {
      List<String> lines = new ArrayList<>(List.of(feed.plan()));
      lines.addAll(cutover(feed, signal).dryRun());
      replies.one(order.id(), Answer.done("Nothing was touched. A rollback now:", lines));
    } catch (FramException e) {
      replies.one(order.id(), Answer.failed(e));
    }
  }

  /** Tells who asked; throws unless the target serves on and waits for another try. */
  void tell(Crossing.Settled settled, int turn) {
    if (settled.failure().isEmpty()) {
      return;
    }
    RuntimeException failure = settled.failure().get();
    turns
        .parts(turn)
        .bus()
        .publish(new RunEvent.CutoverEnded(String.valueOf(failure.getMessage())));
    if (!(failure instanceof FramException e)) {
      throw failure;
    }
    asked.ifPresent(order -> replies.one(order.id(), Answer.failed(e)));
    asked = Optional.empty();
    if (e.code() != ErrorCode.CUTOVER_UNDONE || orders.goal() == Goal.ROLLBACK) {
      throw e;
    }
    LOG.warn("{}", e.getMessage());
  }

  /**
   * The old server serves again.
   *
   * @param stop ends what has brought the new server's writes over
   * @return what comes next; empty when this run's part is over
   */
  Optional<Phase> rolledBack(int turn, StopSignal signal, Runnable stop) {
    RunParts back = turns.parts(turn);
    Promotion promotion = new Promotion(back);
    Optional<FramException> behind = promotion.switchTraffic(signal);
    promotion.afterOpening();
    stop.run();
    reverse = Optional.empty();
    // A run that died may have left it, and the old server serves again.
    turns.parts(turn - 1).route().source().dropStrays();
    back.route().source().dropFeed();
    back.bus().publish(new RunEvent.ReverseEnded());
    back.bus().publish(new RunEvent.CutoverEnded("The old server serves again."));
    behind.ifPresent(AfterCutover::raise);
    boolean asked = orders.goal() == Goal.ROLLBACK || orders.goal() == Goal.RESOLVE;
    if (asked || orders.turnedBack()) {
      return Optional.empty();
    }
    LOG.info("the old server's writes go to the new one again");
    RunParts on = turns.parts(turn + 1);
    on.journal()
        .step("undo-finish", "", () -> on.route().schema().undoFinish(on.journal().epoch()));
    return Optional.of(new Phase.CatchingUp(tables.size()));
  }

  private void look(Orders.Order order, ReverseFeed feed, StopSignal signal) {
    if (order.command() instanceof Command.RollbackDryRun) {
      dryRun(order, feed, signal);
    } else {
      refuse(order);
    }
  }

  private void refuse(Orders.Order order) {
    replies.one(
        order.id(),
        Answer.refused(ErrorCode.PHASE_REFUSES, "The target serves. Nothing was touched."));
  }

  private static void raise(FramException e) {
    throw e;
  }

  private static FramException noWayBack() {
    return new FramException(
        ErrorCode.PHASE_REFUSES,
        "There is no way back: the cutover was done without one, or the reverse window is over.",
        "fram complete ends the migration.");
  }
}
