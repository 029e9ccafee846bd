// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.check.Finding;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.WorkerGroup;
import dev.fram.core.copy.Copying;
import dev.fram.core.copy.FuzzyWindows;
import dev.fram.core.copy.TableLog;
import dev.fram.core.cutover.Cutover;
import dev.fram.core.cutover.ReturnFeed;
import dev.fram.core.cutover.Sealing;
import dev.fram.core.guard.SourceGuard;
import dev.fram.core.journal.Journal;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
import dev.fram.core.throttle.Pace;
import dev.fram.core.verify.Ledger;
import dev.fram.core.verify.Verification;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes from the phase that is recorded to the next one, and records it, until the run's goal is
 * reached. Owned by the run's own thread; knows what follows what, and nothing of how it is done.
 */
final class Migration implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Migration.class);

  private final RunParts parts;
  private final Turns turns;
  private final Lease lease;
  private final Pipeline pipeline;
  private final Ledger ledger;
  private final Pace pace;
  private final Orders orders;
  private final StopSignal signal;
  private final List<Table> tables;
  private final AfterCutover afterwards;
  private WorkerGroup workers;
  private Phase phase;
  private int turn;
  private boolean streaming;
  private Optional<Verification> verification = Optional.empty();

  /** The stream of changes, what is remembered of it, and how fast the copy may go. */
  record Ways(Turns turns, Pipeline pipeline, Ledger ledger, Pace pace) {}

  Migration(
      RunParts parts,
      Ways ways,
      Lease lease,
      Orders orders,
      MigrationRecord recorded,
      StopSignal signal) {
    this.parts = parts;
    this.turns = ways.turns();
    this.lease = lease;
    this.pipeline = ways.pipeline();
    this.ledger = ways.ledger();
    this.pace = ways.pace();
    this.orders = orders;
    this.phase = PhaseJson.read(recorded);
    this.turn = PhaseJson.turn(recorded);
    this.signal = signal;
    this.workers = new WorkerGroup(signal, parts.route()::close);
    this.tables = List.copyOf(parts.route().source().tables());
    Replies replies = new Replies(parts.journal().store(), orders);
    this.afterwards = new AfterCutover(turns, lease, orders, replies, tables);
    orders.attach(workers.signal());
    parts.bus().publish(new RunEvent.PhaseReached(phase.name()));
  }

  Phase phase() {
    return phase;
  }

  /** Throws what a worker of its own has failed with. */
  void rethrow() {
    workers.rethrow();
  }

  /** Returns when the run's goal is reached, or in a phase that ends everything. */
  void run(Consumer<Finding> findings) {
    requireServing();
    SourceGuard.settle(parts);
    parts.bus().publish(new RunEvent.TablesKnown(tables, parts.journal().store().tables()));
    Preparation preparation = new Preparation(parts, findings, workers.signal());
    boolean on = true;
    while (on) {
      workers.signal().check();
      on = !answered() && step(preparation);
    }
  }

  /** A person's word leads to where a run would wait for another one. */
  private boolean answered() {
    return orders.goal() == Goal.RESOLVE && phase.name() == PhaseName.READY;
  }

  private boolean step(Preparation preparation) {
    switch (phase) {
      case Phase.Planned p -> move(preparation.check(turns.wantedAfter(1)));
      case Phase.Checked p -> move(preparation.prepare(tables));
      case Phase.Prepared p -> move(new Phase.Copying(p.feedStart()));
      case Phase.Copying p -> move(copy(preparation));
      case Phase.CatchingUp p -> move(catchUp());
      case Phase.Verifying p -> move(verify());
      case Phase.Ready p -> cutOver();
      case Phase.CuttingOver p -> settle(cutoverPhase());
      case Phase.NeedsOperator p -> decide(p);
      case Phase.Serving p -> {
        return serve(p);
      }
      case Phase.RollingBack p -> rollBack(p.before());
      case Phase.RolledBack p -> {
        Optional<Phase> next = afterwards.rolledBack(turn, workers.signal(), this::renewWorkers);
        next.ifPresent(this::move);
        return next.isPresent();
      }
      case Phase.Completed p -> {
        return false;
      }
      case Phase.Cancelled p -> {
        return false;
      }
    }
    return true;
  }

  /** Before the target has ever served, there is nothing to go back from. */
  private void requireServing() {
    boolean served =
        phase.name() == PhaseName.SERVING || phase.name() == PhaseName.ROLLED_BACK || turn % 2 == 0;
    if (orders.goal() == Goal.ROLLBACK && !served) {
      throw new FramException(
          ErrorCode.PHASE_REFUSES,
          "The migration is " + phase.name() + "; a rollback needs SERVING.",
          "fram status shows what can be done now.");
    }
  }

  /**
   * Finds out what became of a cutover or a rollback that was left half way, so that an end can be
   * judged.
   */
  void resolve() {
    switch (phase) {
      case Phase.CuttingOver p -> settle(cutoverPhase());
      case Phase.NeedsOperator p -> decide(p);
      case Phase.RollingBack p -> rollBack(p.before());
      case Phase.Planned p -> {}
      case Phase.Checked p -> {}
      case Phase.Prepared p -> {}
      case Phase.Copying p -> {}
      case Phase.CatchingUp p -> {}
      case Phase.Verifying p -> {}
      case Phase.Ready p -> {}
      case Phase.Serving p -> {}
      case Phase.RolledBack p -> {}
      case Phase.Completed p -> {}
      case Phase.Cancelled p -> {}
    }
  }

  void move(Phase next) {
    if (next.name() == phase.name()) {
      return;
    }
    PhaseRules.check(phase.name(), next.name());
    if (next.name() == PhaseName.ROLLED_BACK) {
      orders.turnBack();
    }
    record(next);
  }

  private void record(Phase next) {
    int nextTurn = PhaseRules.turn(turn, phase.name(), next.name());
    parts
        .journal()
        .store()
        .savePhase(parts.journal().epoch(), next.name().name(), PhaseJson.evidence(next, nextTurn));
    LOG.info("{} -> {}", phase.name(), next.name());
    phase = next;
    turn = nextTurn;
    parts.bus().publish(new RunEvent.PhaseReached(next.name()));
  }

  @Override
  public void close() {
    workers.close();
  }

  private Phase copy(Preparation preparation) {
    // Asked before any snapshot of this run: whatever is missing from the feed must be in them.
    preparation.prepareFeed(tables);
    stream();
    new Copying(parts, pipeline.progress(), new TableLog(parts), pace)
        .run(tables, workers.signal());
    long epoch = parts.journal().epoch();
    parts.journal().step("finish-indexes", "", () -> parts.route().schema().finishIndexes(epoch));
    return new Phase.CatchingUp(tables.size());
  }

  private Phase catchUp() {
    follow();
    new FuzzyWindows(parts, pipeline.progress()).close(workers.signal());
    CaughtUp caughtUp = new CaughtUp(parts, pipeline);
    caughtUp.await(workers.signal());
    if (turn == 1) {
      parts.journal().step("add-constraints", "", this::addConstraints);
      caughtUp.await(workers.signal());
    }
    return new Phase.Verifying();
  }

  private Phase verify() {
    follow();
    compare().awaitVerdicts(workers.signal());
    return new Phase.Ready();
  }

  /** From here on both sides are compared for as long as the run lasts. */
  private Verification compare() {
    if (verification.isEmpty()) {
      Verification begun = new Verification(parts, pipeline, ledger, tables);
      verification = Optional.of(begun);
      begun.begin(workers.signal());
      WorkerGroup group = workers;
      for (int i = 1; begun.on() && i <= parts.settings().verify().jobs(); i++) {
        group.start("verify-" + i, () -> begun.work(group.signal()));
      }
    }
    return verification.get();
  }

  private void addConstraints() {
    parts
        .route()
        .schema()
        .addConstraints(
            parts.journal().epoch(), note -> parts.bus().publish(new RunEvent.Noted(note)));
  }

  private CutoverPhase cutoverPhase() {
    Verification compared =
        verification.orElseGet(() -> new Verification(parts, pipeline, ledger, tables));
    RunParts there = turns.parts(turn);
    Cutover.Way way = new Cutover.Way(there, turns.wantedAfter(turn));
    StopSignal now = workers.signal();
    Cutover cutover = new Cutover(way, pipeline, lease, tables, compared, now);
    Sealing sealing = new Sealing(there, turns.after(turn), pipeline, this::flow, now);
    Crossing.Ends ends =
        new Crossing.Ends(
            new Phase.Ready(),
            frozenAt -> serving(there, frozenAt),
            question -> new Phase.NeedsOperator(question, Phase.Serving.none()));
    Crossing crossing = new Crossing(there, turns.after(turn), orders, sealing, ends);
    CaughtUp caughtUp = new CaughtUp(parts, pipeline);
    return new CutoverPhase(there, orders, cutover, crossing, lease, caughtUp);
  }

  private static Phase serving(RunParts there, String frozenAt) {
    long until = there.clock().millis() + there.settings().reverse().window().toMillis();
    return new Phase.Serving(frozenAt, ReturnFeed.noted(there).orElse(""), until);
  }

  /** READY: stays in here over any number of cutovers that were undone. */
  private void cutOver() {
    follow();
    compare();
    CutoverPhase cutover = cutoverPhase();
    while (phase.name() == PhaseName.READY) {
      move(cutover.ready(workers.signal()));
      settle(cutover);
    }
  }

  private void settle(CutoverPhase cutover) {
    Crossing.Settled settled = cutover.cuttingOver(workers.signal());
    move(settled.phase());
    cutover.tell(settled, workers.signal());
  }

  private void decide(Phase.NeedsOperator question) {
    switch (Turns.direction(turn)) {
      case FORWARD -> settle(cutoverPhase());
      case BACK -> rollBack(question.before());
    }
  }

  private void rollBack(Phase.Serving before) {
    int back = turn;
    Crossing.Settled settled = afterwards.rollBack(before, back, workers);
    move(settled.phase());
    afterwards.tell(settled, back);
  }

  private boolean serve(Phase.Serving serving) {
    if (streaming) {
      // One direction is active at a time: nothing comes from the source any more.
      renewWorkers();
    }
    Optional<Phase> next = afterwards.serve(serving, turn, workers);
    if (next.isEmpty()) {
      return false;
    }
    if (next.get() instanceof Phase.Serving over) {
      renewWorkers();
      record(over);
      afterwards.close(turn);
      return false;
    }
    move(next.get());
    return true;
  }

  /** Ends all that moves data; what it fails with now is of no account any more. */
  private void renewWorkers() {
    workers.close();
    workers = new WorkerGroup(signal, parts.route()::close);
    orders.attach(workers.signal());
    streaming = false;
    verification = Optional.empty();
  }

  private void follow() {
    Journal journal = turns.parts(turn).journal();
    if (journal.begun(Cutover.FINISH)) {
      // A cutover that was not carried through has left triggers on the target, or may have.
      long epoch = journal.epoch();
      journal.step("undo-finish", "", () -> parts.route().schema().undoFinish(epoch));
    }
    flow();
  }

  private void flow() {
    // In this order: what begins to stream only now has been applied before, by another run.
    pipeline.follow();
    stream();
  }

  private void stream() {
    if (!streaming) {
      streaming = true;
      WorkerGroup group = workers;
      group.start("stream", () -> pipeline.run(group.signal()));
    }
  }
}
