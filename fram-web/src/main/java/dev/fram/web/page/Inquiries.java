// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** What is no part of a picture and is asked of the servers when somebody wants it. Thread-safe. */
final class Inquiries {
  static final String FORECAST = "/api/forecast";
  static final String PAGE = "/report";
  static final String JSON = "/report.json";

  private final Inquiry forecast;
  private final Inquiry report;

  /**
   * @param clock milliseconds since 1970
   */
  Inquiries(RunningMigration migration, LongSupplier clock) {
    this.forecast =
        new Inquiry(FORECAST, () -> Map.of(FORECAST, Body.json(200, migration.forecast())), clock);
    this.report = new Inquiry(PAGE, () -> forms(migration.report()), clock);
  }

  private static Map<String, Body> forms(WrittenReport report) {
    return Map.of(
        PAGE,
        Body.text("text/html; charset=utf-8", report.page()),
        JSON,
        Body.json(200, report.json()));
  }

  void forecast(Consumer<Body> taker) {
    forecast.ask(answer -> taker.accept(answer.get(FORECAST)));
  }

  /**
   * @param path which form; why there is none is the same for both
   */
  void report(String path, Consumer<Body> taker) {
    report.ask(answer -> taker.accept(answer.getOrDefault(path, answer.get(PAGE))));
  }
}
