// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.cutover.Cutover;
import dev.fram.core.cutover.Promotion;
import dev.fram.core.cutover.ReturnFeed;
import dev.fram.core.cutover.Sealing;
import dev.fram.core.run.RunParts;
import java.util.Optional;
import java.util.function.Function;

/**
 * From one server to the other, in either direction: hands over and opens, or finds out what
 * another run has done of it. Owned by the run's own thread.
 */
final class Crossing {
  /**
   * Where it has led.
   *
   * @param failure told, and thrown where nobody waits for another try, once the phase is recorded
   */
  record Settled(Phase phase, Optional<RuntimeException> failure) {}

  /**
   * What it may lead to.
   *
   * @param undone the phase when nothing was handed over
   * @param opened the phase when the other server is open, made from the frozen position
   * @param unknown the phase when nobody can tell, made from the question
   */
  record Ends(Phase undone, Function<String, Phase> opened, Function<String, Phase> unknown) {}

  private final RunParts parts;
  private final Optional<RunParts> other;
  private final Orders orders;
  private final Sealing sealing;
  private final Ends ends;
  private final Promotion promotion;

  /**
   * @param other the other direction, which may have been made ready
   */
  Crossing(RunParts parts, Optional<RunParts> other, Orders orders, Sealing sealing, Ends ends) {
    this.parts = parts;
    this.other = other;
    this.orders = orders;
    this.sealing = sealing;
    this.ends = ends;
    this.promotion = new Promotion(parts);
  }

  Settled go(Cutover cutover, StopSignal signal) {
    return switch (cutover.run()) {
      case Cutover.Result.HandedOver done -> open(signal, Optional.of(done.blocked()));
      case Cutover.Result.Undone undone -> new Settled(ends.undone(), Optional.of(undone.why()));
      case Cutover.Result.Unknown unknown -> unknown(unknown.why());
    };
  }

  /** Another run has left it half way: the server that was to hand over is asked. */
  Settled ask(StopSignal signal) {
    return switch (promotion.probe(signal)) {
      case NOT_DONE -> {
        resumeTraffic();
        other.ifPresent(next -> ReturnFeed.takeBack(parts, next));
        yield new Settled(ends.undone(), Optional.empty());
      }
      case DONE -> {
        noteHandedOver();
        yield open(signal, Optional.empty());
      }
      case UNKNOWN -> unknown(unreachable());
    };
  }

  /** From here on the question is another one, should it come to one. */
  private void noteHandedOver() {
    if (!parts.journal().done(Cutover.HAND_OVER)) {
      parts.journal().step(Cutover.HAND_OVER, "as the register says", () -> {});
    }
  }

  /** Another run died while a proxy held the applications' work back: it would do so for ever. */
  private void resumeTraffic() {
    if (parts.traffic().leftPaused()) {
      parts.traffic().undo();
    }
  }

  /** A stop is heard again when the other server is open: until then nobody can write anywhere. */
  private Settled open(StopSignal signal, Optional<Cutover.WritesBlocked> blocked) {
    orders.detach();
    try {
      promotion.open(sealing, blocked);
    } catch (FramException e) {
      if (e.category() != ErrorCategory.UNKNOWN_OUTCOME) {
        throw e;
      }
      return unknown(e);
    } finally {
      orders.attach(signal);
    }
    String frozenAt = blocked.map(Cutover.WritesBlocked::frozenAt).orElse("");
    return new Settled(ends.opened().apply(frozenAt), Optional.empty());
  }

  private Settled unknown(FramException why) {
    return new Settled(ends.unknown().apply(why.getMessage()), Optional.of(why));
  }

  private FramException unreachable() {
    return new FramException(
        ErrorCode.OUTCOME_UNKNOWN,
        parts.route().source().server().name()
            + " cannot be asked whether it has handed over. The other server stays closed.",
        "Make it reachable and run fram migrate again.");
  }
}
