// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Retention;
import dev.fram.api.engine.Source;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.guard.SourceGuard;
import dev.fram.core.lag.Contact;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
import java.util.List;
import java.util.Optional;

/**
 * Looks after the source while data moves: what it keeps for us, and how far it is. It asks nobody
 * else: a target that does not answer is what makes a source keep ever more. Owned by the watch
 * thread.
 */
final class SourceWatch {
  private final RunParts parts;
  private final Pipeline pipeline;
  private final SourceGuard guard;
  private final Contact contact;
  private long retainedBytes = -1;

  SourceWatch(RunParts parts, Pipeline pipeline, SourceGuard guard, Contact contact) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.guard = guard;
    this.contact = contact;
  }

  void run(StopSignal signal) {
    Retries retries = parts.retries();
    long lookedNanos = parts.clock().nanos() - parts.settings().rhythm().watch().toNanos();
    while (!signal.raised()) {
      try {
        List<Runnable> endings = List.of();
        contact.asked();
        if (following(parts)) {
          long now = parts.clock().nanos();
          if (now - lookedNanos >= parts.settings().rhythm().watch().toNanos()) {
            lookedNanos = now;
            endings = look();
          }
          measure();
        }
        contact.answered();
        endings.forEach(Runnable::run);
        retries.progress();
        signal.pause(parts.settings().rhythm().status());
      } catch (FramException e) {
        contact.failed(e.seen());
        signal.pause(retries.after(e));
      }
    }
  }

  /** Whether the phase is one in which data moves from the source. */
  static boolean following(RunParts parts) {
    return switch (parts.bus().projector().phase()) {
      case COPYING, CATCHING_UP, VERIFYING, READY -> true;
      case PLANNED,
          CHECKED,
          PREPARED,
          CUTTING_OVER,
          SERVING,
          ROLLING_BACK,
          ROLLED_BACK,
          COMPLETED,
          CANCELLED,
          NEEDS_OPERATOR ->
          false;
    };
  }

  private void measure() {
    Optional<Position> behind = pipeline.progress().durable();
    long lag = behind.map(p -> parts.route().source().lagBytes(p)).orElse(-1L);
    parts.bus().publish(new RunEvent.LogMeasured(lag, retainedBytes));
  }

  /** How to let go of the source, where that has to be. */
  private List<Runnable> look() {
    Source source = parts.route().source();
    pipeline.lag().measure(source::clockMillis);
    Retention retention = source.retention();
    retainedBytes = retention.retainedBytes();
    switch (retention.state()) {
      case FINE -> {}
      case ENDANGERED ->
          parts
              .bus()
              .publish(new RunEvent.Noted("The source may drop our log: " + retention.detail()));
      case LOST -> throw lost(retention);
    }
    return guard.look();
  }

  private FramException lost(Retention retention) {
    return new FramException(
        ErrorCode.LOG_LOST,
        "Source "
            + parts.route().source().server().name()
            + " no longer has the log we need: "
            + retention.detail()
            + ".",
        "Run fram cancel and begin again, once what made it so is settled.");
  }
}
