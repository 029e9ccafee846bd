// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.ApplyMoment;
import dev.fram.api.error.FramException;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.Contact;
import dev.fram.core.lag.Evidence;
import dev.fram.core.lag.LagDiagnosis;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the reason while the target is behind, and asks nobody anything while it is not. What
 * fails here never ends a run. Owned by the lag thread.
 */
final class LagWatch {
  private static final Logger LOG = LoggerFactory.getLogger(LagWatch.class);
  private static final int LOOKS = 20;
  private static final Duration BETWEEN = Duration.ofMillis(50);

  private final RunParts parts;
  private final Pipeline pipeline;
  private final Contact contact;
  private Optional<LagDiagnosis.Cause> told = Optional.empty();

  LagWatch(RunParts parts, Pipeline pipeline, Contact contact) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.contact = contact;
  }

  void run(StopSignal signal) {
    while (!signal.raised()) {
      signal.pause(parts.settings().rhythm().watch());
      try {
        tell(look(signal));
      } catch (FramException e) {
        // Who applies meets the same trouble, and deals with it.
        LOG.debug("why it lags is not known: {}", e.getMessage());
      }
    }
  }

  private void tell(Optional<LagDiagnosis> found) {
    parts.bus().publish(new RunEvent.Diagnosed(found.map(LagDiagnosis::sentence)));
    Optional<LagDiagnosis.Cause> cause = found.map(LagDiagnosis::cause);
    if (!cause.equals(told)) {
      told = cause;
      found.ifPresent(diagnosis -> {
        LOG.warn("{}", diagnosis.sentence());
        parts.bus().publish(new RunEvent.Noted(diagnosis.sentence()));
      });
    }
  }

  private Optional<LagDiagnosis> look(StopSignal signal) {
    return switch (parts.bus().projector().phase()) {
      case COPYING -> contact.silence().map(LagDiagnosis::silent);
      case CATCHING_UP, VERIFYING, READY ->
          contact.silence().map(LagDiagnosis::silent).or(() -> late() ? sample(signal) : none());
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
          none();
    };
  }

  private static Optional<LagDiagnosis> none() {
    return Optional.empty();
  }

  private boolean late() {
    return pipeline.lag().millis() > parts.settings().cutover().maxLag().toMillis();
  }

  private Optional<LagDiagnosis> sample(StopSignal signal) {
    List<ApplyMoment> moments = new ArrayList<>();
    double[] millis = new double[LOOKS];
    for (int i = 0; i < LOOKS; i++) {
      long began = parts.clock().nanos();
      moments.add(parts.route().target().applyMoment());
      millis[i] = (parts.clock().nanos() - began) / 1e6;
      signal.pause(BETWEEN);
    }
    Arrays.sort(millis);
    if (!late()) {
      return none();
    }
    return Optional.of(
        LagDiagnosis.of(
            new Evidence(
                pipeline.lag().millis(),
                pipeline.lag().unapplied(),
                pipeline.backlogBytes(),
                pipeline.backlogBytesOnDisk(),
                millis[LOOKS / 2],
                moments)));
  }
}
