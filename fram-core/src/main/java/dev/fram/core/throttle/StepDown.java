// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.throttle;

import java.util.Arrays;
import java.util.Optional;

/**
 * A lasting fall in a series of rates.
 *
 * @param at index of the first value after it
 * @param before median before
 * @param after median after
 */
public record StepDown(int at, double before, double after) {
  /** A fall to more than this share is within what a shared machine does by itself. */
  private static final double MOST_LEFT = 0.6;

  /** So much of either side must lie on its own side of the middle. */
  private static final double OWN_SIDE = 0.8;

  /**
   * Looks for the fall that explains most of the series: the cut where the squared distances from
   * the two sides' means are least. It counts when the medians lie far enough apart, and nearly all
   * values on the right side of the geometric middle between them; so neither noise nor a few slow
   * values make one.
   *
   * @param least values that each side must have
   */
  public static Optional<StepDown> in(double[] values, int least) {
    int best = -1;
    double bestError = Double.MAX_VALUE;
    for (int cut = least; cut <= values.length - least; cut++) {
      double error = spread(values, 0, cut) + spread(values, cut, values.length);
      if (error < bestError) {
        bestError = error;
        best = cut;
      }
    }
    if (best < 0) {
      return Optional.empty();
    }
    double before = median(values, 0, best);
    double after = median(values, best, values.length);
    StepDown found = new StepDown(best, before, after);
    return after <= MOST_LEFT * before && found.parts(values)
        ? Optional.of(found)
        : Optional.empty();
  }

  private boolean parts(double[] values) {
    double middle = Math.sqrt(before * Math.max(after, before / 1e6));
    long right = 0;
    long left = 0;
    for (int i = 0; i < values.length; i++) {
      if (i < at && values[i] > middle) {
        left++;
      } else if (i >= at && values[i] < middle) {
        right++;
      }
    }
    return left >= OWN_SIDE * at && right >= OWN_SIDE * (values.length - at);
  }

  private static double spread(double[] values, int from, int to) {
    double mean = Arrays.stream(values, from, to).average().orElse(0);
    return Arrays.stream(values, from, to).map(v -> (v - mean) * (v - mean)).sum();
  }

  private static double median(double[] values, int from, int to) {
    double[] sorted = Arrays.copyOfRange(values, from, to);
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
