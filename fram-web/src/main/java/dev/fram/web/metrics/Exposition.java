// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.metrics;

import dev.fram.api.status.Status;
import java.util.Optional;

/** Prometheus' text format, version 0.0.4. */
public final class Exposition {
  public static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** Not a number of the picture: how old the picture is. */
  public static final String AGE = "fram_picture_age_seconds";

  static final String AGE_HELP = "Age of the newest picture; it grows while the target is away.";

  private Exposition() {}

  /**
   * @param status the newest picture
   * @param ageMillis how old it is
   */
  public static String text(Optional<Status> status, long ageMillis) {
    StringBuilder text = new StringBuilder();
    head(text, AGE, Metric.Kind.GAUGE, AGE_HELP);
    text.append(AGE).append(' ').append(number(ageMillis / 1000.0)).append('\n');
    status.ifPresent(picture -> Metrics.all().forEach(metric -> add(text, metric, picture)));
    return text.toString();
  }

  private static void add(StringBuilder text, Metric metric, Status status) {
    var samples = metric.samples().apply(status);
    if (samples.isEmpty()) {
      return;
    }
    head(text, metric.name(), metric.kind(), metric.help());
    for (Metric.Sample sample : samples) {
      text.append(metric.name())
          .append(sample.labels())
          .append(' ')
          .append(number(sample.value()))
          .append('\n');
    }
  }

  private static void head(StringBuilder text, String name, Metric.Kind kind, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(kind.word()).append('\n');
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
