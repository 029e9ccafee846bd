// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/** The median of some numbers, and how far they lie apart. */
public record Spread(double median, double low, double high, int count) {
  public static Spread of(DoubleStream numbers) {
    double[] sorted = numbers.sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("no numbers");
    }
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], Arrays.stream(sorted).max().orElseThrow(), sorted.length);
  }

  String seconds() {
    return "%.2f (%.2f-%.2f)".formatted(median, low, high);
  }

  String ratio() {
    return "%.2f (%.2f-%.2f)".formatted(median, low, high);
  }
}
