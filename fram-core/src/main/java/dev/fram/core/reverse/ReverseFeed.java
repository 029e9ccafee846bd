// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.reverse;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Retention;
import dev.fram.api.engine.Source;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.WorkerGroup;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.FeedProgress;
import dev.fram.core.stream.Pipeline;
import dev.fram.core.verify.Ledger;
import dev.fram.core.verify.Verification;
import java.time.Duration;
import java.util.List;

/**
 * Brings the new server's writes to the old one: the same pipeline as on the way there, with the
 * two servers exchanged, and the same comparison of every row. Begun only when nothing moves the
 * other way any more. Its threads are the group's that it is given; the rest is the run's own
 * thread's.
 */
public final class ReverseFeed {
  /** How long the traffic waits for a sign of life before it is switched. */
  private static final Duration ALIVE = Duration.ofSeconds(5);

  private static final Duration LOOK = Duration.ofMillis(20);

  private final RunParts back;
  private final Pipeline pipeline;
  private final Verification verification;
  private final long until;
  private final Retries retries;
  private long measuredNanos;
  private long lookedNanos;
  private long retainedBytes = -1;

  /**
   * @param back the way back's parts
   * @param until when the window ends, in milliseconds since 1970
   */
  public ReverseFeed(RunParts back, List<Table> tables, long until) {
    Ledger ledger = new Ledger(back.settings().verify().ledgerKeys());
    this.back = back;
    this.pipeline = new Pipeline(back, ledger);
    this.verification = new Verification(back, pipeline, ledger, tables);
    this.until = until;
    this.retries = back.retries();
    long now = back.clock().nanos();
    this.measuredNanos = now - back.settings().rhythm().status().toNanos();
    this.lookedNanos = now - back.settings().rhythm().watch().toNanos();
  }

  public RunParts parts() {
    return back;
  }

  public Pipeline pipeline() {
    return pipeline;
  }

  public Verification verification() {
    return verification;
  }

  /** Begins to apply. */
  public void start(WorkerGroup workers) {
    pipeline.follow();
    StopSignal signal = workers.signal();
    workers.start("reverse", () -> run(signal));
  }

  private void run(StopSignal signal) {
    try {
      pipeline.run(signal);
    } catch (FramException e) {
      throw e.category() == ErrorCategory.DIVERGENCE ? cannotTake(e) : e;
    }
  }

  /** Somebody has changed the old server (ALGORITHMS E4, row 12). */
  private FramException cannotTake(FramException e) {
    String served = back.route().source().server().name();
    return new FramException(
        e.code(),
        e.seen()
            + " The way back stands still there. "
            + served
            + " goes on serving; to go back now would lose what it has taken since.",
        "fram verify shows the rows. Put them right on the old server and run fram migrate: it goes"
            + " on where it stood, for as long as "
            + served
            + " keeps its log. Or do without a way back: fram complete.",
        e);
  }

  /** The same, but nothing is applied until {@link #prove} lets it. */
  public void startOnHold(WorkerGroup workers) {
    pipeline.progress().pace(FeedProgress.Pace.HOLD);
    start(workers);
  }

  /** Begins to compare both sides, for as long as the workers live. */
  public void compare(WorkerGroup workers) {
    if (verification.on()) {
      verification.begin(workers.signal());
      for (int i = 1; i <= back.settings().verify().jobs(); i++) {
        workers.start("verify-back-" + i, () -> verification.work(workers.signal()));
      }
    }
  }

  /**
   * A marker written on the new server comes to the old one by the feed, and is durable there with
   * the position that it leads to. The target is open by now and the hand-over cannot be taken
   * back: a way back that shows no life is told, and holds nobody up for longer.
   */
  public void prove(StopSignal signal) {
    boolean alive = false;
    String why = "";
    try {
      pipeline.progress().pace(FeedProgress.Pace.AT_ONCE);
      Position marker = back.route().source().mark();
      alive = pipeline.progress().awaitDurable(marker, ALIVE, signal);
    } catch (FramException e) {
      why = " (" + e.seen() + ")";
    } finally {
      pipeline.progress().pace(FeedProgress.Pace.FULL_BATCHES);
    }
    if (!alive) {
      note(
          "The way back has shown no sign of life within "
              + ALIVE.toSeconds()
              + " s"
              + why
              + "; fram status shows whether it comes.");
    }
  }

  /** Waits until the old server is close behind the new one, and every row was compared once. */
  public void catchUp(StopSignal signal) {
    Position marker = back.route().source().mark();
    pipeline.progress().awaitDurable(marker, Duration.ofDays(3650), signal);
    while (pipeline.lag().millis() > back.settings().cutover().maxLag().toMillis()) {
      signal.pause(LOOK);
    }
    verification.awaitVerdicts(signal);
  }

  /** What would be waited for now before anything is frozen. */
  public String plan() {
    return "catch-up: the old server is "
        + pipeline.lag().millis()
        + " ms behind; "
        + (verification.complete()
            ? "every row was compared"
            : "would wait until every row was compared");
  }

  public boolean over() {
    return back.clock().millis() >= until;
  }

  /**
   * Tells how far it is, and looks after the new server's log.
   *
   * @throws FramException LOG_LOST, or a transient code that has outlasted its budget
   */
  public void watch(StopSignal signal) {
    try {
      long now = back.clock().nanos();
      if (now - lookedNanos >= back.settings().rhythm().watch().toNanos()) {
        lookedNanos = now;
        look();
      }
      if (now - measuredNanos >= back.settings().rhythm().status().toNanos()) {
        measuredNanos = now;
        measure();
      }
      retries.progress();
    } catch (FramException e) {
      if (e.category() != ErrorCategory.TRANSIENT) {
        throw e;
      }
      signal.pause(retries.after(e));
    }
  }

  /** What it is now, also before anything is known of it. */
  private void measure() {
    Source source = back.route().source();
    long lag = pipeline.progress().durable().map(source::lagBytes).orElse(-1L);
    back.bus()
        .publish(
            new RunEvent.ReverseMeasured(
                lag,
                pipeline.lag().millis(),
                retainedBytes,
                Math.max(0, until - back.clock().millis())));
  }

  private void look() {
    Source source = back.route().source();
    pipeline.lag().measure(source::clockMillis);
    Retention retention = source.retention();
    retainedBytes = retention.retainedBytes();
    switch (retention.state()) {
      case FINE -> {}
      case ENDANGERED -> note("The new server may drop the way back's log: " + retention.detail());
      case LOST ->
          throw new FramException(
              ErrorCode.LOG_LOST,
              source.server().name()
                  + " no longer has the log that the way back needs: "
                  + retention.detail()
                  + ".",
              "The new server goes on serving, but there is no way back any more; fram complete"
                  + " ends the migration.");
    }
  }

  private void note(String text) {
    back.bus().publish(new RunEvent.Noted(text));
  }
}
