// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.metrics;

import dev.fram.api.status.Status;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * One metric.
 *
 * @param name by Prometheus' rules: a base unit, and {@code _total} for what only grows
 * @param kind what it does over time
 * @param help what it says
 * @param of where the picture holds it, as in the JSON form; empty when it is no number there
 * @param samples its values now; none when the picture does not know
 */
public record Metric(
    String name, Kind kind, String help, String of, Function<Status, List<Sample>> samples) {

  /** What a metric does over time. */
  public enum Kind {
    GAUGE,
    COUNTER;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param labels {@code {a="b"}}, or empty
   */
  public record Sample(String labels, double value) {}
}
