// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.bars;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.bench.measure.Spread;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What a measurement should come to.
 *
 * @param work for people
 * @param bench the name that its result file begins with
 * @param contender whose entry in that file is asked
 * @param figure a figure of each run; empty for Fram's time by the contender's, round by round
 * @param most the bar: not more than that
 */
record Bar(String work, String bench, String contender, String figure, double most) {
  private static final String SUBSCRIPTION = "native subscription";

  /** Fram's time is at most so much of another's. */
  static Bar ratio(String work, String bench, String contender, double most) {
    return new Bar(work, bench, contender, "", most);
  }

  private static Bar load(String work, String engine, String figure, double most) {
    return new Bar(
        work + " (" + engine + ")", "load-" + engine, "fram beside an application", figure, most);
  }

  /** Those that a run of everything measures, in the order of the table of issue 7. */
  static Stream<Bar> all() {
    return Stream.of(
            Stream.of(
                ratio("PostgreSQL, initial move", "copy-postgresql", "pgcopydb clone", 0.90),
                ratio(
                    "PostgreSQL, initial move",
                    "copy-postgresql",
                    "raw COPY FREEZE + indexes",
                    1.10),
                ratio("MySQL, initial move", "copy-mysql", "mydumper + myloader, no binlog", 0.55),
                ratio("MySQL, initial move", "copy-mysql", "mysqldump | mysql", 0.30),
                ratio("MySQL, initial move", "copy-mysql", "raw LOAD DATA + indexes", 1.00)),
            Stream.of("tpcb", "mixed", "bulk", "tiny")
                .map(word ->
                    ratio(
                        "PostgreSQL, a backlog: " + word,
                        "apply-" + word + "-postgresql",
                        SUBSCRIPTION,
                        1 / 2.0)),
            Stream.of("tpcb", "mixed", "bulk", "tiny")
                .flatMap(word ->
                    Stream.of(
                        ratio(
                            "MySQL, a backlog: " + word,
                            "apply-" + word + "-mysql",
                            "native replica, 4 workers",
                            1 / 1.5),
                        ratio(
                            "MySQL, a backlog: " + word,
                            "apply-" + word + "-mysql",
                            "native replica, 1 worker",
                            1 / 3.0))),
            Stream.of("postgresql", "mysql")
                .map(engine ->
                    new Bar(
                        "verification, by the copy's time (" + engine + ")",
                        "verify-copy-" + engine,
                        "fram --verify=continuous",
                        "verify_by_copy",
                        1.0)),
            Stream.of("postgresql", "mysql")
                .flatMap(engine ->
                    Stream.of(
                        load("lag at 90 % of the source's best, s", engine, "lag_seconds", 2),
                        load("application's p99 while copying", engine, "p99_by_calm", 1.1))),
            Stream.of(
                ratio("5,000 small tables", "copy-tables-postgresql", "pgcopydb clone", 0.50)))
        .flatMap(bars -> bars);
  }

  /** What a result file says of it; empty when it is not in it. */
  Optional<Spread> in(JsonNode file) {
    return StreamSupport.stream(file.path("contenders").spliterator(), false)
        .filter(entry -> entry.path("name").asText().equals(contender))
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
  String line(Optional<Spread> found) {
    String came =
        found
            .map(s ->
                String.format(
                    Locale.ROOT,
                    "%.2f (%.2f-%.2f, %d rounds)",
                    s.median(),
                    s.low(),
                    s.high(),
                    s.count()))
            .orElse("");
    String verdict =
        found.map(s -> s.median() <= most ? "pass" : "falls short").orElse("not measured");
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %.2f | %s |",
        work,
        figure.isEmpty() ? contender : "",
        came,
        most,
        verdict);
  }
}
