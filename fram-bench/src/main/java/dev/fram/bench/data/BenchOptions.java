// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.data;

import dev.fram.bench.measure.Contender;
import dev.fram.bench.measure.ResultFile;
import dev.fram.bench.measure.Rounds;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What every measurement may be told. */
public final class BenchOptions {
  @Option(
      names = "--engine",
      paramLabel = "NAME",
      defaultValue = "postgresql",
      description = "postgresql or mysql. Default: ${DEFAULT-VALUE}.")
  private Engine engine = Engine.POSTGRESQL;

  @Option(
      names = "--data",
      paramLabel = "NAME",
      defaultValue = "shop",
      description = "shop, or tables: 5,000 small ones (postgresql). Default: ${DEFAULT-VALUE}.")
  private DataSet data = DataSet.SHOP;

  @Option(
      names = "--scale",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "Size of the data set; 1 is about 35 MiB with indexes. Default: ${DEFAULT-VALUE}.")
  private int scale = 10;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often each contender runs, in turn. Default: ${DEFAULT-VALUE}.")
  private int rounds = 5;

  @Option(
      names = "--warm-ups",
      paramLabel = "N",
      defaultValue = "1",
      description = "Rounds before, which do not count. Default: ${DEFAULT-VALUE}.")
  private int warmUps = 1;

  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      defaultValue = "3600",
      description =
          "No round begins later than this after the start; one always counts. Default: ${DEFAULT-VALUE}.")
  private int limitSeconds = 3600;

  private final long began = System.nanoTime();

  @Option(
      names = "--jobs",
      paramLabel = "N",
      defaultValue = "4",
      description = "Jobs of every tool that has some. Default: ${DEFAULT-VALUE}.")
  private int jobs = 4;

  @Option(
      names = "--only",
      paramLabel = "WORD",
      split = ",",
      description = "Only contenders with one of these words in their name; fram always.")
  private List<String> only = List.of();

  @Option(
      names = "--results",
      paramLabel = "FOLDER",
      defaultValue = "fram-bench/results",
      description = "Where the JSON goes. Default: ${DEFAULT-VALUE}.")
  private Path results = Path.of("fram-bench/results");

  @Option(
      names = "--jfr",
      paramLabel = "FILE",
      description = "Also records where Fram spends its time; the file of its last run stays.")
  private Optional<Path> recording = Optional.empty();

  @Option(
      names = "--jvm",
      paramLabel = "OPTION",
      description =
          "One more for Fram's own JVM, -XX:TieredStopAtLevel=1 for example. May be repeated.")
  private List<String> jvm = List.of();

  /** Which product. */
  enum Engine {
    POSTGRESQL,
    MYSQL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What a result is named after: {@code copy}, {@code copy-tables}. */
  public String named(String bench) {
    return data == DataSet.SHOP ? bench : bench + "-" + data.name().toLowerCase(Locale.ROOT);
  }

  public BenchArena open() throws IOException, SQLException {
    return switch (engine) {
      case POSTGRESQL -> PostgresArena.open(data, scale);
      case MYSQL -> MySqlArena.open(scale);
    };
  }

  /** The same, and from the target a way back is possible. */
  public BenchArena openBothWays() throws IOException, SQLException {
    return switch (engine) {
      case POSTGRESQL -> PostgresArena.openBothWays(data, scale);
      case MYSQL -> MySqlArena.open(scale);
    };
  }

  public Rounds rounds() {
    return new Rounds(warmUps, rounds, Duration.ofSeconds(limitSeconds), began);
  }

  public int jobs() {
    return jobs;
  }

  /** For Fram's own JVM. */
  public List<String> framOptions() {
    List<String> all = new ArrayList<>(jvm);
    recording.ifPresent(file ->
        all.add("-XX:StartFlightRecording=settings=profile,filename=" + file.toAbsolutePath()));
    return all;
  }

  public ResultFile results() {
    return new ResultFile(results);
  }

  /** The chosen ones, in their order. */
  public List<Contender> chosen(List<Contender> all) {
    return all.stream()
        .filter(contender ->
            only.isEmpty()
                || contender.name().startsWith("fram")
                || only.stream().anyMatch(contender.name()::contains))
        .toList();
  }
}
