// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.cutover;

import dev.fram.api.change.Position;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.FeedProgress.Pace;
import dev.fram.core.stream.Pipeline;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between the hand-over and the opening: the source closes for good, and what it took until then is
 * brought to the target. Only when the sealed position is durable on the target, with the schema
 * finished, does this return. Runs in the run's own thread; may be done again after a crash.
 */
public final class Sealing {
  public static final String NAME = "seal-source";
  private static final Logger LOG = LoggerFactory.getLogger(Sealing.class);
  private static final Duration UNLIMITED = Duration.ofDays(3650);

  private final RunParts parts;
  private final Optional<RunParts> other;
  private final Pipeline pipeline;
  private final Runnable stream;
  private final StopSignal signal;

  /**
   * @param other the other direction, which may have been made ready
   * @param stream lets changes flow to the target, where they do not flow yet
   */
  public Sealing(
      RunParts parts,
      Optional<RunParts> other,
      Pipeline pipeline,
      Runnable stream,
      StopSignal signal) {
    this.parts = parts;
    this.other = other;
    this.pipeline = pipeline;
    this.stream = stream;
    this.signal = signal;
  }

  /** For the first time: the target's schema is finished, so no change may be applied to it. */
  void run() {
    Optional<Position> sealed = parts.route().source().seal(parts.journal().epoch());
    if (sealed.isEmpty()) {
      return;
    }
    pipeline.progress().pace(Pace.HOLD);
    stream.run();
    if (pipeline.progress().awaitWithoutChanges(sealed.get(), signal)) {
      pipeline.progress().pace(Pace.HOLD);
    } else {
      drain(sealed.get());
    }
  }

  /** An attempt broke off: nobody knows whether the schema is finished, so it is taken back. */
  void resume() {
    Optional<Position> sealed = parts.route().source().seal(parts.journal().epoch());
    if (sealed.isPresent()) {
      pipeline.progress().pace(Pace.HOLD);
      stream.run();
      drain(sealed.get());
    }
  }

  private void drain(Position sealed) {
    LOG.info("{}: applying what the source took until {}", NAME, sealed.text());
    long epoch = parts.journal().epoch();
    parts.route().schema().undoFinish(epoch);
    pipeline.progress().pace(Pace.AT_ONCE);
    pipeline.progress().awaitDurable(sealed, UNLIMITED, signal);
    pipeline.progress().pace(Pace.HOLD);
    parts.route().schema().prepareFinish(epoch);
    parts.route().schema().finish(epoch);
    // What was applied just now must not come back as a change of the applications'.
    other
        .filter(next -> ReturnFeed.noted(parts).isPresent())
        .ifPresent(next -> NoteReturn.note(parts, next));
  }
}
