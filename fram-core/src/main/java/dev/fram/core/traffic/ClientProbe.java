// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.traffic;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;
import dev.fram.api.traffic.ClientPath;
import dev.fram.api.traffic.ClientPath.Side;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.concurrent.WorkerGroup;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client sees of a cutover: one thread writes and one reads, every few milliseconds, by the
 * applications' own way, from before the freeze until the target has answered. Owned by the run's
 * own thread; each of its threads owns one session.
 */
public final class ClientProbe implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClientProbe.class);
  private static final Duration INTERVAL = Duration.ofMillis(5);
  private static final Duration AFTER_FAILURE = Duration.ofMillis(20);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final long UNKNOWN = -1;
  private static final long PUBLISH_NANOS = 250_000_000L;

  private final Optional<ClientPath> path;
  private final EventBus bus;
  private final Clock clock;
  private final Track writes = new Track();
  private final Track reads = new Track();
  private Optional<WorkerGroup> workers = Optional.empty();
  private final AtomicBoolean whole = new AtomicBoolean();

  /** One thread's work: what it measures, its session, and who answered last. */
  private static final class Track {
    final AtomicReference<GapMeter> meter = new AtomicReference<>(new GapMeter());
    final AtomicReference<Optional<ClientPath.Session>> session =
        new AtomicReference<>(Optional.empty());
    final AtomicReference<Optional<Side>> side = new AtomicReference<>(Optional.empty());
  }

  /**
   * @param path empty when no probe is wanted: then nothing here does anything
   */
  public ClientProbe(Optional<ClientPath> path, EventBus bus, Clock clock) {
    this.path = path;
    this.bus = bus;
    this.clock = clock;
  }

  public boolean running() {
    return workers.isPresent();
  }

  /** The path's name for people; empty when no probe is wanted. */
  public String name() {
    return path.map(ClientPath::name).orElse("");
  }

  /** What it would do; goes the path once, and writes nothing. */
  public String plan() {
    if (path.isEmpty()) {
      return "no probe is set (--probe); what a client sees is not measured";
    }
    try {
      path.get().connect().close();
      return "would write and read through " + name();
    } catch (FramException e) {
      return "would be refused: " + e.seen();
    }
  }

  /**
   * Makes the probe's table on both sides, before the write gate is asked what to close.
   *
   * @throws FramException CUTOVER_UNDONE
   */
  public void prepare() {
    try {
      path.ifPresent(ClientPath::prepare);
    } catch (FramException e) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          "Probe " + name() + ": " + e.seen(),
          "Give Fram and the probe's login what is named, or leave out --probe.",
          e);
    }
  }

  /**
   * Begins, and returns when both threads have been answered by the source.
   *
   * @throws FramException CUTOVER_UNDONE when they are not, or by the wrong server
   */
  public void begin(Duration limit) {
    if (path.isEmpty()) {
      return;
    }
    start(path.get(), true);
    boolean answered = await(limit, () -> side(writes).isPresent() && side(reads).isPresent());
    boolean right =
        side(writes).equals(side(reads)) && side(reads).equals(Optional.of(Side.SOURCE));
    if (!answered || !right) {
      String seen =
          answered
              ? "leads to the target already"
              : "gave no answer within " + limit.toMillis() + " ms" + lastFailure();
      close();
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          "Probe " + name() + ": the path " + seen + ".",
          "--probe is the address and login that the applications use.");
    }
  }

  /**
   * After the traffic was switched: waits until both threads are answered by the target. A run that
   * resumed after the hand-over begins the probe for this: the time that clients have waited by
   * then is not measured, and not called short.
   *
   * @return what is wrong, when the target does not answer
   */
  public Optional<FramException> arrive(Duration limit) {
    if (path.isEmpty()) {
      return Optional.empty();
    }
    if (workers.isEmpty()) {
      try {
        prepare();
        start(path.get(), false);
      } catch (FramException e) {
        return Optional.of(elsewhere(e.seen()));
      }
    }
    boolean arrived =
        await(
            limit,
            () ->
                side(writes).equals(Optional.of(Side.TARGET))
                    && side(reads).equals(Optional.of(Side.TARGET)));
    Optional<FramException> wrong =
        arrived
            ? Optional.empty()
            : Optional.of(
                elsewhere(
                    "no write came to the target within "
                        + limit.toMillis()
                        + " ms"
                        + lastFailure()));
    close();
    return wrong;
  }

  /** Ends it; what it has measured stays in the picture. */
  @Override
  public void close() {
    if (workers.isPresent()) {
      publish();
      WorkerGroup group = workers.get();
      workers = Optional.empty();
      group.signal().raise();
      abort();
      group.close();
    }
  }

  /**
   * @param beforeTheFreeze what it measures is all of what a client sees
   */
  private void start(ClientPath way, boolean beforeTheFreeze) {
    whole.set(beforeTheFreeze);
    for (Track track : new Track[] {writes, reads}) {
      track.meter.set(new GapMeter());
      track.side.set(Optional.empty());
    }
    WorkerGroup group = new WorkerGroup(new StopSignal(), this::abort);
    workers = Optional.of(group);
    group.start("probe-write", () -> work(way, writes, ClientPath.Session::write, group.signal()));
    group.start("probe-read", () -> work(way, reads, session -> {}, group.signal()));
  }

  private interface Act {
    void on(ClientPath.Session session);
  }

  private void work(ClientPath way, Track track, Act act, StopSignal signal) {
    long published = clock.nanos();
    while (!signal.raised()) {
      try (ClientPath.Session session = way.connect()) {
        track.session.set(Optional.of(session));
        while (!signal.raised()) {
          act.on(session);
          long written = clock.nanos();
          Side side = session.read();
          track.meter.get().success(track == writes ? written : clock.nanos());
          track.side.set(Optional.of(side));
          if (clock.nanos() - published > PUBLISH_NANOS) {
            published = clock.nanos();
            publish();
          }
          signal.pause(INTERVAL);
        }
      } catch (FramException e) {
        if (!signal.raised()) {
          track.meter.get().failure(e.code().name());
          LOG.debug("probe {}: {}", way.name(), e.seen());
          signal.pause(AFTER_FAILURE);
        }
      }
    }
  }

  private void abort() {
    writes.session.getAndSet(Optional.empty()).ifPresent(ClientPath.Session::close);
    reads.session.getAndSet(Optional.empty()).ifPresent(ClientPath.Session::close);
  }

  private void publish() {
    long now = clock.nanos();
    GapMeter written = writes.meter.get();
    GapMeter read = reads.meter.get();
    bus.publish(
        new RunEvent.Probed(
            new Status.Probe(
                name(),
                written.successes(),
                read.successes(),
                whole.get() ? written.longestMillis(now) : UNKNOWN,
                whole.get() ? read.longestMillis(now) : UNKNOWN,
                written.failures(),
                read.failures(),
                lastFailureWord())));
  }

  private boolean await(Duration limit, BooleanSupplier condition) {
    long began = clock.nanos();
    StopSignal pause = new StopSignal();
    while (!condition.getAsBoolean()) {
      if (clock.nanos() - began > limit.toNanos()) {
        return false;
      }
      try {
        pause.pause(LOOK);
      } catch (Stopped e) {
        return false;
      }
    }
    return true;
  }

  private static Optional<Side> side(Track track) {
    return track.side.get();
  }

  private String lastFailure() {
    String word = lastFailureWord();
    return word.isEmpty() ? "" : " (last failure: " + word + ")";
  }

  private String lastFailureWord() {
    String write = writes.meter.get().lastFailure();
    return write.isEmpty() ? reads.meter.get().lastFailure() : write;
  }

  private FramException elsewhere(String seen) {
    return new FramException(
        ErrorCode.HOOK_FAILED,
        "Probe " + name() + ": the target is open, but by the applications' path " + seen + ".",
        "Look where that path leads; the source is closed.");
  }
}
