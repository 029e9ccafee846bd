// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.engine.Lease;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.traffic.TrafficMove.Direction;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
import dev.fram.core.verify.Verification;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One cutover up to the hand-over. Whatever fails before it is undone in reverse order, and the
 * writers go on without an error; what comes after it is {@link Promotion}. Owned by the run's own
 * thread.
 */
public final class Cutover {
  private static final Logger LOG = LoggerFactory.getLogger(Cutover.class);

  /** The point of no return. */
  public static final String HAND_OVER = HandOverStep.NAME;

  /** The step that adds to the target what changes that are applied must not meet. */
  public static final String FINISH = "finish-schema";

  private final RunParts parts;
  private final Optional<RunParts> next;
  private final Pipeline pipeline;
  private final Lease lease;
  private final List<Table> tables;
  private final Verification verification;
  private final StopSignal signal;

  /**
   * One direction, and the one that may follow it.
   *
   * @param parts this direction's
   * @param next the other direction's; empty where there is to be no way back
   */
  public record Way(RunParts parts, Optional<RunParts> next) {}

  public Cutover(
      Way way,
      Pipeline pipeline,
      Lease lease,
      List<Table> tables,
      Verification verification,
      StopSignal signal) {
    this.parts = way.parts();
    this.next = way.next();
    this.pipeline = pipeline;
    this.lease = lease;
    this.tables = List.copyOf(tables);
    this.verification = verification;
    this.signal = signal;
  }

  public Verification verification() {
    return verification;
  }

  /** What each step would do now. Takes no lock and changes nothing. */
  public List<String> dryRun() {
    try (WriteGate gate = openGate()) {
      List<String> lines = new ArrayList<>();
      for (CutoverStep step : steps(new Freeze(parts, gate))) {
        lines.add(step.name() + ": " + step.plan());
      }
      lines.add(HandOverStep.NAME + handOverPlan());
      lines.addAll(Promotion.plan(parts));
      return lines;
    }
  }

  /** What became of a cutover. */
  public sealed interface Result {
    /** The source has handed over; writes are blocked until the target opens. */
    record HandedOver(WritesBlocked blocked) implements Result {}

    /** Everything was taken back, the source serves on. */
    record Undone(RuntimeException why) implements Result {}

    /** Nobody knows, and the source could not be asked. The target stays closed. */
    record Unknown(FramException why) implements Result {}
  }

  /**
   * Goes up to the hand-over.
   *
   * @throws FramException a transient code: the journal could not be written after the hand-over;
   *     the next attempt asks the source
   */
  public Result run() {
    parts.bus().publish(new RunEvent.CutoverBegan());
    try {
      parts.probe().prepare();
    } catch (FramException e) {
      return new Result.Undone(e);
    }
    try (WriteGate gate = openGate()) {
      Freeze freeze = new Freeze(parts, gate);
      HandOverStep handOver = new HandOverStep(parts, lease, signal);
      Deque<CutoverStep> done = new ArrayDeque<>();
      long sequence;
      try {
        for (CutoverStep step : steps(freeze)) {
          signal.check();
          done.push(step);
          bracket(step.name(), step::act);
        }
        handOver.last(freeze);
        sequence = intent(freeze);
      } catch (FramException | Stopped e) {
        undo(done, freeze);
        return new Result.Undone(undone(e));
      } catch (RuntimeException | Error e) {
        // A defect; the gate falls with its session, but a proxy would stay paused.
        parts.traffic().undo();
        throw e;
      }
      return handOver(handOver, freeze, done, sequence);
    }
  }

  private Result handOver(
      HandOverStep step, Freeze freeze, Deque<CutoverStep> done, long sequence) {
    long began = parts.clock().nanos();
    parts.bus().publish(new RunEvent.StepBegan(HandOverStep.NAME));
    StepOutcome outcome = step.act(freeze);
    long millis = (parts.clock().nanos() - began) / 1_000_000;
    return switch (outcome) {
      case DONE -> {
        stepEnded(HandOverStep.NAME, "done", millis);
        record(sequence, outcome, freeze);
        yield new Result.HandedOver(new WritesBlocked(freeze));
      }
      case NOT_DONE -> {
        stepEnded(HandOverStep.NAME, "undone", millis);
        undo(done, freeze);
        record(sequence, outcome, freeze);
        yield new Result.Undone(notHandedOver());
      }
      case UNKNOWN -> {
        stepEnded(HandOverStep.NAME, "unknown", millis);
        record(sequence, outcome, freeze);
        yield new Result.Unknown(unknown());
      }
    };
  }

  private long intent(Freeze freeze) {
    return parts.journal().intent(HandOverStep.NAME, freeze.frozenAt().text());
  }

  private void record(long sequence, StepOutcome outcome, Freeze freeze) {
    String detail = freeze.frozenAt().text();
    parts.journal().outcome(sequence, outcome, detail);
    LOG.info("{}: {} at {}", HandOverStep.NAME, outcome, detail);
  }

  private List<CutoverStep> steps(Freeze freeze) {
    long epoch = parts.journal().epoch();
    List<CutoverStep> steps = new ArrayList<>();
    compared(steps, new RestComparison(verification, signal));
    steps.add(new CheckTraffic(parts));
    steps.add(new StartProbe(parts));
    next.ifPresent(other -> prepareReturn(steps, other));
    steps.add(new Readiness(parts, pipeline, freeze, verification, tables, signal));
    steps.add(
        new SchemaStep(
            "prepare-finish",
            "would prepare sequences, triggers and the rest of the schema",
            () -> parts.route().schema().prepareFinish(epoch),
            () -> {}));
    if (parts.direction() == Direction.FORWARD) {
      steps.add(new ListObjects(parts));
    }
    CopyUnlogged unlogged = new CopyUnlogged(parts, freeze, unlogged());
    steps.add(new OpenSessions(freeze, verification, unlogged));
    compared(steps, new ProveTouched(verification, signal));
    Settle settle = new Settle(parts, pipeline, signal);
    steps.add(settle);
    steps.add(new PauseTraffic(parts, freeze));
    Runnable between =
        () -> {
          verification.catchUp(signal);
          settle.act();
          freeze.gate().prepare();
        };
    steps.add(new CloseGate(parts, freeze, between, RandomGenerator.getDefault(), signal));
    steps.add(new Drain(parts, pipeline, freeze, signal));
    steps.add(new TellFrozen(parts, freeze));
    if (parts.direction() == Direction.FORWARD) {
      steps.add(new CompareDefinitions(parts));
      steps.add(unlogged);
    } else {
      steps.add(new CompareReturn("compare-definitions", parts));
    }
    compared(steps, new ProveLast(verification, signal));
    steps.add(
        new SchemaStep(
            FINISH,
            "would set sequences, triggers, rules and the remaining foreign keys",
            () -> parts.route().schema().finish(epoch),
            () -> parts.route().schema().undoFinish(epoch)));
    next.ifPresent(other -> steps.add(new NoteReturn(parts, other)));
    return steps;
  }

  /** What the feed does not carry; on the way back there is no such table. */
  private List<Table> unlogged() {
    return parts.direction() == Direction.FORWARD
        ? tables.stream().filter(t -> t.transfer() == Table.Transfer.COPY_AT_CUTOVER).toList()
        : List.of();
  }

  private void prepareReturn(List<CutoverStep> steps, RunParts other) {
    if (parts.direction() == Direction.BACK) {
      steps.add(new CompareReturn("look-at-tables", parts));
    }
    steps.add(new PrepareReturn(parts, other, tables));
  }

  /** A step that there is only where both sides are compared. */
  private void compared(List<CutoverStep> steps, CutoverStep step) {
    if (verification.on()) {
      steps.add(step);
    }
  }

  private void bracket(String name, Runnable act) {
    long began = parts.clock().nanos();
    parts.bus().publish(new RunEvent.StepBegan(name));
    String outcome = "failed";
    try {
      parts.journal().step(name, "", act);
      outcome = "done";
    } finally {
      stepEnded(name, outcome, (parts.clock().nanos() - began) / 1_000_000);
    }
  }

  private void stepEnded(String name, String outcome, long millis) {
    parts.bus().publish(new RunEvent.StepEnded(name, outcome, millis));
  }

  /**
   * Takes everything back, last step first. When the target cannot be put back the writers go on
   * all the same, but nothing more is applied: the attempt ends, and the next one puts it back
   * before it applies anything.
   */
  private void undo(Deque<CutoverStep> done, Freeze freeze) {
    try {
      for (CutoverStep step : done) {
        step.undo();
        LOG.info("{}: undone", step.name());
      }
    } catch (FramException e) {
      signal.raise();
      freeze.gate().release();
      freeze.writersGoOn();
      parts.traffic().undo();
      throw e;
    }
  }

  private WriteGate openGate() {
    return parts.route().source().gate(tables, parts.settings().cutover().writeBlockBudget());
  }

  /** What a person must decide, or a defect, keeps its own code; the rest may be tried again. */
  private RuntimeException undone(RuntimeException e) {
    if (!(e instanceof FramException cause) || cause.code() == ErrorCode.CUTOVER_UNDONE) {
      return e;
    }
    boolean own =
        switch (cause.category()) {
          case DIVERGENCE, BUG, UNKNOWN_OUTCOME, PRECONDITION -> true;
          case FAILED, USAGE, TRANSIENT, HELD -> false;
        };
    return own
        ? e
        : new FramException(
            ErrorCode.CUTOVER_UNDONE, undoneWords() + cause.seen(), cause.remedy(), cause);
  }

  private String handOverPlan() {
    return switch (parts.direction()) {
      case FORWARD -> ": would close the source for good, in one commit";
      case BACK -> ": would close the new server, in one commit";
    };
  }

  private String undoneWords() {
    return switch (parts.direction()) {
      case FORWARD -> "The cutover was undone, the source serves on: ";
      case BACK -> "The rollback was undone, the new server serves on: ";
    };
  }

  private FramException notHandedOver() {
    return new FramException(
        ErrorCode.CUTOVER_UNDONE,
        parts.route().source().server().name()
            + ": the hand-over was rolled back by the server, which serves on.",
        "Nothing is lost; " + parts.again() + ".");
  }

  private FramException unknown() {
    return new FramException(
        ErrorCode.OUTCOME_UNKNOWN,
        parts.route().source().server().name()
            + " could not be asked whether it has handed over. The other server stays closed.",
        "Make it reachable and run fram migrate again: it asks that server and goes on, or"
            + " goes back.");
  }

  /** Writers are blocked until the target opens; the clock of that runs on. */
  public static final class WritesBlocked {
    private final Freeze freeze;

    private WritesBlocked(Freeze freeze) {
      this.freeze = freeze;
    }

    void end() {
      freeze.writersGoOn();
    }

    public String frozenAt() {
      return freeze.frozenAt().text();
    }
  }
}
