// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

import dev.fram.api.engine.Route;
import dev.fram.api.error.FramException;
import dev.fram.api.probe.SourceProbe;
import dev.fram.api.probe.TargetProbe;
import dev.fram.api.status.Status;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalDouble;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the copy's speed and says who slows it. Asks the servers only before the copy and when it
 * has become slow; what fails here never ends a copy. Owned by the thread that runs it.
 */
public final class ThrottleWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ThrottleWatch.class);
  private static final int ROUND_TRIPS = 9;

  private final Route route;
  private final EventBus bus;
  private final Clock clock;
  private final CopyFlow flow;
  private final Duration window;
  private final ThrottleDetector detector = new ThrottleDetector();

  /**
   * @param window how long the copy is looked at for one value of the series
   */
  public ThrottleWatch(Route route, EventBus bus, Clock clock, CopyFlow flow, Duration window) {
    this.route = route;
    this.bus = bus;
    this.clock = clock;
    this.flow = flow;
    this.window = window;
  }

  /** Until the signal. */
  public void run(StopSignal signal) {
    OptionalDouble source = sourceRoundTrip(signal);
    OptionalDouble target = targetRoundTrip(signal);
    long nanos = clock.nanos();
    CopyFlow.Totals last = flow.totals();
    while (!signal.raised()) {
      long began = clock.millis();
      signal.pause(window);
      CopyFlow.Totals now = flow.totals();
      long passed = clock.nanos() - nanos;
      nanos += passed;
      CopyWindow seen = CopyWindow.between(began, passed, last, now);
      last = now;
      detector
          .take(seen)
          .ifPresent(found ->
              tell(
                  switch (found.side()) {
                    case SOURCE -> verdict(found, source, sourceRoundTrip(signal));
                    case TARGET -> verdict(found, target, targetRoundTrip(signal));
                  }));
    }
  }

  private ThrottleVerdict verdict(Throttled found, OptionalDouble before, OptionalDouble now) {
    Status.Copy copy = bus.projector().picture().copy();
    return new ThrottleVerdict(
        found, before, now, Math.max(0, copy.expectedBytes() - copy.bytes()));
  }

  private void tell(ThrottleVerdict verdict) {
    LOG.warn("{}", verdict.sentence());
    bus.publish(new RunEvent.Noted(verdict.sentence()));
  }

  private OptionalDouble sourceRoundTrip(StopSignal signal) {
    try (SourceProbe probe = route.sourceProbe()) {
      return roundTrip(probe.link()::roundTrip, signal);
    } catch (FramException e) {
      return unknown(e);
    }
  }

  private OptionalDouble targetRoundTrip(StopSignal signal) {
    try (TargetProbe probe = route.targetProbe()) {
      return roundTrip(probe.link()::roundTrip, signal);
    } catch (FramException e) {
      return unknown(e);
    }
  }

  private static OptionalDouble unknown(FramException e) {
    LOG.debug("the round trip is not known: {}", e.getMessage());
    return OptionalDouble.empty();
  }

  /** The median, in milliseconds; the session is opened first. */
  private OptionalDouble roundTrip(Runnable question, StopSignal signal) {
    question.run();
    double[] millis = new double[ROUND_TRIPS];
    for (int i = 0; i < millis.length; i++) {
      signal.check();
      long began = clock.nanos();
      question.run();
      millis[i] = (clock.nanos() - began) / 1e6;
    }
    Arrays.sort(millis);
    return OptionalDouble.of(millis[ROUND_TRIPS / 2]);
  }
}
