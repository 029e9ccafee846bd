// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.measure;

import java.io.PrintStream;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Samples as a table for people: medians, with the lowest and the highest beside the times. */
public final class Table {
  private static final double MIB = 1 << 20;

  private Table() {}

  /** The ratios are those of the first contender to each other one, round by round. */
  public static void print(List<Sample> samples, PrintStream out) {
    String first = samples.getFirst().contender();
    out.printf(
        "%n%-34s %-20s %-19s %7s %7s %7s %8s %8s %8s%n",
        "median (lowest-highest)",
        "seconds",
        first + " / it",
        "source",
        "target",
        "tool",
        "tool",
        "target",
        "tool");
    out.printf(
        "%-34s %-20s %-19s %7s %7s %7s %8s %8s %8s%n",
        "", "", "", "CPU s", "CPU s", "CPU s", "peak MiB", "wrote MB", "wrote MB");
    for (String contender : samples.stream().map(Sample::contender).distinct().toList()) {
      List<Sample> own = of(contender, samples);
      out.printf(
          "%-34s %-20s %-19s %7.1f %7.1f %7.1f %8.0f %8.0f %8.0f%n",
          contender,
          spread(own, s -> s.run().seconds()).seconds(),
          contender.equals(first) ? "" : ratio(samples, first, contender).ratio(),
          median(own, s -> s.source().cpuSeconds()),
          median(own, s -> s.target().cpuSeconds()),
          median(own, s -> s.run().tool().cpuSeconds()),
          median(own, s -> s.run().peakBytes() / MIB),
          median(own, s -> s.target().writtenBytes() / MIB),
          median(own, s -> s.run().tool().writtenBytes() / MIB));
    }
    samples.stream()
        .mapToDouble(s -> s.run().figures().getOrDefault(ToolRun.HEAP_LIMIT, 0.0))
        .filter(limit -> limit > 0)
        .max()
        .ifPresent(limit -> out.printf("heap of fram: at most %.0f MiB%n", limit));
  }

  /** Time of one by time of another, round by round. */
  public static Spread ratio(List<Sample> samples, String over, String under) {
    List<Sample> top = of(over, samples);
    List<Sample> bottom = of(under, samples);
    return Spread.of(
        top.stream()
            .flatMap(a ->
                bottom.stream()
                    .filter(b -> b.round() == a.round())
                    .map(b -> a.run().seconds() / b.run().seconds()))
            .mapToDouble(Double::doubleValue));
  }

  private static List<Sample> of(String contender, List<Sample> samples) {
    return samples.stream().filter(s -> s.contender().equals(contender)).toList();
  }

  private static double median(List<Sample> samples, ToDoubleFunction<Sample> figure) {
    return spread(samples, figure).median();
  }

  static Spread spread(List<Sample> samples, ToDoubleFunction<Sample> figure) {
    return Spread.of(samples.stream().mapToDouble(figure));
  }
}
