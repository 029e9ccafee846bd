// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.api.status.Status;
import dev.fram.api.status.TableProgress;
import dev.fram.core.concurrent.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns events into the one picture that is shown anywhere. Nothing else keeps numbers.
 * Thread-safe.
 */
public final class StatusProjector {
  private static final int NOTES = 20;

  private final Clock clock;
  private final long beganNanos;
  private final CopyFigures copy = new CopyFigures();
  private final CutoverFigures cutover = new CutoverFigures();
  private final ReverseFigures reverse = new ReverseFigures();
  private final Meter changesMeter = new Meter();
  private final LagTrend lagTrend = new LagTrend();
  private final Map<String, String> held = new LinkedHashMap<>();
  private final Map<String, String> alarms = new LinkedHashMap<>();
  private final Deque<String> notes = new ArrayDeque<>();
  private Optional<Question> question = Optional.empty();
  private Optional<String> guard = Optional.empty();
  private Optional<String> lagging = Optional.empty();
  private String migration = "";
  private String source = "";
  private String target = "";
  private PhaseName phase = PhaseName.PLANNED;
  private long phaseNanos;
  private String received = "";
  private String applied = "";
  private long transactions;
  private long changes;
  private long skipped;
  private Status.Verify verify = Status.Verify.none();
  private RunEvent.BacklogMeasured backlog = new RunEvent.BacklogMeasured(0, 0, -1);
  private RunEvent.LogMeasured log = new RunEvent.LogMeasured(-1, -1);

  public StatusProjector(Clock clock) {
    this.clock = clock;
    this.beganNanos = clock.nanos();
    this.phaseNanos = beganNanos;
  }

  /** Which migration, between which servers ({@code host:port/database}). */
  public synchronized void names(String id, String sourceName, String targetName) {
    migration = id;
    source = sourceName;
    target = targetName;
  }

  /** Takes one event in. */
  public synchronized void on(RunEvent event) {
    switch (event) {
      case RunEvent.PhaseReached e -> reached(e.phase());
      case RunEvent.TablesKnown e -> copy.known(e.tables(), e.states());
      case RunEvent.TableStaged e -> copy.staged(e.table(), e.stage(), clock.nanos());
      case RunEvent.TableBusy e -> copy.busy(e.table(), e.activity(), clock.nanos());
      case RunEvent.BytesCopied e -> copy.bytes(e.table(), e.bytes());
      case RunEvent.ChunkCopied e -> copy.rows(e.table(), e.rows());
      case RunEvent.CopyRestarted e -> copy.restarted(e.table());
      case RunEvent.Received e -> received = e.position();
      case RunEvent.Applied e -> applied(e);
      case RunEvent.ReverseReceived e -> reverse.received(e.position());
      case RunEvent.ReverseApplied e -> reverse.applied(e);
      case RunEvent.ReverseMeasured e -> measured(e);
      case RunEvent.ReverseEnded e -> ended();
      case RunEvent.BacklogMeasured e -> measured(e);
      case RunEvent.LogMeasured e -> log = e;
      case RunEvent.Held e -> held.put(e.by(), e.reason());
      case RunEvent.HeldEnded e -> held.remove(e.by());
      case RunEvent.Guarded e -> guard = e.sentence();
      case RunEvent.Diagnosed e -> lagging = e.sentence();
      case RunEvent.Noted e -> note(e.note());
      case RunEvent.Asked e -> question = Optional.of(e.question());
      case RunEvent.Alarmed e -> alarms.put(e.about(), e.alarm());
      case RunEvent.Proven e -> verify = e.picture();
      case RunEvent.CutoverBegan e -> cutover.began();
      case RunEvent.GateTried e -> cutover.gateTried();
      case RunEvent.StepBegan e -> cutover.step(e.step(), "running", 0);
      case RunEvent.StepEnded e -> cutover.step(e.step(), e.outcome(), e.millis());
      case RunEvent.Frozen e -> cutover.frozen(e.position());
      case RunEvent.WritesBlocked e -> cutover.blocked(e.millis());
      case RunEvent.Probed e -> cutover.probed(e.picture());
      case RunEvent.CutoverEnded e -> cutover.ended(e.result());
    }
  }

  /** The picture now. */
  public synchronized Status picture() {
    long now = clock.nanos();
    Status picture =
        new Status(
            migration,
            source,
            target,
            phase,
            (now - phaseNanos) / 1_000_000,
            (now - beganNanos) / 1_000_000,
            copy.picture(now),
            feed(now),
            verify,
            cutover.picture(),
            reverse.picture(),
            guard,
            lagTrend.picture(),
            lagging,
            reason(),
            Optional.empty(),
            List.copyOf(alarms.values()),
            List.copyOf(notes),
            NextSteps.of(phase, reason(), reverse.picture()));
    return question.map(picture::asking).orElse(picture);
  }

  /** How far each table is; beside the picture, because there may be very many. */
  public synchronized List<TableProgress> tables() {
    return copy.tables();
  }

  public synchronized PhaseName phase() {
    return phase;
  }

  /** Why the run waits for a person. */
  public synchronized Optional<String> reason() {
    return held.values().stream().findFirst();
  }

  private Status.Feed feed(long now) {
    return new Status.Feed(
        received,
        applied,
        log.lagBytes(),
        backlog.lagMillis(),
        backlog.bytes(),
        backlog.onDisk(),
        transactions,
        changes,
        skipped,
        changesMeter.rate(now, changes + skipped),
        log.retainedBytes());
  }

  private void reached(PhaseName name) {
    if (name != phase) {
      phase = name;
      phaseNanos = clock.nanos();
      question = Optional.empty();
      guard = Optional.empty();
      lagging = Optional.empty();
    }
  }

  private void applied(RunEvent.Applied e) {
    applied = e.position();
    transactions += e.transactions();
    changes += e.changes();
    skipped += e.skipped();
  }

  private void measured(RunEvent.BacklogMeasured e) {
    backlog = e;
    // Before the copy nothing is followed; while the old server follows, that is the lag.
    if (phase.compareTo(PhaseName.PREPARED) > 0 && !reverse.goesOn()) {
      lagTrend.take(clock.nanos(), e.lagMillis());
    }
  }

  private void measured(RunEvent.ReverseMeasured e) {
    if (!reverse.goesOn()) {
      lagTrend.forget();
    }
    reverse.measured(e);
    lagTrend.take(clock.nanos(), e.lagMillis());
  }

  private void ended() {
    reverse.ended();
    lagTrend.forget();
  }

  private void note(String text) {
    notes.remove(text);
    notes.addLast(text);
    if (notes.size() > NOTES) {
      notes.removeFirst();
    }
  }
}
