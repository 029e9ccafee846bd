// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Seen;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.model.Table;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Cut;
import dev.fram.core.stream.FeedProgress;
import dev.fram.core.stream.Pipeline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Makes the target stand where a consistent read of the source stands (ALGORITHMS D2). Applying
 * stops between two batches; the source is read; what that read has certainly seen is applied, and
 * nothing else; the target is read there; applying goes on. It stands still for milliseconds. The
 * caller sees to it that nobody else sets the pace meanwhile.
 */
final class Twins {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int READS = 20;
  private static final Duration BETWEEN_READS = Duration.ofMillis(10);

  private final RunParts parts;
  private final Pipeline pipeline;

  Twins(RunParts parts, Pipeline pipeline) {
    this.parts = parts;
    this.pipeline = pipeline;
  }

  /**
   * @param standing done while nothing is applied and both sides are read
   * @return empty when the target could not be brought there: applying stands still for another
   *     reason, or is in a transaction that takes long
   */
  Optional<Twin> take(List<Table> tables, Runnable standing, StopSignal signal) {
    FeedProgress progress = pipeline.progress();
    try {
      if (!progress.pauseAtBoundary(LIMIT, signal)) {
        return Optional.empty();
      }
      long appliers = pipeline.appliers();
      Optional<SourceMoment> read = notOlderThanTheTarget(tables, signal);
      if (read.isEmpty()) {
        return Optional.empty();
      }
      SourceMoment source = read.get();
      Optional<Twin> twin = Optional.empty();
      try {
        Cut cut = new Cut(begin -> source.seen(begin) == Seen.YES, source.armedAt());
        boolean there = progress.standAtCut(cut, LIMIT, signal);
        if (there && pipeline.appliers() == appliers) {
          twin = onTarget(source, standing);
        }
        return twin;
      } finally {
        if (twin.isEmpty()) {
          source.close();
        }
      }
    } finally {
      progress.pace(FeedProgress.Pace.FULL_BATCHES);
    }
  }

  /**
   * What is on the target may not be visible on the source yet: then the read is taken again.
   * Nothing is applied meanwhile.
   */
  private Optional<SourceMoment> notOlderThanTheTarget(List<Table> tables, StopSignal signal) {
    for (int attempt = 0; attempt < READS; attempt++) {
      SourceMoment source = parts.route().source().moment(tables, Reveal.DIGESTS_ONLY);
      boolean good = false;
      try {
        good = pipeline.progress().recent().allSeen(source);
        if (good) {
          return Optional.of(source);
        }
      } finally {
        if (!good) {
          source.close();
        }
      }
      signal.pause(BETWEEN_READS);
    }
    return Optional.empty();
  }

  private Optional<Twin> onTarget(SourceMoment source, Runnable standing) {
    TargetMoment target = parts.route().target().moment(Reveal.DIGESTS_ONLY);
    boolean taken = false;
    try {
      if (!same(target.position(), pipeline.progress().durable())) {
        return Optional.empty();
      }
      standing.run();
      taken = true;
      return Optional.of(new Twin(source, target));
    } finally {
      if (!taken) {
        target.close();
      }
    }
  }

  private static boolean same(Optional<Position> one, Optional<Position> other) {
    return one.isPresent()
        && other.isPresent()
        && one.get().covers(other.get())
        && other.get().covers(one.get());
  }
}
