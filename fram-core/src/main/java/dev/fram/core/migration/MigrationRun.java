// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.check.Finding;
import dev.fram.api.engine.Engine;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.api.status.TableProgress;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.bus.StatusProjector;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.Stopped;
import dev.fram.core.run.MigrationSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process's part in a migration. Begins or resumes whatever the target has recorded; used once.
 * A transient failure that no part could settle ends the attempt, and the next one resumes as if
 * the process had been started again: there is one way to come back, and it is always used.
 */
public final class MigrationRun {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationRun.class);
  private static final String HELD_BY = "run";

  private final Engine engine;
  private final RouteRequest request;
  private final MigrationSettings settings;
  private final Clock clock;
  private final EventBus bus;
  private final CopyOnWriteArrayList<Consumer<Status>> statusListeners =
      new CopyOnWriteArrayList<>();
  private final CopyOnWriteArrayList<Consumer<Finding>> findingListeners =
      new CopyOnWriteArrayList<>();
  private final AtomicReference<Orders> orders = new AtomicReference<>(new Orders(Goal.MIGRATE));

  /** What was said of the last failure; the run's own thread's. */
  private String told = "";

  public MigrationRun(
      Engine engine, RouteRequest request, MigrationSettings settings, Clock clock) {
    this.engine = engine;
    this.request = request;
    this.settings = settings;
    this.clock = clock;
    this.bus = new EventBus(new StatusProjector(clock));
    bus.listen(this::showPhase);
  }

  /** Called about every status interval, at each phase and at the end, from Fram's own threads. */
  public void addStatusListener(Consumer<Status> listener) {
    statusListeners.add(listener);
  }

  /** Called once for each finding of the checks. */
  public void addFindingListener(Consumer<Finding> listener) {
    findingListeners.add(listener);
  }

  /** How far each table is, at any moment and from any thread. */
  public List<TableProgress> tables() {
    return bus.projector().tables();
  }

  /**
   * Runs in the caller's thread until the goal is reached or {@link #stop} is called.
   *
   * @throws FramException with the exit code's category; the source is unharmed
   */
  public RunResult run(Goal goal) {
    try {
      return attempts(goal);
    } catch (FramException e) {
      throw Resolution.maybeOpen(e) ? askedInstead(e) : e;
    }
  }

  /** A run that is started again ends with the same question until it is answered. */
  private FramException askedInstead(FramException e) {
    try {
      Optional<OpenQuestion> open = Resolution.open(engine, request);
      open.ifPresent(question -> bus.publish(new RunEvent.Asked(question.words())));
      show(bus.projector().picture());
      return open.map(question -> Resolution.asked(question, e)).orElse(e);
    } catch (FramException second) {
      e.addSuppressed(second);
      return e;
    }
  }

  private RunResult attempts(Goal goal) {
    Orders mine = new Orders(goal);
    orders.getAndSet(mine).ending().ifPresent(mine::end);
    Retries retries =
        new Retries(
            clock,
            settings.retry().budget(),
            settings.retry().firstDelay(),
            settings.retry().maxDelay());
    Attempt attempt = new Attempt(engine, request, settings, clock, bus);
    PhaseName last = bus.projector().phase();
    while (true) {
      long began = clock.nanos();
      try {
        PhaseName phase = attempt.run(mine, this::found, this::show);
        show(bus.projector().picture());
        return new RunResult(phase, bus.projector().picture());
      } catch (FramException e) {
        if (last != bus.projector().phase()
            || clock.nanos() - began > 2 * settings.retry().maxDelay().toNanos()) {
          retries.progress();
        }
        last = bus.projector().phase();
        if (!wait(e, attempt, retries, mine)) {
          return new RunResult(last, bus.projector().picture());
        }
      }
    }
  }

  /** Ends the run soon, from any thread; it can be resumed. */
  public void stop() {
    orders.get().end(Orders.Ending.STOP);
  }

  /** Returns false when somebody wants the run to stop meanwhile. */
  private boolean wait(FramException e, Attempt attempt, Retries retries, Orders mine) {
    if (!attempt.everLeased() || e.code() == ErrorCode.CUTOVER_UNDONE) {
      throw e;
    }
    Duration delay;
    if (e.category() == ErrorCategory.HELD) {
      delay = settings.rhythm().held();
      bus.publish(new RunEvent.Held(HELD_BY, e.getMessage()));
      show(bus.projector().picture());
    } else {
      delay = retries.after(attempt.sameAsBefore(e));
      if (mine.ending().isEmpty()) {
        tell(e);
      }
    }
    LOG.warn("the run resumes in {} ms after: {}", delay.toMillis(), e.getMessage());
    StopSignal pause = new StopSignal();
    if (mine.ending().filter(x -> x != Orders.Ending.STOP).isEmpty()) {
      mine.attach(pause);
    }
    try {
      pause.pause(delay);
      return true;
    } catch (Stopped s) {
      return mine.ending().filter(x -> x == Orders.Ending.STOP).isEmpty();
    } finally {
      bus.publish(new RunEvent.HeldEnded(HELD_BY));
    }
  }

  /** Whoever looks at the screen sees nothing move, and no log. Once, however often it is tried. */
  private void tell(FramException e) {
    if (!told.equals(e.getMessage())) {
      told = e.getMessage();
      bus.publish(new RunEvent.Noted("The run tries again by itself: " + told));
      show(bus.projector().picture());
    }
  }

  private void showPhase(RunEvent event) {
    if (event instanceof RunEvent.PhaseReached) {
      show(bus.projector().picture());
    }
  }

  private void found(Finding finding) {
    findingListeners.forEach(l -> l.accept(finding));
  }

  private void show(Status status) {
    statusListeners.forEach(l -> l.accept(status));
  }
}
