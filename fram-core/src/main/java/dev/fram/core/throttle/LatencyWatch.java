// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

import dev.fram.api.engine.Route;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.FramException;
import dev.fram.api.probe.SourceProbe;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.figures.Amount;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the source a small question again and again, and lets fewer threads copy while it answers
 * later than before the copy. Owned by the thread that runs it.
 */
public final class LatencyWatch {
  private static final Logger LOG = LoggerFactory.getLogger(LatencyWatch.class);
  private static final int QUESTIONS = 15;

  private final Route route;
  private final EventBus bus;
  private final Clock clock;
  private final Pace pace;
  private final Duration between;
  private final int percent;

  /**
   * @param window how long is looked before the pace is set anew
   * @param percent by how much later the source may answer
   */
  public LatencyWatch(
      Route route, EventBus bus, Clock clock, Pace pace, Duration window, int percent) {
    this.route = route;
    this.bus = bus;
    this.clock = clock;
    this.pace = pace;
    this.between = window.dividedBy(QUESTIONS);
    this.percent = percent;
  }

  /** In milliseconds, before anything is copied. */
  public double before(StopSignal signal) {
    try (SourceProbe probe = route.sourceProbe()) {
      probe.link().roundTrip();
      return median(probe, signal);
    }
  }

  /** Until the signal. */
  public void run(double beforeMillis, StopSignal signal) {
    LatencyPace wanted = new LatencyPace(pace.workers(), beforeMillis, percent);
    while (!signal.raised()) {
      try (SourceProbe probe = route.sourceProbe()) {
        probe.link().roundTrip();
        while (!signal.raised()) {
          set(wanted, beforeMillis, median(probe, signal));
        }
      } catch (FramException e) {
        if (e.category() != ErrorCategory.TRANSIENT) {
          throw e;
        }
        signal.pause(between.multipliedBy(QUESTIONS));
      }
    }
  }

  private void set(LatencyPace wanted, double beforeMillis, double nowMillis) {
    int then = pace.allowed();
    int workers = wanted.take(nowMillis);
    pace.workers(workers);
    if (pace.allowed() != then) {
      String note =
          "The source answers in "
              + Amount.latency(nowMillis)
              + ", before the copy in "
              + Amount.latency(beforeMillis)
              + ", and may take "
              + Amount.latency(wanted.limitMillis())
              + " (--max-source-latency-increase): "
              + pace.allowed()
              + " of "
              + pace.workers()
              + " threads copy now.";
      LOG.info("{}", note);
      bus.publish(new RunEvent.Noted(note));
    }
  }

  private double median(SourceProbe probe, StopSignal signal) {
    double[] millis = new double[QUESTIONS];
    for (int i = 0; i < QUESTIONS; i++) {
      signal.pause(between);
      long began = clock.nanos();
      probe.link().roundTrip();
      millis[i] = (clock.nanos() - began) / 1e6;
    }
    Arrays.sort(millis);
    return millis[QUESTIONS / 2];
  }
}
