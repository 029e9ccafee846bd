// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;
import dev.fram.core.bus.StatusJson;
import dev.fram.core.chronicle.Chronicler;
import dev.fram.core.concurrent.Retries;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.Contact;
import dev.fram.core.run.RunParts;

/**
 * Puts the picture down on the target, where other processes read it, and takes their commands from
 * there. Owned by the status thread.
 */
final class Reporter {
  private final RunParts parts;
  private final CommandDesk desk;
  private final Chronicler chronicler;
  private final Contact target;
  private long shownNanos;

  /**
   * @param target learns whether it answers
   */
  Reporter(RunParts parts, CommandDesk desk, Chronicler chronicler, Contact target) {
    this.parts = parts;
    this.desk = desk;
    this.chronicler = chronicler;
    this.target = target;
    this.shownNanos = parts.clock().nanos() - parts.settings().rhythm().status().toNanos();
  }

  /** A target that is out of reach for a while is no reason to end the run from here. */
  void run(StopSignal signal) {
    Retries retries = parts.retries();
    while (!signal.raised()) {
      try {
        target.asked();
        round();
        target.answered();
        retries.progress();
        signal.pause(parts.settings().rhythm().command());
      } catch (FramException e) {
        target.failed(e.seen());
        signal.pause(retries.after(e));
      }
    }
  }

  private void round() {
    desk.poll();
    long now = parts.clock().nanos();
    if (now - shownNanos >= parts.settings().rhythm().status().toNanos()) {
      shownNanos = now;
      publish();
    }
  }

  private void publish() {
    Status picture = parts.bus().projector().picture();
    parts.journal().store().publishStatus(parts.journal().epoch(), StatusJson.write(picture));
    chronicler.see(picture);
    chronicler.save();
  }
}
