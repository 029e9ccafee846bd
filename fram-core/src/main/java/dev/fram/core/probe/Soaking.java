// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.probe;

import dev.fram.core.figures.Amount;
import dev.fram.core.throttle.StepDown;
import java.util.List;
import java.util.Optional;

/** Looks for the moment when a disk's credits ran out. */
final class Soaking {
  private static final int LEAST = 3;

  private Soaking() {}

  static Soak judge(List<Soak.Window> windows) {
    double[] load = windows.stream().mapToDouble(Soak.Window::loadBytesPerSecond).toArray();
    Optional<String> fall =
        StepDown.in(load, LEAST)
            .map(step ->
                "After "
                    + Amount.time(windows.get(step.at()).atMillis())
                    + " of writing, loading fell from "
                    + Amount.rate(step.before())
                    + " to "
                    + Amount.rate(step.after())
                    + " and stayed there: that is what a long copy gets.");
    return new Soak(windows, fall.or(() -> slowerCommits(windows)));
  }

  private static Optional<String> slowerCommits(List<Soak.Window> windows) {
    double[] commits =
        windows.stream().mapToDouble(w -> 1000 / Math.max(1e-3, w.commitP50Millis())).toArray();
    return StepDown.in(commits, LEAST)
        .map(step ->
            "After "
                + Amount.time(windows.get(step.at()).atMillis())
                + " of writing, a durable commit went from "
                + Amount.latency(1000 / step.before())
                + " to "
                + Amount.latency(1000 / step.after())
                + " at p50 and stayed there: loading did not suffer, applying will.");
  }
}
