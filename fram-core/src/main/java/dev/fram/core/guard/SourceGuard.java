// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.guard;

import dev.fram.api.engine.Burden;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Within;
import dev.fram.core.run.RunParts;
import dev.fram.core.throttle.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The source comes first: looks at what Fram costs it, slows the copy, pauses it, and at the hard
 * limit lets go of the source. Each step is told. Owned by the watch thread; knows what an engine
 * calls a burden, and no server.
 */
public final class SourceGuard {
  private static final Logger LOG = LoggerFactory.getLogger(SourceGuard.class);

  /** The journal's name for letting go of the source's log. */
  public static final String GIVE_UP = "give-up-log";

  private final RunParts parts;
  private final Pace pace;
  private final Map<Burden.Kind, Ladder> ladders = new EnumMap<>(Burden.Kind.class);
  private final Map<Burden.Kind, Ladder.Step> steps = new EnumMap<>(Burden.Kind.class);

  public SourceGuard(RunParts parts, Pace pace) {
    this.parts = parts;
    this.pace = pace;
    for (Burden.Kind kind : Burden.Kind.values()) {
      ladders.put(kind, ladder(kind));
      steps.put(kind, new Ladder.Step(Rung.FREE, Ladder.Effect.UNKNOWN));
    }
  }

  /**
   * Fewer threads would only make a snapshot last longer, so a snapshot's burdens are never slowed.
   */
  private static Ladder ladder(Burden.Kind kind) {
    return switch (kind) {
      case LOG -> new Ladder(0.5, 0.7, 3);
      case FEED_AGE -> new Ladder(Ladder.NEVER, Ladder.NEVER, 0);
      case SNAPSHOT_AGE, UNDO -> new Ladder(Ladder.NEVER, 0.5, 0);
    };
  }

  /**
   * Looks once and does what is to be done, but the last: that may take its time.
   *
   * @return how to let go of the source, when nothing else helps; it ends with SOURCE_GUARDED
   */
  public List<Runnable> look() {
    List<Burden> burdens;
    try {
      burdens = parts.route().source().burdens();
    } catch (FramException e) {
      blind(e);
      return List.of();
    }
    Optional<String> told = Optional.empty();
    List<Runnable> endings = new ArrayList<>();
    Pace.Hold hold = Pace.Hold.NONE;
    for (Burden burden : burdens) {
      Bound bound = bound(burden);
      Ladder ladder = ladders.computeIfAbsent(burden.kind(), SourceGuard::ladder);
      Ladder.Step step = ladder.take(burden.amount(), bound.limit(), parts.clock().nanos());
      if (step.rung() == Rung.END) {
        endings.add(() -> end(burden, bound));
      }
      String sentence = new GuardSentence(burden, bound, ladder, work()).of(step);
      if (!step.equals(steps.put(burden.kind(), step)) && worthTelling(step)) {
        LOG.warn("{}", sentence);
        parts.bus().publish(new RunEvent.Noted(sentence));
      }
      if (step.rung() != Rung.FREE) {
        told = told.or(() -> Optional.of(sentence));
      }
      Pace.Hold wanted = hold(burden.kind(), step.done());
      hold = wanted.compareTo(hold) > 0 ? wanted : hold;
    }
    pace.hold(hold);
    parts.bus().publish(new RunEvent.Guarded(told));
    return endings;
  }

  /** Of a server that will not tell a run must not end: it would not be guarded then either. */
  private void blind(FramException e) {
    if (e.category() == ErrorCategory.TRANSIENT) {
      throw e;
    }
    String sentence = "The source is not guarded: " + e.seen();
    pace.hold(Pace.Hold.NONE);
    parts.bus().publish(new RunEvent.Noted(sentence));
    parts.bus().publish(new RunEvent.Guarded(Optional.of(sentence)));
  }

  /** That a rung helps is no news: it is what was expected. */
  private static boolean worthTelling(Ladder.Step step) {
    return step.effect() != Ladder.Effect.HELPS;
  }

  private GuardSentence.Work work() {
    return parts.bus().projector().phase() == PhaseName.COPYING
        ? GuardSentence.Work.COPY
        : GuardSentence.Work.FOLLOW;
  }

  private static Pace.Hold hold(Burden.Kind kind, Rung rung) {
    return switch (rung) {
      case FREE, END -> Pace.Hold.NONE;
      case SLOW -> Pace.Hold.HALF;
      case PAUSED ->
          switch (kind) {
            case LOG, FEED_AGE -> Pace.Hold.CHUNKS;
            case SNAPSHOT_AGE, UNDO -> Pace.Hold.SNAPSHOTS;
          };
    };
  }

  /** The nearest limit: the user's, the server's own, the disk's; ours where nobody sets one. */
  private Bound bound(Burden burden) {
    return switch (burden.kind()) {
      case LOG -> logBound(burden);
      case FEED_AGE, SNAPSHOT_AGE, UNDO ->
          new Bound(
              Math.min(
                  burden.limit().orElse(Long.MAX_VALUE),
                  parts.settings().guard().most().getOrDefault(burden.kind(), Long.MAX_VALUE)),
              Bound.By.FRAM);
    };
  }

  /** What is free may be taken by the application as well, so half of it is the most for us. */
  private Bound logBound(Burden burden) {
    Bound set = setBound(burden);
    if (burden.free().isEmpty()) {
      return set;
    }
    long room = Math.max(1, (burden.amount() + burden.free().getAsLong()) / 2);
    return room < set.limit() ? new Bound(room, Bound.By.DISK) : set;
  }

  private Bound setBound(Burden burden) {
    if (parts.settings().guard().mostLog().isPresent()) {
      long wanted = parts.settings().guard().mostLog().getAsLong();
      return burden.limit().isPresent() && burden.limit().getAsLong() < wanted
          ? new Bound(burden.limit().getAsLong(), Bound.By.SERVER)
          : new Bound(wanted, Bound.By.USER);
    }
    return burden.limit().isPresent()
        ? new Bound(burden.limit().getAsLong(), Bound.By.SERVER)
        : new Bound(
            Math.max(
                parts.settings().guard().leastLog(),
                parts.bus().projector().picture().copy().expectedBytes()),
            Bound.By.FRAM);
  }

  /** What the feed holds ends with the feed; what sessions hold ends with the run's sessions. */
  private void end(Burden burden, Bound bound) {
    GuardSentence sentence =
        new GuardSentence(
            burden, bound, ladders.computeIfAbsent(burden.kind(), SourceGuard::ladder), work());
    switch (burden.kind()) {
      case LOG -> {
        if (bound.by() != Bound.By.SERVER) {
          giveUp(sentence);
        }
      }
      case FEED_AGE -> giveUp(sentence);
      case SNAPSHOT_AGE, UNDO ->
          throw new FramException(
              ErrorCode.SOURCE_GUARDED,
              sentence.ended(),
              "All of our sessions are closed, so the source can clean up. Run the same command"
                  + " again to go on, when it is less busy; what is copied stays copied.");
    }
  }

  /**
   * What makes a source keep its log is mostly a target that does not answer, so the source is
   * freed even when the journal, which is there, cannot be written in time: the next run finds no
   * feed, and says so. A run that another one has replaced frees nothing.
   */
  private void giveUp(GuardSentence sentence) {
    Duration limit = parts.settings().retry().maxDelay();
    try {
      if (!Within.limit(limit, "give-up", () -> drop(parts, sentence.ended()))) {
        LOG.warn("the target has not answered for {}: the source is freed all the same", limit);
        parts.route().source().dropFeed();
      }
    } catch (FramException e) {
      if (e.code() == ErrorCode.FENCED) {
        throw e;
      }
      LOG.warn("the source is freed, though it could not be written down: {}", e.getMessage());
      parts.route().source().dropFeed();
    }
    throw givenUp(sentence.ended());
  }

  /**
   * A run that comes after: what an earlier one has begun to give up is given up, also when that
   * one has died in between.
   *
   * @throws FramException SOURCE_GUARDED when there is nothing to go on from any more
   */
  public static void settle(RunParts parts) {
    if (parts.journal().begun(GIVE_UP)) {
      if (!parts.journal().done(GIVE_UP)) {
        drop(parts, "An earlier run was about to give up the source's log.");
      }
      throw givenUp(parts.journal().detail(GIVE_UP).orElseThrow());
    }
  }

  private static void drop(RunParts parts, String why) {
    parts.journal().step(GIVE_UP, why, () -> parts.route().source().dropFeed());
  }

  private static FramException givenUp(String why) {
    return new FramException(
        ErrorCode.SOURCE_GUARDED,
        why,
        "The source keeps nothing for us any more, and serves as before. The changes since the copy"
            + " began are lost to us: run fram cancel and begin again, with more room (see"
            + " --max-retained-log) or when the source is less busy.");
  }
}
