// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.check.Finding;
import dev.fram.api.engine.Engine;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;
import dev.fram.core.concurrent.Clock;
import java.util.function.Consumer;

/**
 * One process's part in a migration. Begins or resumes whatever the target has recorded; used once.
 */
public final class MigrationRun {

  public MigrationRun(
      Engine engine, RouteRequest request, MigrationSettings settings, Clock clock) {}

  /** Called about every status interval, and at each change of phase, from Fram's own threads. */
  public void addStatusListener(Consumer<Status> listener) {}

  /** Called once for each finding of the checks. */
  public void addFindingListener(Consumer<Finding> listener) {}

  /**
   * Runs in the caller's thread until the goal is reached or {@link #stop} is called.
   *
   * @throws FramException with the exit code's category; the source is unharmed
   */
  public RunResult run(Goal goal) {
    throw new FramException(ErrorCode.INTERNAL, "Not there yet.", "");
  }

  /** Ends the run soon, from any thread; it can be resumed. */
  public void stop() {}
}
