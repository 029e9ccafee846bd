// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Looks for a lasting fall of the copy's speed that its load does not explain. A table with
 * narrower rows moves fewer bytes and no fewer rows a second, one with wider rows fewer rows and no
 * fewer bytes; fewer tables keep fewer threads busy, but each as quickly as before; more threads
 * make each slower, but not all of them together. So it is a throttle only when all four have
 * fallen: bytes and rows, of all threads and of each. Owned by one thread.
 */
final class ThrottleDetector {
  /** Enough for a slow fall to be seen, and little enough to be quick. */
  private static final int MOST = 240;

  private static final int LEAST = 5;
  private static final double MOST_LEFT = 0.6;

  private final List<CopyWindow> windows = new ArrayList<>();

  /** Takes one window in; tells of each fall once. */
  Optional<Throttled> take(CopyWindow window) {
    if (window.idle()) {
      return Optional.empty();
    }
    windows.add(window);
    if (windows.size() > MOST) {
      windows.removeFirst();
    }
    Optional<StepDown> step = StepDown.in(series(CopyWindow::bytesPerSecond), LEAST);
    if (step.isEmpty() || !everythingFell(step.get().at())) {
      return Optional.empty();
    }
    Throttled found = found(step.get());
    // What was before is no measure any more.
    windows.subList(0, step.get().at()).clear();
    return Optional.of(found);
  }

  private boolean everythingFell(int at) {
    return fell(CopyWindow::rowsPerSecond, at)
        && fell(CopyWindow::bytesPerBusySecond, at)
        && fell(CopyWindow::rowsPerBusySecond, at);
  }

  private boolean fell(ToDoubleFunction<CopyWindow> what, int at) {
    double[] series = series(what);
    double before = median(Arrays.copyOfRange(series, 0, at));
    double after = median(Arrays.copyOfRange(series, at, series.length));
    return after <= MOST_LEFT * before;
  }

  private Throttled found(StepDown step) {
    Throttled.Wait source = wait(CopyWindow::sourceSeconds, step.at());
    Throttled.Wait target = wait(CopyWindow::targetSeconds, step.at());
    return new Throttled(
        source.more() > target.more() ? Throttled.Side.SOURCE : Throttled.Side.TARGET,
        windows.get(step.at()).atMillis(),
        step.before(),
        step.after(),
        source,
        target);
  }

  private Throttled.Wait wait(ToDoubleFunction<CopyWindow> seconds, int at) {
    double[] series = series(w -> seconds.applyAsDouble(w) * 1000 / (w.bytes() / 1e6));
    return new Throttled.Wait(
        median(Arrays.copyOfRange(series, 0, at)),
        median(Arrays.copyOfRange(series, at, series.length)));
  }

  private double[] series(ToDoubleFunction<CopyWindow> what) {
    return windows.stream().mapToDouble(what).toArray();
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
