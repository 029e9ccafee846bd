// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.status.Status;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.Contact;
import dev.fram.core.lag.LagDiagnosis;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows the picture to those who look on in this process. It asks no server anything, so that it
 * does not stand still when one of them hangs, and says so. Owned by the screen thread.
 */
final class Screen {
  private static final Logger LOG = LoggerFactory.getLogger(Screen.class);

  private final RunParts parts;
  private final Pipeline pipeline;
  private final Contacts contacts;
  private final Consumer<Status> listener;
  private boolean silent;

  /** Whether the two servers answer. */
  record Contacts(Contact source, Contact target) {}

  Screen(RunParts parts, Pipeline pipeline, Contacts contacts, Consumer<Status> listener) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.contacts = contacts;
    this.listener = listener;
  }

  void run(StopSignal signal) {
    while (!signal.raised()) {
      tellSilence();
      parts
          .bus()
          .publish(
              new RunEvent.BacklogMeasured(
                  pipeline.backlogBytes(), pipeline.backlogBytesOnDisk(), lagMillis()));
      listener.accept(parts.bus().projector().picture());
      signal.pause(parts.settings().rhythm().status());
    }
  }

  /** What has not been read since the source fell silent may be much: unknown is not zero. */
  private long lagMillis() {
    return contacts.source().silence().isPresent() ? -1 : pipeline.lag().millis();
  }

  /** The lag watch itself may hang in what it asks the target. */
  private void tellSilence() {
    Optional<LagDiagnosis> found =
        SourceWatch.following(parts)
            ? contacts.target().silence().map(LagDiagnosis::silentTarget)
            : Optional.empty();
    if (found.isPresent()) {
      parts.bus().publish(new RunEvent.Diagnosed(found.map(LagDiagnosis::sentence)));
    }
    if (found.isPresent() && !silent) {
      LOG.warn("{}", found.get().sentence());
      parts.bus().publish(new RunEvent.Noted(found.get().sentence()));
    }
    silent = found.isPresent();
  }
}
