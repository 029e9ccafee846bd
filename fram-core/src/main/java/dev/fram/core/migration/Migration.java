// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.check.Finding;
import dev.fram.api.engine.Lease;
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
import dev.fram.core.cutover.Promotion;
import dev.fram.core.inventory.LeftOvers;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
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
  private final Lease lease;
  private final Pipeline pipeline;
  private final Ledger ledger;
  private final Orders orders;
  private final WorkerGroup workers;
  private Phase phase;
  private boolean streaming;
  private Optional<Verification> verification = Optional.empty();

  /** The stream of changes, and what is remembered of it. */
  record Ways(Pipeline pipeline, Ledger ledger) {}

  Migration(
      RunParts parts, Ways ways, Lease lease, Orders orders, Phase recorded, StopSignal signal) {
    this.parts = parts;
    this.lease = lease;
    this.pipeline = ways.pipeline();
    this.ledger = ways.ledger();
    this.orders = orders;
    this.phase = recorded;
    this.workers = new WorkerGroup(signal, parts.route()::close);
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

  /** Returns in SERVING, or in a phase that ends everything. */
  void run(Consumer<Finding> findings) {
    List<Table> tables = parts.route().source().tables();
    parts.bus().publish(new RunEvent.TablesKnown(tables, parts.journal().store().tables()));
    Preparation preparation = new Preparation(parts, findings);
    while (phase.name().compareTo(PhaseName.SERVING) < 0
        || phase.name() == PhaseName.NEEDS_OPERATOR) {
      workers.signal().check();
      switch (phase) {
        case Phase.Planned p -> move(preparation.check());
        case Phase.Checked p -> move(preparation.prepare(tables));
        case Phase.Prepared p -> move(new Phase.Copying(p.feedStart()));
        case Phase.Copying p -> move(copy(preparation, tables));
        case Phase.CatchingUp p -> move(catchUp());
        case Phase.Verifying p -> move(verify(tables));
        case Phase.Ready p -> cutOver(tables);
        case Phase.CuttingOver p -> settle(cutoverPhase(tables));
        case Phase.NeedsOperator p -> settle(cutoverPhase(tables));
        case Phase.Serving p -> {}
        case Phase.Completed p -> {}
        case Phase.Cancelled p -> {}
      }
    }
    if (phase.name() == PhaseName.SERVING) {
      serve();
    }
  }

  /** Finds out what became of a cutover that was left half way, so that a cancel can be judged. */
  void resolve() {
    boolean open =
        phase.name() == PhaseName.CUTTING_OVER || phase.name() == PhaseName.NEEDS_OPERATOR;
    if (open) {
      settle(cutoverPhase(parts.route().source().tables()));
    }
  }

  void move(Phase next) {
    if (next.name() == phase.name()) {
      return;
    }
    PhaseRules.check(phase.name(), next.name());
    parts
        .journal()
        .store()
        .savePhase(parts.journal().epoch(), next.name().name(), PhaseJson.evidence(next));
    LOG.info("{} -> {}", phase.name(), next.name());
    phase = next;
    parts.bus().publish(new RunEvent.PhaseReached(next.name()));
  }

  @Override
  public void close() {
    workers.close();
  }

  private Phase copy(Preparation preparation, List<Table> tables) {
    // Asked before any snapshot of this run: whatever is missing from the feed must be in them.
    preparation.prepareFeed(tables);
    stream();
    new Copying(parts, pipeline.progress(), new TableLog(parts)).run(tables, workers.signal());
    long epoch = parts.journal().epoch();
    parts.journal().step("finish-indexes", "", () -> parts.route().schema().finishIndexes(epoch));
    return new Phase.CatchingUp(tables.size());
  }

  private Phase catchUp() {
    follow();
    new FuzzyWindows(parts, pipeline.progress()).close(workers.signal());
    CaughtUp caughtUp = new CaughtUp(parts, pipeline);
    caughtUp.await(workers.signal());
    parts.journal().step("add-constraints", "", this::addConstraints);
    caughtUp.await(workers.signal());
    return new Phase.Verifying();
  }

  private Phase verify(List<Table> tables) {
    follow();
    compare(tables).awaitVerdicts(workers.signal());
    return new Phase.Ready();
  }

  /** From here on both sides are compared for as long as the run lasts. */
  private Verification compare(List<Table> tables) {
    if (verification.isEmpty()) {
      Verification begun = new Verification(parts, pipeline, ledger, tables);
      verification = Optional.of(begun);
      begun.begin(workers.signal());
      for (int i = 1; begun.on() && i <= parts.settings().verify().jobs(); i++) {
        workers.start("verify-" + i, () -> begun.work(workers.signal()));
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

  private CutoverPhase cutoverPhase(List<Table> tables) {
    Verification compared =
        verification.orElseGet(() -> new Verification(parts, pipeline, ledger, tables));
    Cutover cutover = new Cutover(parts, pipeline, lease, tables, compared, workers.signal());
    return new CutoverPhase(parts, orders, cutover, lease, pipeline, this::flow);
  }

  /** READY: stays in here over any number of cutovers that were undone. */
  private void cutOver(List<Table> tables) {
    follow();
    compare(tables);
    CutoverPhase cutover = cutoverPhase(tables);
    while (phase.name() == PhaseName.READY) {
      move(cutover.ready(workers.signal()));
      settle(cutover);
    }
  }

  private void settle(CutoverPhase cutover) {
    CutoverPhase.Settled settled = cutover.cuttingOver(workers.signal());
    move(settled.phase());
    cutover.tell(settled, workers.signal());
  }

  /** The target serves: whatever fails now is told, and undoes nothing. */
  private void serve() {
    Promotion promotion = new Promotion(parts);
    Optional<FramException> behind = promotion.switchTraffic(workers.signal());
    promotion.afterOpening();
    Optional<FramException> left = new LeftOvers(parts).look();
    parts.bus().publish(new RunEvent.CutoverEnded("The target serves."));
    behind
        .or(() -> left)
        .ifPresent(e -> {
          throw e;
        });
  }

  private void follow() {
    if (parts.journal().begun(Cutover.FINISH)) {
      // A cutover that was not carried through has left triggers on the target, or may have.
      long epoch = parts.journal().epoch();
      parts.journal().step("undo-finish", "", () -> parts.route().schema().undoFinish(epoch));
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
      workers.start("stream", () -> pipeline.run(workers.signal()));
    }
  }
}
