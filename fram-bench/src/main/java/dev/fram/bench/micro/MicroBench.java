// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.micro;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The hot paths alone. */
@Command(
    name = "micro",
    description = "Decoding of both logs, and cutting into batches, by JMH; operations in a µs.",
    mixinStandardHelpOptions = true)
public final class MicroBench implements Callable<Integer> {
  @Option(
      names = "--match",
      paramLabel = "REGEX",
      defaultValue = ".*Benchmark.*",
      description = "Which. Default: all.")
  private String match = ".*Benchmark.*";

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Measured iterations of a second each. Default: ${DEFAULT-VALUE}.")
  private int rounds = 5;

  @Option(
      names = "--results",
      paramLabel = "FOLDER",
      defaultValue = "fram-bench/results",
      description = "Where the JSON goes. Default: ${DEFAULT-VALUE}.")
  private Path results = Path.of("fram-bench/results");

  @Override
  public Integer call() throws Exception {
    Files.createDirectories(results);
    String stamp =
        LocalDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    TimeValue second = TimeValue.seconds(1);
    new Runner(
            new OptionsBuilder()
                .include(match)
                .forks(1)
                .warmupIterations(3)
                .warmupTime(second)
                .measurementIterations(rounds)
                .measurementTime(second)
                .resultFormat(ResultFormatType.JSON)
                .result(results.resolve("micro-" + stamp + ".json").toString())
                .build())
        .run();
    return 0;
  }
}
