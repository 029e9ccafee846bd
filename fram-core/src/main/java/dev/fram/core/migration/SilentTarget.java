// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.Target;
import dev.fram.api.error.FramException;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.Contact;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a target that does not answer does not wait for ever, in the phases in which
 * others can only wait for it. Owned by a thread of its own, because it asks that very target.
 */
final class SilentTarget {
  private static final Logger LOG = LoggerFactory.getLogger(SilentTarget.class);

  private final Target target;
  private final Contact contact;
  private final Duration rhythm;

  SilentTarget(Target target, Contact contact, Duration rhythm) {
    this.target = target;
    this.contact = contact;
    this.rhythm = rhythm;
  }

  void run(StopSignal signal) {
    while (!signal.raised()) {
      signal.pause(rhythm);
      if (contact.silence().isPresent()) {
        try {
          target.endEndlessWaits();
        } catch (FramException e) {
          // Whoever waits for the target meets the same trouble, and deals with it.
          LOG.debug("what the target waits for is not known: {}", e.getMessage());
        }
      }
    }
  }
}
