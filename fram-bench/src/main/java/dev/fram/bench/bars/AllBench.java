// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.bars;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.fram.bench.apply.ApplyBench;
import dev.fram.bench.copy.CopyBench;
import dev.fram.bench.load.LoadBench;
import dev.fram.bench.measure.Spread;
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

  /** What it does not measure, and what does. */
  private static final List<String> ELSEWHERE =
      List.of(
          "| freeze at 8 writers | | | | `FreezeTest`, `MySqlFreezeTest` |",
          "| a client's longest gap through PgBouncer | | | | `PgBouncerTest` |",
          "| a large transaction, a large row in 256 MiB of heap | | | | `LargeTableTest`, `MySqlLargeTableTest` |");

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
    whole &= run(new CopyBench(), folder, size(4, 40), "--engine=postgresql");
    whole &= run(new CopyBench(), folder, size(2, 20), "--engine=mysql");
    whole &= run(new ApplyBench(), folder, size(1, 10), "--engine=postgresql", transactions());
    whole &= run(new ApplyBench(), folder, size(1, 10), "--engine=mysql", transactions());
    for (String engine : List.of("postgresql", "mysql")) {
      whole &= run(new VerifyBench(), folder, size(3, 10), "--engine=" + engine, "--part=copy");
      whole &= run(new LoadBench(), folder, size(6, 40), "--engine=" + engine, seconds());
    }
    whole &=
        run(
            new CopyBench(),
            folder,
            size(1, 5),
            "--engine=postgresql",
            "--data=tables",
            "--only=pgcopydb");
    table(folder);
    return whole ? 0 : 1;
  }

  private String size(int small, int large) {
    return "--scale=" + (quick ? small : large);
  }

  private String transactions() {
    return "--transactions=" + (quick ? 20_000 : 100_000);
  }

  private String seconds() {
    return "--seconds=" + (quick ? 8 : 30);
  }

  private boolean run(Callable<Integer> bench, Path folder, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--results=" + folder, "--rounds=" + (quick ? 3 : 5)));
    CommandLine command = new CommandLine(bench).setCaseInsensitiveEnumValuesAllowed(true);
    System.out.printf("%n--- %s %s%n", command.getCommandName(), String.join(" ", all));
    return command.execute(all.toArray(String[]::new)) == 0;
  }

  private static void table(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("| work | Fram's time by that of | median (lowest-highest) | bar | |");
    lines.add("|---|---|---|---|---|");
    for (Bar bar : Bar.all().toList()) {
      lines.add(bar.line(found(bar, folder)));
    }
    lines.addAll(ELSEWHERE);
    lines.forEach(System.out::println);
    System.out.println(Files.write(folder.resolve("table.md"), lines));
  }

  private static Optional<Spread> found(Bar bar, Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      Optional<Path> file =
          files.filter(f -> f.getFileName().toString().startsWith(bar.bench() + "-2")).findFirst();
      return file.isEmpty() ? Optional.empty() : bar.in(read(file.get()));
    }
  }

  private static JsonNode read(Path file) throws IOException {
    return MAPPER.readTree(file.toFile());
  }
}
