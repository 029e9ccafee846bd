// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What another process can see and ask of a migration: it needs nothing but the two URIs. When a
 * run is going on it does the asking; when none is, this does the work itself by resuming.
 */
public final class MigrationClient {

  public MigrationClient(
      Engine engine, RouteRequest request, MigrationSettings settings, Clock clock) {}

  /** The newest published picture; empty when the target knows of no migration. Reads only. */
  public Optional<View> status() {
    throw new FramException(ErrorCode.INTERNAL, "Not there yet.", "");
  }

  /** Cuts over and waits for the result. */
  public Answer cutover(Consumer<Status> watcher) {
    throw new FramException(ErrorCode.INTERNAL, "Not there yet.", "");
  }

  /** What a cutover would do now; needs a run that is going on. */
  public Answer cutoverDryRun() {
    throw new FramException(ErrorCode.INTERNAL, "Not there yet.", "");
  }

  /** Gives up, leaving no trace. */
  public Answer cancel(Consumer<Status> watcher) {
    throw new FramException(ErrorCode.INTERNAL, "Not there yet.", "");
  }

  /** Ends the run that is going on; it can be resumed. */
  public Answer stop() {
    throw new FramException(ErrorCode.INTERNAL, "Not there yet.", "");
  }

  /** After the cutover: removes what Fram made. */
  public Answer complete(Consumer<Status> watcher) {
    throw new FramException(ErrorCode.INTERNAL, "Not there yet.", "");
  }

  /**
   * @param status the picture
   * @param ageMillis how old it is
   * @param running whether a run publishes it still
   */
  public record View(Status status, long ageMillis, boolean running) {}
}
