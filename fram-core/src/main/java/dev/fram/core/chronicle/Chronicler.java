// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.chronicle;

import dev.fram.api.engine.JournalStore;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.journal.Journal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes down for the report what one attempt of a run sees, and goes on from what earlier ones
 * have kept. Numbers come from the picture, times from the moment of the event. Thread-safe; only
 * the thread that calls {@link #save} talks to the target.
 */
public final class Chronicler implements AutoCloseable {
  /** How much of the series a dead process may take with it. */
  private static final Duration RARELY = Duration.ofSeconds(10);

  private final JournalStore store;
  private final long epoch;
  private final EventBus bus;
  private final Clock clock;
  private final String by;
  private final long beganMillis;
  private final Consumer<RunEvent> listener = this::on;
  private final Gathering gathering = new Gathering();
  private Story story;
  private Story saved;
  private Series there;
  private Series after;
  private boolean newCrossing;
  private long savedNanos;

  /**
   * Reads what is kept and listens from now on.
   *
   * @param by who works: process and host
   */
  public Chronicler(Journal journal, EventBus bus, Clock clock, String by) {
    this.store = journal.store();
    this.epoch = journal.epoch();
    this.bus = bus;
    this.clock = clock;
    this.by = by;
    this.beganMillis = clock.millis();
    Chronicle kept = Chronicle.load(store);
    this.story = kept.story();
    this.saved = story;
    this.there = kept.there();
    this.after = kept.after();
    this.savedNanos = clock.nanos() - RARELY.toNanos();
    bus.listen(listener);
  }

  private synchronized void on(RunEvent event) {
    long now = clock.millis();
    switch (event) {
      case RunEvent.PhaseReached e -> {
        see(bus.projector().picture());
        story = story.withPhase(e.phase(), now);
      }
      case RunEvent.Noted e -> story = story.withLine(line(now, Story.Kind.NOTE, e.note()));
      case RunEvent.Alarmed e -> story = story.withLine(line(now, Story.Kind.ALARM, e.alarm()));
      case RunEvent.Held e -> story = story.withLine(line(now, Story.Kind.HELD, e.reason()));
      case RunEvent.Applied e -> story = story.withApplied(e.transactions(), e.changes());
      case RunEvent.CutoverBegan e -> newCrossing = true;
      case RunEvent.CutoverEnded e -> see(bus.projector().picture());
      case RunEvent.TablesKnown e -> {}
      case RunEvent.TableStaged e -> {}
      case RunEvent.TableBusy e -> {}
      case RunEvent.BytesCopied e -> {}
      case RunEvent.ChunkCopied e -> {}
      case RunEvent.CopyRestarted e -> {}
      case RunEvent.Received e -> {}
      case RunEvent.ReverseReceived e -> {}
      case RunEvent.ReverseApplied e -> {}
      case RunEvent.ReverseMeasured e -> {}
      case RunEvent.ReverseEnded e -> {}
      case RunEvent.BacklogMeasured e -> {}
      case RunEvent.LogMeasured e -> {}
      case RunEvent.HeldEnded e -> {}
      case RunEvent.Asked e -> {}
      case RunEvent.Guarded e -> {}
      case RunEvent.Diagnosed e -> {}
      case RunEvent.Proven e -> {}
      case RunEvent.GateTried e -> {}
      case RunEvent.StepBegan e -> {}
      case RunEvent.StepEnded e -> {}
      case RunEvent.Frozen e -> {}
      case RunEvent.WritesBlocked e -> {}
      case RunEvent.Probed e -> {}
    }
  }

  private static Story.Line line(long now, Story.Kind kind, String text) {
    return new Story.Line(now, kind, text);
  }

  /** Takes the picture in. */
  public synchronized void see(Status picture) {
    long now = clock.millis();
    story = story.withProof(picture.verify());
    marks(picture.copy(), now);
    picture.cutover().ifPresent(cutover -> crossing(picture.phase(), cutover, now));
    gathering.take(picture, now);
    Series series = served() ? after : there;
    if (gathering.ripe(series.intervalMillis(), now)) {
      Series longer = series.plus(gathering.point(picture, now));
      if (served()) {
        after = longer;
      } else {
        there = longer;
      }
    }
  }

  private void marks(Status.Copy copy, long now) {
    Story.Marks marks = story.marks();
    boolean known = copy.tables() > 0;
    long copied =
        marks.copiedMillis() == 0 && known && copy.tablesCopied() == copy.tables()
            ? now
            : marks.copiedMillis();
    long indexed =
        marks.indexedMillis() == 0 && known && copy.tablesReady() == copy.tables()
            ? now
            : marks.indexedMillis();
    if (copied != marks.copiedMillis() || indexed != marks.indexedMillis()) {
      story = story.withMarks(new Story.Marks(copied, indexed));
    }
  }

  private void crossing(PhaseName phase, Status.Cutover picture, long now) {
    List<Story.Crossing> all = new ArrayList<>(story.cutovers());
    if (newCrossing || all.isEmpty()) {
      newCrossing = false;
      boolean back = phase == PhaseName.ROLLING_BACK || phase == PhaseName.ROLLED_BACK;
      all.add(new Story.Crossing(back ? "rollback" : "cutover", now, now, picture));
    } else {
      Story.Crossing last = all.removeLast();
      Status.Cutover merged = merged(last.picture(), picture);
      if (merged.equals(last.picture())) {
        return;
      }
      all.add(new Story.Crossing(last.direction(), last.beganMillis(), now, merged));
    }
    story = story.withCutovers(all);
  }

  /** A run that took up another's cutover knows only its own part. */
  private static Status.Cutover merged(Status.Cutover before, Status.Cutover now) {
    List<Status.Step> steps = new ArrayList<>(before.steps());
    for (Status.Step step : now.steps()) {
      steps.removeIf(known -> known.name().equals(step.name()));
      steps.add(step);
    }
    return new Status.Cutover(
        Math.max(before.attempts(), now.attempts()),
        now.writeBlockMillis() > 0 ? now.writeBlockMillis() : before.writeBlockMillis(),
        steps,
        now.frozenAt().isEmpty() ? before.frozenAt() : now.frozenAt(),
        now.result().isEmpty() ? before.result() : now.result(),
        now.probe().isPresent() ? now.probe() : before.probe());
  }

  private boolean served() {
    return story.phases().stream().anyMatch(reached -> reached.phase() == PhaseName.SERVING);
  }

  /** Keeps what is new on the target, when there is something that matters or time has passed. */
  public void save() {
    if (due()) {
      write();
    }
  }

  /** Keeps everything: the run ends. */
  public void end() {
    see(bus.projector().picture());
    write();
  }

  private void write() {
    Chronicle now = now();
    store.keep(epoch, Chronicle.STORY, ChronicleJson.write(now.story()));
    store.keep(epoch, Chronicle.THERE, ChronicleJson.write(now.there()));
    if (!now.after().points().isEmpty()) {
      store.keep(epoch, Chronicle.AFTER, ChronicleJson.write(now.after()));
    }
  }

  /** Not the counters: these change all the time, and can wait. */
  private synchronized boolean due() {
    return clock.nanos() - savedNanos >= RARELY.toNanos()
        || !story.phases().equals(saved.phases())
        || !story.lines().equals(saved.lines())
        || !story.cutovers().equals(saved.cutovers())
        || !story.marks().equals(saved.marks());
  }

  private synchronized Chronicle now() {
    savedNanos = clock.nanos();
    story = story.withRun(new Story.Run(by, beganMillis, clock.millis()));
    saved = story;
    return new Chronicle(story, there, after);
  }

  @Override
  public void close() {
    bus.forget(listener);
  }
}
