// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.check.Check;
import dev.fram.api.check.Finding;
import dev.fram.api.engine.Engine;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.ServerCopy;
import dev.fram.api.error.FramException;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.MigrationSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What comes before a migration has a record, where the whole server is brought over by its own
 * means: that replaces the target's records too. Owned by the run's own thread.
 */
final class Arrival {
  private final Engine engine;
  private final RouteRequest request;
  private final MigrationSettings settings;
  private final Consumer<Finding> findings;
  private final Consumer<String> notes;

  /**
   * @param notes told what a person wants to know
   */
  Arrival(
      Engine engine,
      RouteRequest request,
      MigrationSettings settings,
      Consumer<Finding> findings,
      Consumer<String> notes) {
    this.engine = engine;
    this.request = request;
    this.settings = settings;
    this.findings = findings;
    this.notes = notes;
  }

  /**
   * Returns when the target may have a migration's record; at once where Fram copies by itself.
   *
   * @throws FramException CHECK_FAILED before anything is touched; what the copy fails with
   */
  void complete(Goal goal, StopSignal signal) {
    if (goal != Goal.MIGRATE) {
      return;
    }
    engine
        .serverCopy(request)
        .ifPresent(copy -> {
          switch (copy.stage()) {
            case UNTOUCHED -> {
              // What a try that came to nothing has left would be taken for the servers' own.
              copy.forget();
              check();
              bring(copy, signal);
            }
            case BEGUN -> bring(copy, signal);
            case DONE -> {}
          }
        });
  }

  private void bring(ServerCopy copy, StopSignal signal) {
    copy.bring(settings.retry().budget(), notes, signal::check);
  }

  /** Afterwards it is too late: the target's own content is gone. */
  private void check() {
    try (Route route = engine.open(request)) {
      List<Check> checks = new ArrayList<>(route.checks());
      if (settings.reverse().on()) {
        route.back().ifPresent(back -> checks.addAll(back.checks()));
      }
      Preparation.ask(checks, findings);
    }
  }
}
