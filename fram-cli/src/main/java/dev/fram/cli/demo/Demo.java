// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.cli.config.Switches;
import dev.fram.cli.tui.Figures;
import dev.fram.cli.tui.Picture;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.bus.Answer;
import dev.fram.core.migration.Goal;
import dev.fram.core.migration.MigrationRun;
import dev.fram.core.migration.RunResult;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.ServerException;
import dev.fram.testkit.workload.Oracle;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadStats;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One demo, from starting the servers to the proof. {@link #run} owns the caller's thread; the rest
 * may be called from any.
 */
public final class Demo {
  private static final Duration SWITCH_LIMIT = Duration.ofMinutes(1);

  private final DemoPlan plan;
  private final MigrationSettings settings;
  private final BiFunction<RouteRequest, MigrationSettings, MigrationRun> runs;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicReference<Optional<Workload>> traffic =
      new AtomicReference<>(Optional.empty());
  private final AtomicReference<Runnable> stopper;
  private final AtomicBoolean pausesCounted = new AtomicBoolean();

  /** What happens to the servers when all is shown. */
  public enum Ending {
    REMOVE,
    /** They stay up until Ctrl-C. */
    KEEP
  }

  public Demo(
      DemoPlan plan,
      MigrationSettings settings,
      BiFunction<RouteRequest, MigrationSettings, MigrationRun> runs) {
    this.plan = plan;
    this.settings = settings;
    this.runs = runs;
    Thread caller = Thread.currentThread();
    this.stopper = new AtomicReference<>(caller::interrupt);
  }

  /**
   * Does it all.
   *
   * @throws FramException as the migration itself; CANCELLED when {@link #stop} was called
   */
  public Answer run(Presenter presenter, Ending ending) {
    long begun = System.nanoTime();
    try {
      presenter.say(
          "Starting " + plan.pair().title() + " on 127.0.0.1 (the first time they are fetched)");
      try (DemoServers servers = DemoServers.start(plan.pair())) {
        presenter.say("Loading " + Figures.count(plan.rows()) + " rows and awkward types");
        servers.source().load(plan.rows());
        DemoResult result = proof(servers, presenter, begun);
        presenter.facts(result.facts());
        Answer answer = result.answer();
        if (ending == Ending.KEEP) {
          presenter.answer(answer);
          keep(servers, presenter);
          throw cancelled(null);
        }
        return answer;
      }
    } catch (SQLException | IOException | ServerException e) {
      throw failed(e);
    } catch (InterruptedException e) {
      throw cancelled(e);
    }
  }

  /** Ends it soon; servers and folders are removed. */
  public void stop() {
    stopped.countDown();
    stopper.get().run();
  }

  /** The writers, for the live screen. */
  public List<Picture.Extra> extras() {
    return traffic.get().map(Workload::stats).map(Demo::extra).stream().toList();
  }

  private static Picture.Extra extra(WorkloadStats stats) {
    return new Picture.Extra(
        "Writers",
        Figures.count(stats.acknowledged())
            + " writes acknowledged, longest pause "
            + Figures.count(stats.worstPauseMillis())
            + " ms");
  }

  private DemoResult proof(DemoServers servers, Presenter presenter, long begun)
      throws SQLException, IOException, InterruptedException {
    try (Handover handover = new Handover(servers)) {
      AddressFile address =
          new AddressFile(
              servers.file("address"), servers.source(), servers.target(), handover::hold);
      try (Workload workload = Workload.start(address, writers())) {
        traffic.set(Optional.of(workload));
        RunResult result = migrate(servers, address, presenter);
        if (result.phase() != PhaseName.SERVING) {
          throw cancelled(null);
        }
        long before = workload.stats().acknowledged();
        awaitStop();
        WorkloadStats stats = workload.stats();
        Oracle oracle = workload.stop();
        traffic.set(Optional.empty());
        return new DemoResult(
            result.status(),
            stats.worstPauseMillis(),
            stats.acknowledged() - before,
            oracle.check(servers.target()::administer),
            handover.compare(),
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
      }
    }
  }

  private WorkloadOptions writers() {
    return WorkloadOptions.standard().withWriters(plan.writers()).withRate(plan.ratePerSecond());
  }

  private RunResult migrate(DemoServers servers, AddressFile address, Presenter presenter)
      throws InterruptedException {
    RouteRequest request =
        new RouteRequest(
            servers.source().endpoint(), servers.target().endpoint(), Scope.all(), Set.of());
    MigrationSettings.Cutover cutover = settings.cutover();
    MigrationRun run =
        runs.apply(
            request,
            settings
                .withCutover(
                    new MigrationSettings.Cutover(
                        plan.cutover(),
                        cutover.writeBlockBudget(),
                        cutover.maxLag(),
                        cutover.attempts()))
                .withReverse(MigrationSettings.Reverse.off())
                .withTraffic(
                    settings
                        .traffic()
                        .withSwitches(
                            List.of(Switches.command(address.switchCommand(), SWITCH_LIMIT)))));
    run.addStatusListener(this::countPauses);
    run.addStatusListener(status ->
        presenter.show(plan.cutover() == MigrationSettings.Mode.AUTO ? alone(status) : status));
    run.addFindingListener(presenter::found);
    Runnable before = stopper.getAndSet(run::stop);
    try {
      if (stopped.getCount() == 0) {
        throw cancelled(null);
      }
      return run.run(Goal.MIGRATE);
    } finally {
      stopper.set(before);
    }
  }

  /** The demo leads on by itself: there is nothing for the user to do next. */
  private static Status alone(Status status) {
    return status.leadingTo(List.of());
  }

  /** Only the cutover's pauses are wanted: forget those of the start and the load before. */
  private void countPauses(Status status) {
    boolean cuttingOver = status.phase() == PhaseName.CUTTING_OVER;
    if (cuttingOver && pausesCounted.compareAndSet(false, true)) {
      traffic.get().ifPresent(Workload::resetPauses);
    }
  }

  private void awaitStop() throws InterruptedException {
    if (stopped.await(plan.afterwards().toMillis(), TimeUnit.MILLISECONDS)) {
      throw cancelled(null);
    }
  }

  private void keep(DemoServers servers, Presenter presenter) throws InterruptedException {
    presenter.say("");
    servers.logins().forEach(presenter::say);
    presenter.say("Both stay up until Ctrl-C.");
    stopped.await();
  }

  private FramException failed(Exception e) {
    if (stopped.getCount() == 0) {
      return cancelled(e);
    }
    return new FramException(
        e instanceof ServerException ? ErrorCode.TOOL_MISSING : ErrorCode.INTERNAL,
        "The demo's servers: " + e.getMessage(),
        "",
        e);
  }

  private static FramException cancelled(@Nullable Exception cause) {
    return new FramException(
        ErrorCode.CANCELLED, "Stopped; servers and folders are removed.", "", cause);
  }
}
