// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.bars;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.bench.measure.Spread;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * What a measurement should come to.
 *
 * @param work for people
 * @param bench the name that its result file begins with
 * @param contender whose entry in that file is asked
 * @param figure a figure of each run; empty for Fram's time by the contender's, round by round
 * @param goal what it should be
 * @param or whose time is a limit: it is enough too to be as near to that one as {@link #NEAR}
 */
record Bar(
    String work, String bench, String contender, String figure, Goal goal, Optional<String> or) {
  /** Fram's time by that of a limit, when it does 85 % of what the limit does. */
  static final double NEAR = 1 / 0.85;

  /** Which of several runs counts. */
  enum Of {
    MEDIAN,
    WORST
  }

  /**
   * Where the bar lies.
   *
   * @param of which run has to be there
   * @param least not less than that
   * @param most not more than that
   */
  record Goal(Of of, double least, double most) {
    static Goal most(double most) {
      return new Goal(Of.MEDIAN, 0, most);
    }

    static Goal worst(double most) {
      return new Goal(Of.WORST, 0, most);
    }

    static Goal least(double least) {
      return new Goal(Of.MEDIAN, least, Double.MAX_VALUE);
    }

    boolean met(Spread found) {
      double counts = of == Of.MEDIAN ? found.median() : found.high();
      return counts >= least && counts <= most;
    }

    @Override
    public String toString() {
      return least > 0 ? "≥ " + number(least) : "≤ " + number(most);
    }
  }

  /** Fram's time is at most so much of another's. */
  static Bar ratio(String work, String bench, String contender, double most) {
    return new Bar(work, bench, contender, "", Goal.most(most), Optional.empty());
  }

  /** The same, or it is near to a limit. */
  Bar orNearTo(String limit) {
    return new Bar(work, bench, contender, figure, goal, Optional.of(limit));
  }

  /** What a result file says of it; empty when it is not in it. */
  Optional<Spread> in(JsonNode file) {
    return in(file, contender);
  }

  /** Fram's time by that of the limit; empty when there is none or it is not in the file. */
  Optional<Spread> nearness(JsonNode file) {
    return or.flatMap(limit -> in(file, limit));
  }

  private Optional<Spread> in(JsonNode file, String name) {
    return StreamSupport.stream(file.path("contenders").spliterator(), false)
        .filter(entry -> entry.path("name").asText().equals(name))
        .findFirst()
        .map(this::of);
  }

  private Spread of(JsonNode entry) {
    JsonNode ratio = entry.path("ratio_first_to_it");
    JsonNode runs = entry.path("runs");
    return figure.isEmpty()
        ? new Spread(
            ratio.path("median").asDouble(),
            ratio.path("low").asDouble(),
            ratio.path("high").asDouble(),
            runs.size())
        : Spread.of(
            StreamSupport.stream(runs.spliterator(), false)
                .mapToDouble(run -> run.path(figure).asDouble()));
  }

  /** One line for people: what, beside whom, what came out, the bar, and whether it is met. */
  String line(Optional<Spread> found, Optional<Spread> near) {
    String came = found.map(Bar::text).orElse("");
    String limit = near.map(s -> "; of " + or.orElse("") + " " + number(s.median())).orElse("");
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s%s | %s%s | %s |",
        work,
        figure.isEmpty() ? contender : "",
        came,
        limit,
        goal,
        or.map(name -> ", or ≤ " + number(NEAR) + " of " + name).orElse(""),
        found.map(s -> verdict(s, near)).orElse("not measured"));
  }

  private String verdict(Spread found, Optional<Spread> near) {
    if (goal.met(found)) {
      return "pass";
    }
    return near.filter(s -> s.median() <= NEAR)
        .map(s -> "pass: near to " + or.orElse(""))
        .orElse("falls short");
  }

  private static String text(Spread s) {
    return "%s (%s-%s, %d runs)"
        .formatted(number(s.median()), number(s.low()), number(s.high()), s.count());
  }

  /** Two places for what is small, none for what is large. */
  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.2f" : "%.0f", value);
  }
}
