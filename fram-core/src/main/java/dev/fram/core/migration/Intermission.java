// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.status.Status;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.throttle.Pace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A person's pause of the run: nothing further is copied and no cutover begins. It ends by a
 * person's word or with the run, and outlives an attempt. Owned by the status thread.
 */
final class Intermission {
  static final String SENTENCE =
      Status.PAUSED
          + "nothing further is copied and no cutover begins until `fram resume`. What the source"
          + " writes is still followed.";

  private static final Logger LOG = LoggerFactory.getLogger(Intermission.class);
  private static final String HELD_BY = "pause";

  private final Orders orders;
  private final Pace pace;
  private final EventBus bus;

  Intermission(Orders orders, Pace pace, EventBus bus) {
    this.orders = orders;
    this.pace = pace;
    this.bus = bus;
    if (orders.paused()) {
      pace.pause();
    }
  }

  void begin() {
    orders.pause();
    pace.pause();
    bus.publish(new RunEvent.Held(HELD_BY, SENTENCE));
    LOG.info("paused");
  }

  /** Returns whether there was one. */
  boolean end() {
    boolean was = orders.paused();
    orders.goOn();
    pace.goOn();
    bus.publish(new RunEvent.HeldEnded(HELD_BY));
    LOG.info("goes on");
    return was;
  }
}
