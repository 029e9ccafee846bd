// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.reverse;

import dev.fram.api.engine.StrayFeed;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.concurrent.WorkerGroup;
import dev.fram.core.run.RunParts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for writes on the old server after the hand-over: they are on no other server, and nothing
 * brings them over. Each is kept in a file and raises an alarm. A tripwire that cannot be read is
 * told and tried again; it never ends the run, whose data moves without it. Its thread is the
 * group's that it is given; the rest is the run's own thread's.
 */
public final class Tripwire {
  /** The step that keeps the newest alarm in the journal. */
  public static final String STEP = "stray-writes";

  private static final Logger LOG = LoggerFactory.getLogger(Tripwire.class);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration AGAIN = Duration.ofSeconds(10);
  private static final int AT_ONCE = 1000;
  private static final int NAMED = 5;

  /** What a script that runs wild fills at most; its rows are counted from there on. */
  private static final long MOST_BYTES = 1L << 30;

  private final RunParts there;
  private final List<Table> tables;
  private final Map<TableId, Long> found = new TreeMap<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private Optional<StopSignal> running = Optional.empty();
  private long lost;
  private int journalled;

  /**
   * @param there the parts of the way on which the old server has handed over
   */
  public Tripwire(RunParts there, List<Table> tables) {
    this.there = there;
    this.tables = tables;
  }

  /**
   * Before anything comes back to the old server: from now on what Fram brings there can be told
   * from everything else.
   */
  public void set() {
    there
        .journal()
        .detail(STEP)
        .ifPresent(before -> there.bus().publish(new RunEvent.Alarmed(STEP, before)));
    try {
      there.route().source().prepareStrays(tables);
    } catch (FramException e) {
      note(e);
    }
  }

  /** Begins to look. */
  public void start(WorkerGroup workers) {
    StopSignal own = workers.signal().child();
    running = Optional.of(own);
    workers.start(
        "strays",
        () -> {
          try {
            look(own);
          } finally {
            ended.countDown();
          }
        });
  }

  /** Returns when nothing looks any more, and nothing is kept on the old server for it. */
  public void remove() {
    if (running.isPresent()) {
      running.get().raise();
      await();
    }
    there.route().source().dropStrays();
  }

  private void await() {
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Stopped();
    }
  }

  /** Ends by the signal, and at once where the engine knows no tripwire. */
  private void look(StopSignal signal) {
    while (!signal.raised()) {
      try {
        Optional<StrayFeed> opened = there.route().source().openStrays(tables);
        if (opened.isEmpty()) {
          return;
        }
        try (StrayFeed feed = opened.get()) {
          read(feed, signal);
        }
      } catch (FramException e) {
        if (!signal.raised()) {
          note(e);
          startAnew(e);
        }
        pause(signal);
      }
    }
  }

  /** What the server has dropped is made anew; what lies between is not seen, and that is told. */
  private void startAnew(FramException e) {
    if (e.code() == ErrorCode.LOG_LOST) {
      try {
        there.route().source().dropStrays();
      } catch (FramException second) {
        LOG.debug("what looked for stray writes could not be removed: {}", second.getMessage());
      }
    }
  }

  private static void pause(StopSignal signal) {
    try {
      signal.pause(AGAIN);
    } catch (Stopped e) {
      // It may have been raised for this thread alone: the others go on.
      LOG.debug("the tripwire ends");
    }
  }

  private void read(StrayFeed feed, StopSignal signal) {
    while (!signal.raised()) {
      Optional<StrayFeed.Stray> stray = feed.poll(LOOK);
      if (stray.isPresent()) {
        keep(feed, stray.get());
      }
      feed.kept();
    }
  }

  /** As many as there are at once, then the file is forced and the alarm raised. */
  private void keep(StrayFeed feed, StrayFeed.Stray first) {
    Optional<StrayFeed.Stray> stray = Optional.of(first);
    try (RescueFile file = RescueFile.open(folder(), MOST_BYTES)) {
      for (int n = 0; stray.isPresent(); n++) {
        if (!file.append(stray.get().line())) {
          lost++;
        }
        found.merge(stray.get().table(), 1L, Long::sum);
        stray = n < AT_ONCE ? feed.poll(Duration.ZERO) : Optional.empty();
      }
      file.force();
    }
    alarm();
  }

  private void alarm() {
    String alarm = words();
    LOG.error("{}", alarm);
    there.bus().publish(new RunEvent.Alarmed(STEP, alarm));
    if (found.size() > journalled) {
      // One entry for each table that joins: a storm of rows must not fill the journal.
      journalled = found.size();
      there.journal().step(STEP, () -> alarm);
    }
  }

  private String words() {
    long rows = found.values().stream().mapToLong(Long::longValue).sum();
    String where =
        found.entrySet().stream()
            .limit(NAMED)
            .map(e -> e.getKey() + " (" + e.getValue() + ")")
            .collect(Collectors.joining(", "));
    return there.route().source().server().name()
        + " has handed over, and somebody got past its closed gate: "
        + rows
        + (rows == 1 ? " stray write" : " stray writes")
        + " seen by this run, in "
        + where
        + (found.size() > NAMED ? ", and " + (found.size() - NAMED) + " more tables" : "")
        + ". They are on no other server; this machine keeps them in "
        + RescueFile.in(folder())
        + (lost > 0 ? ", which is full: " + lost + " are in no file" : "")
        + ". Stop whoever writes there, then bring them over by hand.";
  }

  private Path folder() {
    return there.settings().stream().backlogFolder().resolve(there.route().id().value());
  }

  private void note(FramException e) {
    there
        .bus()
        .publish(
            new RunEvent.Noted(
                "Nobody looks for stray writes on the old server for a while, and those until then"
                    + " may go unseen: "
                    + e.seen()));
  }
}
