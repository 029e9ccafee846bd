// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.bars;

import dev.fram.bench.measure.ToolRun;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Those of the table of issue 7 that a run of everything measures, in its order. */
final class Bars {
  private static final String SUBSCRIPTION = "native subscription";
  private static final String DECODE_ONLY = "decode only";
  private static final List<String> ENGINES = List.of("postgresql", "mysql");
  private static final double HEAP_MIB = 256;

  private Bars() {}

  /**
   * All of them.
   *
   * @param transaction megabytes of the large one that is asked for
   * @param row megabytes of the large one that is asked for
   */
  static Stream<Bar> all(int transaction, int row) {
    return Stream.of(
            copies(),
            backlogs(),
            ENGINES.stream()
                .map(engine ->
                    load("lag at 90 % of the source's best, s", engine, "lag_seconds", 2)),
            freezes(),
            ENGINES.stream()
                .map(engine ->
                    figure(
                        "verification, by the copy's time (" + engine + ")",
                        "verify-copy-" + engine,
                        "fram --verify=continuous",
                        "verify_by_copy",
                        Bar.Goal.most(1.0))),
            ENGINES.stream().flatMap(engine -> heap(engine, transaction, row)),
            ENGINES.stream()
                .map(engine -> load("application's p99 while copying", engine, "p99_by_calm", 1.1)),
            Stream.of(
                Bar.ratio("5,000 small tables", "copy-tables-postgresql", "pgcopydb clone", 0.50)))
        .flatMap(bars -> bars);
  }

  private static Bar figure(
      String work, String bench, String contender, String figure, Bar.Goal goal) {
    return new Bar(work, bench, contender, figure, goal, Optional.empty());
  }

  private static Stream<Bar> copies() {
    return Stream.of(
        Bar.ratio("PostgreSQL, initial move", "copy-postgresql", "pgcopydb clone", 0.90),
        Bar.ratio("PostgreSQL, initial move", "copy-postgresql", "raw COPY FREEZE + indexes", 1.10),
        Bar.ratio("MySQL, initial move", "copy-mysql", "mydumper + myloader, no binlog", 0.55),
        Bar.ratio("MySQL, initial move", "copy-mysql", "mysqldump | mysql", 0.30),
        Bar.ratio("MySQL, initial move", "copy-mysql", "raw LOAD DATA + indexes", 1.00));
  }

  private static Stream<Bar> backlogs() {
    return Stream.concat(
            Stream.of("tpcb", "mixed", "bulk", "tiny")
                .map(word -> backlog("PostgreSQL", word, SUBSCRIPTION, 1 / 2.0)),
            Stream.of("tpcb", "mixed", "bulk", "tiny")
                .flatMap(word ->
                    Stream.of(
                        backlog("MySQL", word, "native replica, 4 workers", 1 / 1.5),
                        backlog("MySQL", word, "native replica, 1 worker", 1 / 3.0))))
        .map(bar -> bar.orNearTo(DECODE_ONLY));
  }

  private static Bar backlog(String product, String word, String contender, double most) {
    return Bar.ratio(
        product + ", a backlog: " + word,
        "apply-" + word + "-" + product.toLowerCase(Locale.ROOT),
        contender,
        most);
  }

  /** With fewer than a hundred of them, what 99 of 100 stay under is the worst one. */
  private static Stream<Bar> freezes() {
    String freeze = "freeze at 8 writers, a writer's longest gap, ms (%s), %s";
    String bouncer = "the same through PgBouncer (PostgreSQL), median";
    return Stream.of(
        gap(freeze.formatted("PostgreSQL", "median"), "freeze-postgresql", Bar.Goal.most(300)),
        gap(freeze.formatted("PostgreSQL", "worst"), "freeze-postgresql", Bar.Goal.worst(1000)),
        gap(freeze.formatted("MySQL", "median"), "freeze-mysql", Bar.Goal.most(300)),
        gap(freeze.formatted("MySQL", "worst"), "freeze-mysql", Bar.Goal.worst(1000)),
        gap(bouncer, "freeze-pgbouncer-postgresql", Bar.Goal.most(500)));
  }

  private static Bar gap(String work, String bench, Bar.Goal goal) {
    return figure(work, bench, "a cutover under writers", "longest_gap_ms", goal);
  }

  private static Bar load(String work, String engine, String figure, double most) {
    return figure(
        work + " (" + engine + ")",
        "load-" + engine,
        "fram beside an application",
        figure,
        Bar.Goal.most(most));
  }

  private static Stream<Bar> heap(String engine, int transaction, int row) {
    return Stream.of(
        large("a transaction", engine, "a large transaction", transaction),
        large("a row, copied", engine, "a large row, copied", row),
        large("a row, followed", engine, "a large row, followed", row));
  }

  private static Bar large(String work, String engine, String contender, int megabytes) {
    return figure(
        "%s (%s), largest moved with the launcher's heap, MB; asked for: %d"
            .formatted(work, engine, megabytes),
        "heap-" + engine,
        contender,
        "moved_mb",
        Bar.Goal.least(megabytes));
  }

  /** Of every run of Fram in every file: beside no contender. */
  static Bar everyHeap() {
    return figure(
        "heap of every run of Fram above, MiB (the largest counts)",
        "",
        "",
        ToolRun.HEAP_LIMIT,
        Bar.Goal.worst(HEAP_MIB));
  }
}
