// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.bars;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fram.bench.apply.ApplyBench;
import dev.fram.bench.copy.CopyBench;
import dev.fram.bench.freeze.FreezeBench;
import dev.fram.bench.heap.HeapBench;
import dev.fram.bench.load.LoadBench;
import dev.fram.bench.measure.Spread;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.verify.VerifyBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * One measurement after another, each with servers of its own, and a table of what each should come
 * to. One that fails leaves its rows open and stops nothing.
 */
@Command(
    name = "all",
    description =
        "Everything, and for each row whether it is what it should be. Hours; --quick: half an hour.",
    mixinStandardHelpOptions = true)
public final class AllBench implements Callable<Integer> {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String ROUNDS = "--rounds=";

  @Option(
      names = "--quick",
      description = "Small data, three rounds: to see where it stands, not to publish.")
  private boolean quick;

  @Option(
      names = "--results",
      paramLabel = "FOLDER",
      defaultValue = "fram-bench/results",
      description = "A folder in it gets the JSON and the table. Default: ${DEFAULT-VALUE}.")
  private Path results = Path.of("fram-bench/results");

  @Override
  public Integer call() throws IOException {
    String stamp =
        LocalDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    Path folder = Files.createDirectories(results.resolve("all-" + stamp));
    boolean whole = true;
    whole &= run(new CopyBench(), folder, "--engine=postgresql", size(4, 40));
    whole &= run(new CopyBench(), folder, "--engine=mysql", size(2, 20));
    whole &= run(new ApplyBench(), folder, "--engine=postgresql", size(2, 10), backlog(50_000));
    whole &= run(new ApplyBench(), folder, "--engine=mysql", size(1, 10), backlog(4_000));
    for (String engine : List.of("--engine=postgresql", "--engine=mysql")) {
      whole &= run(new VerifyBench(), folder, engine, size(3, 10), "--part=copy");
      String seconds = "--seconds=" + (quick ? 8 : 30);
      whole &= run(new LoadBench(), folder, engine, size(6, 40), seconds, rounds(1, 5), warmUps());
      whole &= run(new FreezeBench(), folder, engine, size(1, 1), rounds(3, 10), warmUps());
    }
    whole &= run(new FreezeBench(), folder, "--pgbouncer", size(1, 1), rounds(3, 10), warmUps());
    whole &= small(folder);
    for (String engine : List.of("--engine=postgresql", "--engine=mysql")) {
      String transaction = "--transaction=" + transaction();
      String row = "--row=" + row();
      whole &= run(new HeapBench(), folder, engine, size(1, 1), transaction, row);
    }
    table(folder);
    return whole ? 0 : 1;
  }

  /** A round with another tool's five thousand tables takes minutes. */
  private boolean small(Path folder) {
    return run(
        new CopyBench(),
        folder,
        "--engine=postgresql",
        "--data=tables",
        "--only=pgcopydb",
        size(1, 5),
        rounds(1, 5),
        warmUps());
  }

  private String size(int small, int large) {
    return "--scale=" + (quick ? small : large);
  }

  private String backlog(int small) {
    return "--transactions=" + (quick ? small : 100_000);
  }

  private String rounds(int few, int many) {
    return ROUNDS + (quick ? few : many);
  }

  private String warmUps() {
    return "--warm-ups=" + (quick ? 0 : 1);
  }

  /**
   * In megabytes. The 20 GB of issue 7 take more disk than many a machine has: they are on it five
   * times at once, as rows on both sides, as log, as what the decoder spills, as backlog.
   */
  private int transaction() {
    return quick ? 1_000 : 10_000;
  }

  private int row() {
    return quick ? 64 : 1_000;
  }

  private boolean run(Callable<Integer> bench, Path folder, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--results=" + folder);
    if (all.stream().noneMatch(word -> word.startsWith(ROUNDS))) {
      all.add(rounds(3, 5));
    }
    CommandLine command = new CommandLine(bench).setCaseInsensitiveEnumValuesAllowed(true);
    System.out.printf("%n--- %s %s%n", command.getCommandName(), String.join(" ", all));
    return command.execute(all.toArray(String[]::new)) == 0;
  }

  private void table(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("| work | Fram's time by that of | median (lowest-highest) | bar | |");
    lines.add("|---|---|---|---|---|");
    for (Bar bar : Bars.all(transaction(), row()).toList()) {
      Optional<JsonNode> file = file(bar, folder);
      lines.add(bar.line(file.flatMap(bar::in), file.flatMap(bar::nearness)));
    }
    lines.add(Bars.everyHeap().line(heaps(folder), Optional.empty()));
    lines.forEach(System.out::println);
    System.out.println(Files.write(folder.resolve("table.md"), lines));
  }

  private static Optional<JsonNode> file(Bar bar, Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      Optional<Path> file =
          files.filter(f -> f.getFileName().toString().startsWith(bar.bench() + "-2")).findFirst();
      return file.isEmpty() ? Optional.empty() : Optional.of(read(file.get()));
    }
  }

  /** Of every run of Fram; the others' have none. */
  private static Optional<Spread> heaps(Path folder) throws IOException {
    List<Double> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        for (JsonNode limit : read(file).findValues(ToolRun.HEAP_LIMIT)) {
          all.add(limit.asDouble());
        }
      }
    }
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(Spread.of(all.stream().mapToDouble(Double::doubleValue)));
  }

  private static JsonNode read(Path file) throws IOException {
    return MAPPER.readTree(file.toFile());
  }
}
