// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.guard;

/**
 * Decides how far to go against one burden: up as soon as a threshold is passed, down only when the
 * burden has been well below it for two looks. A rung that does not lessen the burden is taken
 * back: holding the copy would only make everything last longer. Owned by one thread; knows numbers
 * and no servers.
 */
final class Ladder {
  /** How far below its threshold the burden has to be, as a share of the limit. */
  private static final double SLACK = 0.1;

  private static final int CALM_LOOKS = 2;

  private static final Look NOTHING = new Look(0, 0);

  /** What it does not do. */
  static final double NEVER = Double.MAX_VALUE;

  private final double slow;
  private final double pause;
  private final int trial;
  private Rung rung = Rung.FREE;
  private Effect effect = Effect.UNKNOWN;
  private int calm;
  private int looks;
  private Look last = NOTHING;
  private double growth;
  private Look judgedFrom = last;
  private double growthBefore;

  /** What a rung has brought. */
  enum Effect {
    /** It is too early to tell. */
    UNKNOWN,
    HELPS,
    /** The burden grows on as before. */
    VAIN
  }

  /** Where the guard stands. */
  record Step(Rung rung, Effect effect) {
    /** What is done about it now: what is of no use is not done. */
    Rung done() {
      return effect == Effect.VAIN && rung != Rung.END ? Rung.FREE : rung;
    }
  }

  private record Look(long amount, long nanos) {
    double growthTo(Look later) {
      long passed = later.nanos - nanos;
      return passed <= 0 ? 0 : (later.amount - amount) / (double) passed;
    }
  }

  /**
   * @param slow the share of the limit from which the copy is slowed
   * @param pause the same for pausing it
   * @param trial after how many looks a rung is judged; 0: never
   */
  Ladder(double slow, double pause, int trial) {
    this.slow = slow;
    this.pause = pause;
    this.trial = trial;
  }

  /** Takes one look in. */
  Step take(long amount, long limit, long nanos) {
    Look now = new Look(amount, nanos);
    double share = amount / (double) limit;
    if (wanted(share).compareTo(rung) > 0) {
      stand(wanted(share), now);
    } else if (rung != Rung.FREE && share < threshold(rung) - SLACK) {
      calm++;
      if (calm >= CALM_LOOKS) {
        stand(wanted(share), now);
      }
    } else {
      calm = 0;
      judge(now);
    }
    growth = growthSinceLast(now);
    last = now;
    return new Step(rung, effect);
  }

  /** From which amount on a rung is left again. */
  long leftBelow(long limit) {
    return rung == Rung.FREE ? 0 : (long) (limit * (threshold(rung) - SLACK));
  }

  private void stand(Rung where, Look now) {
    growthBefore = Math.max(growth, growthSinceLast(now));
    judgedFrom = now;
    rung = where;
    effect = Effect.UNKNOWN;
    calm = 0;
    looks = 0;
  }

  /** Before the first look nothing is known. */
  private double growthSinceLast(Look now) {
    return last.equals(NOTHING) ? 0 : last.growthTo(now);
  }

  /** Again and again: a lull of the source's own writes looks like help for a while. */
  private void judge(Look now) {
    looks++;
    boolean due = trial > 0 && looks % trial == 0 && effect != Effect.VAIN;
    if (due && (rung == Rung.SLOW || rung == Rung.PAUSED)) {
      effect = judgedFrom.growthTo(now) > growthBefore / 2 ? Effect.VAIN : Effect.HELPS;
      judgedFrom = now;
    }
  }

  private Rung wanted(double share) {
    if (share >= 1) {
      return Rung.END;
    }
    return share >= pause ? Rung.PAUSED : share >= slow ? Rung.SLOW : Rung.FREE;
  }

  private double threshold(Rung of) {
    return switch (of) {
      case FREE -> 0;
      case SLOW -> slow;
      case PAUSED -> pause;
      case END -> 1;
    };
  }
}
