// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.Servers;
import dev.fram.cli.tui.Figures;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.bus.Answer;
import dev.fram.core.migration.Goal;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.migration.MigrationRun;
import dev.fram.core.migration.RunResult;
import dev.fram.core.run.MigrationSettings;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;

/** The main job. */
@Command(
    name = "migrate",
    description = {
      "Moves the database: check, schema, copy, follow; then waits for `fram cutover`, or cuts"
          + " over by itself with --cutover=auto.",
      "Run the same command again after any interruption: it goes on from where it was."
    })
final class MigrateCommand implements FramCommand {
  /** What a shell makes of a process that Ctrl-C ended. */
  private static final int INTERRUPTED = 130;

  @Override
  public Set<ConfigKey> keys() {
    return Keys.all();
  }

  @Override
  public Set<ConfigKey> required() {
    return Keys.SERVERS;
  }

  @Override
  public int run(Session session) {
    Servers servers = session.servers();
    MigrationSettings settings = session.settings();
    MigrationRun run = session.migrationRun(servers.request(), settings);
    MigrationClient client = session.client(servers.request(), settings);
    try (RunPage page = RunPage.open(session);
        RunNotices notices = RunNotices.open(session.values());
        Presenter presenter =
            session.live(new Helm(client::ask, Helm.Leave.running()), page::extras)) {
      servers.warnings().forEach(presenter::warn);
      notices.warnings().forEach(presenter::warn);
      page.announce(presenter);
      notices.follow(run);
      page.follow(run, client);
      run.addStatusListener(Session.shownBy(presenter));
      run.addFindingListener(presenter::found);
      return CtrlC.during(
          run::stop, () -> Outcome.show(session, presenter, () -> answer(run.run(Goal.MIGRATE))));
    }
  }

  static Answer answer(RunResult result) {
    Status status = result.status();
    return switch (result.phase()) {
      case SERVING ->
          Answer.done(
              status.target()
                  + " serves. "
                  + Figures.count(status.copy().rows())
                  + " rows copied, "
                  + Figures.count(status.feed().changes())
                  + " changes applied; "
                  + Figures.blocked(status)
                  + status
                      .cutover()
                      .flatMap(Status.Cutover::probe)
                      .map(probe -> "; " + Figures.probe(probe))
                      .orElse("")
                  + ".",
              next(status));
      case ROLLED_BACK ->
          Answer.done(
              status.source()
                  + " serves again, with every write that "
                  + status.target()
                  + " took; "
                  + Figures.blocked(status)
                  + ".",
              next(status));
      case COMPLETED -> Answer.done("Completed: what Fram made on both servers is gone.");
      case CANCELLED -> Answer.done("Cancelled: the source never stopped serving.");
      case PLANNED,
          CHECKED,
          PREPARED,
          COPYING,
          CATCHING_UP,
          VERIFYING,
          READY,
          CUTTING_OVER,
          ROLLING_BACK,
          NEEDS_OPERATOR ->
          stopped(result.phase());
    };
  }

  private static Answer stopped(PhaseName phase) {
    return new Answer(
        INTERRUPTED,
        "",
        "Stopped in phase "
            + phase
            + "; the source is unharmed and keeps its log for Fram. Run the same command again to"
            + " go on, or `fram cancel` to give up.",
        List.of());
  }

  private static List<String> next(Status status) {
    return status.nextSteps().stream().map(step -> "next: " + step).toList();
  }
}
