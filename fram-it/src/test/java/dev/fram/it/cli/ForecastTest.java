// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fram.it.cli.Program.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The forecast against what really happens: {@code fram measure --save}, a whole migration with its
 * cutover, and the report, for five kinds of data. {@code -Dfram.forecast=POSTGRESQL}, {@code
 * MYSQL} or {@code MARIADB} says for which product, {@code -Dfram.forecast.megabytes} how much data
 * each has, {@code -Dfram.forecast.sets} which ones, {@code -Dfram.forecast.time} how long is
 * measured. Not in every run: on a busy machine it is the machine that is measured. It prints a
 * table; that the ranges hold is for a person to see in it, not a condition of the test.
 */
@Timeout(3600)
@EnabledIfSystemProperty(named = "fram.forecast", matches = "POSTGRESQL|MYSQL|MARIADB")
class ForecastTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Map<String, String> PARTS =
      new TreeMap<>(
          Map.of(
              "copy", "copy",
              "copy_and_index", "copy and indexes",
              "catch_up", "catching up",
              "verify", "comparison",
              "freeze", "writes blocked"));

  @TempDir Path folder;

  @Test
  void fiveKindsOfData() throws Exception {
    List<String> lines = new ArrayList<>();
    lines.add("| data | part | foretold | took | | upper / lower |");
    lines.add("|---|---|---|---|---|---|");
    Map<String, int[]> inside = new TreeMap<>();
    try (ForecastServers servers = ForecastServers.start(System.getProperty("fram.forecast", ""))) {
      for (ForecastData data : ForecastData.values()) {
        if (System.getProperty("fram.forecast.sets", data.name()).contains(data.name())) {
          JsonNode report = migrate(servers, data);
          List<String> rows = rows(data, report, inside);
          rows.forEach(System.out::println);
          lines.addAll(rows);
        }
      }
    }
    inside.forEach((part, counts) ->
        lines.add("| all | " + part + " | | | " + counts[0] + " of " + counts[1] + " inside | |"));
    Path file = Path.of("target", "forecast-" + System.getProperty("fram.forecast") + ".md");
    Files.write(file, lines);
    lines.forEach(System.out::println);
  }

  private JsonNode migrate(ForecastServers servers, ForecastData data)
      throws IOException, SQLException {
    Program fram = servers.program(folder, data);
    int megabytes = Integer.getInteger("fram.forecast.megabytes", 150);
    data.load(servers, megabytes);
    ForecastData.Writing writing = data.writing(servers);
    try {
      Result measured =
          fram.run("measure", "--save", "--time", System.getProperty("fram.forecast.time", "20s"));
      good(measured);
      String name = System.getProperty("fram.forecast") + "-" + data.database();
      Files.writeString(Path.of("target", "forecast-" + name + ".txt"), measured.out());
      good(fram.run("migrate", "--cutover", "auto"));
    } finally {
      writing.end();
    }
    good(fram.run("report", "--html", data + ".html"));
    good(fram.run("complete", "--html", data + "-end.html"));
    return MAPPER.readTree(folder.resolve(data + ".json").toFile());
  }

  private static void good(Result result) {
    assertThat(result.code()).as(result.toString()).isZero();
  }

  private static List<String> rows(ForecastData data, JsonNode report, Map<String, int[]> inside) {
    List<String> rows = new ArrayList<>();
    for (JsonNode part : report.at("/forecast/parts")) {
      String name = PARTS.getOrDefault(part.path("part").asText(), "?");
      long low = part.path("low_millis").asLong();
      long high = part.path("high_millis").asLong();
      String verdict = part.path("verdict").asText();
      if (low >= 0) {
        int[] counts = inside.computeIfAbsent(name, key -> new int[2]);
        counts[0] += verdict.equals("inside") ? 1 : 0;
        counts[1]++;
      }
      rows.add(
          String.join(
              " | ",
              "| " + data.words(),
              name,
              low < 0 ? "not foretold" : seconds(low) + " to " + seconds(high),
              seconds(part.path("actual_millis").asLong()),
              verdict,
              low <= 0 ? "" : String.format(Locale.ROOT, "%.2f |", (double) high / low)));
    }
    for (JsonNode step : report.at("/cutovers/0/picture/steps")) {
      System.out.println(data + " " + step);
    }
    return rows;
  }

  private static String seconds(long millis) {
    return millis < 0 ? "" : String.format(Locale.ROOT, "%.2f s", millis / 1000.0);
  }
}
