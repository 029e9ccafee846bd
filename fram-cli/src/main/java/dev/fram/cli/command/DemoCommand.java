// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.demo.Demo;
import dev.fram.cli.demo.DemoPlan;
import dev.fram.cli.tui.Presenter;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.WorkloadSchema;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The whole story on one screen. */
@Command(
    name = "demo",
    description = {
      "Starts two real PostgreSQL servers on this machine and an application that keeps writing,"
          + " migrates in front of you, and proves that nothing was lost.",
      "Needs nothing but this machine; the servers are fetched the first time (about 30 MB). Exit"
          + " code 0 only if all is proven."
    })
final class DemoCommand implements FramCommand {
  private static final Duration AFTERWARDS = Duration.ofSeconds(5);
  private static final int OLDEST = 13;
  private static final int NEWEST = 18;

  @Option(
      names = "--source-version",
      paramLabel = "N",
      defaultValue = "15",
      description = "The source's major version, 13 to 18 (default: ${DEFAULT-VALUE}).")
  private int sourceVersion;

  @Option(
      names = "--target-version",
      paramLabel = "N",
      defaultValue = "18",
      description = "The target's major version, not older (default: ${DEFAULT-VALUE}).")
  private int targetVersion;

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
      names = "--keep",
      description = "Leaves both servers up at the end, until Ctrl-C, and prints their URIs.")
  private boolean keep;

  @Override
  public Set<ConfigKey> keys() {
    return EnumSet.of(ConfigKey.JOBS, ConfigKey.INDEX_JOBS, ConfigKey.WRITE_BLOCK_BUDGET);
  }

  @Override
  public Set<ConfigKey> required() {
    return Set.of();
  }

  @Override
  public int run(Session session) {
    Demo demo = new Demo(plan(), session.settings(), session::migrationRun);
    String footer = "Ctrl-C ends the demo and removes its servers.";
    try (Presenter presenter = session.live(footer, demo::extras)) {
      Demo.Ending ending = keep ? Demo.Ending.KEEP : Demo.Ending.REMOVE;
      return CtrlC.during(
          demo::stop, () -> Outcome.show(presenter, () -> demo.run(presenter, ending)));
    }
  }

  private DemoPlan plan() {
    require(OLDEST <= sourceVersion && sourceVersion <= NEWEST, "--source-version", sourceVersion);
    require(
        sourceVersion <= targetVersion && targetVersion <= NEWEST,
        "--target-version",
        targetVersion);
    require(1 <= writers && writers <= WorkloadSchema.WRITERS, "--writers", writers);
    require(rate >= 0, "--rate", rate);
    require(rows >= 0, "--rows", rows);
    return new DemoPlan(
        PostgresVersion.of(sourceVersion),
        PostgresVersion.of(targetVersion),
        writers,
        rate,
        rows,
        AFTERWARDS);
  }

  private static void require(boolean fine, String option, long value) {
    if (!fine) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID, option + " cannot be " + value + ".", "See `fram help demo`.");
    }
  }
}
