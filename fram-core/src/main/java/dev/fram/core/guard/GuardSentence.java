// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.guard;

import dev.fram.api.engine.Burden;
import dev.fram.core.figures.Amount;

/** Says what is kept on the source, and what is done about it. Stateless. */
final class GuardSentence {
  private final Burden burden;
  private final Bound bound;
  private final Ladder ladder;
  private final Work work;

  /** What the run is busy with. */
  enum Work {
    COPY,
    FOLLOW
  }

  GuardSentence(Burden burden, Bound bound, Ladder ladder, Work work) {
    this.burden = burden;
    this.bound = bound;
    this.ladder = ladder;
    this.work = work;
  }

  String of(Ladder.Step step) {
    return "The source "
        + kept()
        + ", "
        + percent()
        + " of "
        + amount(bound.limit())
        + setBy()
        + ": "
        + done(step)
        + ".";
  }

  /** Why it is over. */
  String ended() {
    return "The source "
        + kept()
        + ", and "
        + amount(bound.limit())
        + setBy()
        + " is the limit"
        + switch (burden.kind()) {
          case LOG, FEED_AGE -> ": we have given up " + burden.holder() + ".";
          case SNAPSHOT_AGE, UNDO -> ": the run has ended.";
        };
  }

  private String done(Ladder.Step step) {
    if (step.rung() == Rung.FREE) {
      return "that is harmless; nothing is held back";
    }
    if (work == Work.FOLLOW && snapshots()) {
      return "it ends with the comparison that is going on; at the limit the run ends, and can be"
          + " resumed";
    }
    if (work == Work.FOLLOW) {
      return "only applying what waits lessens it, and that goes on; " + atLimit();
    }
    if (step.effect() == Ladder.Effect.VAIN) {
      return (step.rung() == Rung.SLOW ? "slowing" : "pausing")
          + " the copy has not lessened it, as it is the source's own writes and only the end of the"
          + " copy frees them; the copy goes on at full speed; "
          + atLimit();
    }
    return switch (step.rung()) {
      case FREE -> "";
      case END -> atLimit();
      case SLOW -> "the copy goes on with half of its threads" + until();
      case PAUSED ->
          switch (burden.kind()) {
            case LOG, FEED_AGE -> "the copy pauses between two chunks" + until();
            case SNAPSHOT_AGE, UNDO ->
                "no further table is begun until the ones that are begun are copied" + until();
          };
    };
  }

  private boolean snapshots() {
    return switch (burden.kind()) {
      case LOG, FEED_AGE -> false;
      case SNAPSHOT_AGE, UNDO -> true;
    };
  }

  private String until() {
    return ", until it is below " + amount(ladder.leftBelow(bound.limit()));
  }

  private String atLimit() {
    return switch (bound.by()) {
      case SERVER -> "at the limit the server drops the log, and the migration has to begin again";
      case USER, DISK, FRAM -> "at the limit we give up " + burden.holder() + ", and the run ends";
    };
  }

  private String kept() {
    return switch (burden.kind()) {
      case LOG -> "keeps " + amount(burden.amount()) + " of log for us";
      case FEED_AGE -> "keeps what is " + amount(burden.amount()) + " old for our feed";
      case SNAPSHOT_AGE -> "keeps what is " + amount(burden.amount()) + " old for our snapshots";
      case UNDO -> "keeps " + amount(burden.amount()) + " while our snapshot is open";
    };
  }

  private String amount(long value) {
    return switch (burden.kind()) {
      case LOG -> Amount.bytes(value);
      case FEED_AGE, SNAPSHOT_AGE -> Amount.count(value) + " transactions";
      case UNDO -> Amount.count(value) + " old versions of rows";
    };
  }

  private String percent() {
    return Math.round(100.0 * burden.amount() / bound.limit()) + " %";
  }

  private String setBy() {
    if (burden.kind() != Burden.Kind.LOG) {
      return "";
    }
    return switch (bound.by()) {
      case USER -> " (--max-retained-log)";
      case SERVER -> " (the server's own limit)";
      case DISK -> " (half of what its disk could hold for us)";
      case FRAM -> " (as much as there is data; --max-retained-log sets it)";
    };
  }
}
