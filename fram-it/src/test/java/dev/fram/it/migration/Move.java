// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.Engine;
import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableOptions;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.Goal;
import dev.fram.core.migration.MigrationRun;
import dev.fram.core.migration.RunResult;
import dev.fram.core.run.MigrationSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** One migration of one database of a {@link Pair}, run inside this JVM. */
final class Move implements AutoCloseable {
  private static final Duration LIMIT =
      Duration.ofSeconds(Integer.getInteger("fram.move.seconds", 120));

  /** Lets every migration of MySQL in these tests go by replication. */
  private static final boolean NATIVE = "native".equals(System.getProperty("fram.feed"));

  private final RouteRequest request;
  private final MigrationRun run;
  private final AtomicReference<@Nullable Status> last = new AtomicReference<>();
  private @Nullable CompletableFuture<RunResult> result;

  Move(Pair pair, String database, MigrationSettings settings) {
    this(pair, database, settings, Scope.all());
  }

  Move(Pair pair, String database, MigrationSettings settings, Scope scope) {
    this(pair, database, settings, scope, TableOptions.none());
  }

  Move(Pair pair, String database, MigrationSettings settings, TableOptions options) {
    this(pair, database, settings, Scope.all(), options);
  }

  private Move(
      Pair pair, String database, MigrationSettings settings, Scope scope, TableOptions options) {
    this(
        new RouteRequest(
            pair.sourceEndpoint(database),
            pair.targetEndpoint(database),
            scope,
            Set.of(),
            options,
            DdlPolicy.ASK),
        settings);
  }

  /** Between other addresses than the servers' own: through a network that can be cut. */
  Move(RouteRequest request, MigrationSettings settings) {
    this.request = request.source().scheme().equals("mysql") && NATIVE ? replica(request) : request;
    run =
        new MigrationRun(engine(request.source().scheme()), this.request, settings, Clock.system());
    run.addStatusListener(last::set);
  }

  /** The same, but that the target follows by its own replication. */
  static RouteRequest replica(RouteRequest request) {
    TableOptions options = request.tableOptions();
    return new RouteRequest(
        request.source(),
        request.target(),
        request.scope(),
        request.schemaOptions(),
        new TableOptions(options.identityFull(), options.copyAtCutover(), TableOptions.States.ONE),
        request.ddlPolicy(),
        request.providerAccounts(),
        Optional.of(new NativeFeed(Optional.empty())));
  }

  /** The one that answers to the source's scheme. */
  Engine engine() {
    return engine(request.source().scheme());
  }

  static Engine engine(String scheme) {
    return ServiceLoader.load(Engine.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(e -> e.schemes().contains(scheme))
        .findFirst()
        .orElseThrow();
  }

  static MigrationSettings settings(MigrationSettings.Mode mode) {
    MigrationSettings defaults = MigrationSettings.defaults();
    MigrationSettings.Cutover c = defaults.cutover();
    return defaults.withCutover(
        new MigrationSettings.Cutover(mode, c.writeBlockBudget(), c.maxLag(), c.attempts()));
  }

  /** Runs to the end in this thread. */
  RunResult finish() {
    return run.run(Goal.MIGRATE);
  }

  /** Runs in a thread of its own. */
  Move begin() {
    CompletableFuture<RunResult> future = new CompletableFuture<>();
    result = future;
    Thread.ofPlatform()
        .name("migration")
        .start(() -> {
          try {
            future.complete(run.run(Goal.MIGRATE));
          } catch (Throwable e) {
            future.completeExceptionally(e);
          }
        });
    return this;
  }

  /** Waits for a phase; fails at once when the run fails. */
  void awaitPhase(PhaseName phase) {
    try {
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> {
            if (future().isCompletedExceptionally()) {
              future().join();
            }
            Status status = last.get();
            return status != null && status.phase().compareTo(phase) >= 0;
          });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("not " + phase + " in " + LIMIT + "; last: " + last.get(), e);
    }
  }

  RunResult awaitEnd() {
    try {
      return future().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failed) {
        throw failed;
      }
      throw new AssertionError("the migration failed", e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("the migration did not end; last: " + last.get(), e);
    }
  }

  Status status() {
    Status status = last.get();
    assertThat(status).isNotNull();
    return java.util.Objects.requireNonNull(status);
  }

  /** Whether the run is over, however it went. */
  boolean ended() {
    return future().isDone();
  }

  /** Whether it is there now; fails at once when the run has failed. */
  boolean hasPhase(PhaseName phase) {
    if (future().isCompletedExceptionally()) {
      future().join();
    }
    Status status = last.get();
    return status != null && status.phase() == phase;
  }

  RouteRequest request() {
    return request;
  }

  /**
   * Asserts, table by table, that both sides hold the same rows; neither side may be written to.
   */
  int assertEqualTables() {
    int compared = 0;
    try (Route route = engine().open(request)) {
      for (Table table : route.source().tables()) {
        if (table.transfer() != Table.Transfer.DEFINITION_ONLY) {
          assertThat(route.target().digest(table.id()))
              .as("digest of %s", table.id())
              .isEqualTo(route.source().digest(table.id()));
          compared++;
        }
      }
    }
    return compared;
  }

  @Override
  public void close() {
    run.stop();
    CompletableFuture<RunResult> running = result;
    if (running != null) {
      running.handle((r, e) -> r).orTimeout(60, TimeUnit.SECONDS).join();
    }
  }

  private CompletableFuture<RunResult> future() {
    return java.util.Objects.requireNonNull(result, "not begun");
  }
}
