// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.bus.StatusJson;
import dev.fram.core.chronicle.Chronicler;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.Contact;
import dev.fram.core.run.RunParts;
import dev.fram.core.stream.Pipeline;
import java.util.function.Consumer;

/** Shows and publishes the picture, and takes commands. Owned by the status thread. */
final class Reporter {
  private final RunParts parts;
  private final Pipeline pipeline;
  private final CommandDesk desk;
  private final Chronicler chronicler;
  private final Consumer<Status> listener;
  private final Contact contact;
  private long shownNanos;

  Reporter(
      RunParts parts,
      Pipeline pipeline,
      Contact contact,
      CommandDesk desk,
      Chronicler chronicler,
      Consumer<Status> listener) {
    this.parts = parts;
    this.pipeline = pipeline;
    this.contact = contact;
    this.desk = desk;
    this.chronicler = chronicler;
    this.listener = listener;
    this.shownNanos = parts.clock().nanos() - parts.settings().rhythm().status().toNanos();
  }

  /** A target that is out of reach for a while is no reason to end the run from here. */
  void run(StopSignal signal) {
    Retries retries = parts.retries();
    while (!signal.raised()) {
      try {
        round();
        retries.progress();
        signal.pause(parts.settings().rhythm().command());
      } catch (FramException e) {
        signal.pause(retries.after(e));
      }
    }
  }

  private void round() {
    desk.poll();
    long now = parts.clock().nanos();
    if (now - shownNanos >= parts.settings().rhythm().status().toNanos()) {
      shownNanos = now;
      show();
    }
  }

  /** What has not been read since the source fell silent may be much: unknown is not zero. */
  private long lagMillis() {
    return contact.silence().isPresent() ? -1 : pipeline.lag().millis();
  }

  /** Shows and publishes the picture as it is now. */
  void show() {
    parts
        .bus()
        .publish(
            new RunEvent.BacklogMeasured(
                pipeline.backlogBytes(), pipeline.backlogBytesOnDisk(), lagMillis()));
    Status picture = parts.bus().projector().picture();
    listener.accept(picture);
    parts.journal().store().publishStatus(parts.journal().epoch(), StatusJson.write(picture));
    chronicler.see(picture);
    chronicler.save();
  }
}
