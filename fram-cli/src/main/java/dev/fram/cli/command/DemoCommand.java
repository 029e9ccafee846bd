// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.demo.Demo;
import dev.fram.cli.demo.DemoPair;
import dev.fram.cli.demo.DemoPlan;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.migration.MigrationRun;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.WorkloadSchema;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The whole story on one screen. */
@Command(
    name = "demo",
    description = {
      "Starts two real servers on this machine and an application that keeps writing, migrates in"
          + " front of you, and proves that nothing was lost.",
      "Needs nothing but this machine; the servers are fetched the first time (PostgreSQL about 30"
          + " MB, MySQL 85 MB, MariaDB 150 MB). Exit code 0 only if all is proven."
    })
final class DemoCommand implements FramCommand {
  private static final Map<String, PostgresVersion> POSTGRESQL =
      Arrays.stream(PostgresVersion.values())
          .collect(
              Collectors.toUnmodifiableMap(
                  version -> Integer.toString(version.major()), Function.identity()));
  private static final Map<String, MySqlVersion> MYSQL =
      Map.of("8.0", MySqlVersion.V8_0, "9.7", MySqlVersion.V9_7);
  private static final Map<String, MySqlVersion> MARIADB =
      Map.of("11.4", MySqlVersion.MARIADB_11_4);
  private static final Duration AFTERWARDS = Duration.ofSeconds(5);

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      defaultValue = "postgresql",
      description = "postgresql, mysql or mariadb (default: ${DEFAULT-VALUE}).")
  private String engine = "postgresql";

  @Option(
      names = {"--source-version", "--from"},
      paramLabel = "V",
      defaultValue = "",
      description =
          "The source's version: PostgreSQL 13 to 18 (default: 15), MySQL 8.0 (default) or 9.7,"
              + " MariaDB 11.4.")
  private String sourceVersion = "";

  @Option(
      names = {"--target-version", "--to"},
      paramLabel = "V",
      defaultValue = "",
      description =
          "The target's, not older: PostgreSQL 13 to 18 (default: 18), MySQL 8.0 (default) or 9.7,"
              + " MariaDB 11.4.")
  private String targetVersion = "";

  @Option(
      names = "--writers",
      paramLabel = "N",
      defaultValue = "4",
      description = "Threads that write, 1 to 16 (default: ${DEFAULT-VALUE}).")
  private int writers;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "Transactions a second, of all writers together; 0: as many as they can (default:"
              + " ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "200000",
      description = "Rows in the large table at the start (default: ${DEFAULT-VALUE}).")
  private long rows;

  @Option(
      names = "--cutover",
      paramLabel = "manual|auto",
      defaultValue = "auto",
      description =
          "manual: waits for the button of the page (--dashboard) (default: ${DEFAULT-VALUE}).")
  private String cutover = "auto";

  @Option(
      names = "--keep",
      description = "Leaves both servers up at the end, until Ctrl-C, and prints their URIs.")
  private boolean keep;

  @Override
  public Set<ConfigKey> keys() {
    return EnumSet.of(
        ConfigKey.JOBS,
        ConfigKey.INDEX_JOBS,
        ConfigKey.WRITE_BLOCK_BUDGET,
        ConfigKey.DASHBOARD,
        ConfigKey.LOG_FILE);
  }

  @Override
  public Set<ConfigKey> required() {
    return Set.of();
  }

  @Override
  public int run(Session session) {
    try (RunPage page = RunPage.open(session)) {
      return run(session, page);
    }
  }

  private int run(Session session, RunPage page) {
    Demo demo =
        new Demo(
            plan(),
            session.settings(),
            (request, settings) -> {
              MigrationRun run = session.migrationRun(request, settings);
              run.addStatusListener(status -> Logging.name(status.migration()));
              page.follow(run, session.client(request, settings));
              return run;
            });
    String footer = "Ctrl-C ends the demo and removes its servers.";
    try (Presenter presenter =
        session.live(
            footer, () -> Stream.concat(demo.extras().stream(), page.extras().stream()).toList())) {
      page.announce(presenter);
      Demo.Ending ending = keep ? Demo.Ending.KEEP : Demo.Ending.REMOVE;
      return CtrlC.during(
          demo::stop, () -> Outcome.show(session, presenter, () -> demo.run(presenter, ending)));
    }
  }

  private DemoPlan plan() {
    require(1 <= writers && writers <= WorkloadSchema.WRITERS, "--writers", writers);
    require(rate >= 0, "--rate", rate);
    require(rows >= 0, "--rows", rows);
    return new DemoPlan(pair(), writers, rate, rows, AFTERWARDS, cutover());
  }

  private MigrationSettings.Mode cutover() {
    return switch (cutover) {
      case "auto" -> MigrationSettings.Mode.AUTO;
      case "manual" -> MigrationSettings.Mode.MANUAL;
      default -> throw refused("--cutover", cutover, "It can be auto or manual.");
    };
  }

  private DemoPair pair() {
    return switch (engine) {
      case "postgresql" ->
          versions(POSTGRESQL, PostgresVersion.V15, PostgresVersion.V18, DemoPair.Postgres::new);
      case "mysql" -> versions(MYSQL, MySqlVersion.V8_0, MySqlVersion.V8_0, DemoPair.MySql::new);
      case "mariadb" ->
          versions(
              MARIADB, MySqlVersion.MARIADB_11_4, MySqlVersion.MARIADB_11_4, DemoPair.MySql::new);
      default -> throw refused("--engine", engine, "It can be postgresql, mysql or mariadb.");
    };
  }

  /** A target that is not named is never older than the source. */
  private <V extends Enum<V>> DemoPair versions(
      Map<String, V> known, V source, V target, BiFunction<V, V, DemoPair> pair) {
    V from = chosen("--source-version", sourceVersion, known, source);
    V to =
        chosen(
            "--target-version", targetVersion, known, from.compareTo(target) > 0 ? from : target);
    if (to.compareTo(from) < 0) {
      throw refused("--target-version", targetVersion, "It must not be older than the source.");
    }
    return pair.apply(from, to);
  }

  private static <V> V chosen(String option, String word, Map<String, V> known, V fallback) {
    V version = word.isEmpty() ? fallback : known.get(word);
    if (version == null) {
      String all = String.join(", ", new TreeSet<>(known.keySet()));
      throw refused(option, word, "It can be " + all + ".");
    }
    return version;
  }

  private static FramException refused(String option, String value, String remedy) {
    return new FramException(
        ErrorCode.CONFIG_INVALID, option + " cannot be " + value + ".", remedy);
  }

  private static void require(boolean fine, String option, long value) {
    if (!fine) {
      throw refused(option, Long.toString(value), "See `fram help demo`.");
    }
  }
}
