// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.Servers;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.migration.MigrationClient;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Back to the old server. */
@Command(
    name = "rollback",
    description = {
      "After the cutover: blocks writes on the new server, brings the old one to the exact same"
          + " position, hands over and opens the old one.",
      "Tells the running `fram migrate` to do it, or does it itself when none runs. Until the"
          + " hand-over every failure undoes itself and writers go on without an error. `fram cutover`"
          + " leads there again, without a new copy."
    })
final class RollbackCommand implements FramCommand {
  @Option(
      names = "--dry-run",
      description =
          "Says each step and what it would take now; touches nothing. Needs a `fram migrate` that"
              + " runs.")
  private boolean dryRun;

  @Override
  public Set<ConfigKey> keys() {
    return Keys.cutover();
  }

  @Override
  public Set<ConfigKey> required() {
    return Keys.SERVERS;
  }

  @Override
  public int run(Session session) {
    Servers servers = session.servers();
    MigrationClient client = session.client();
    String footer = "Ctrl-C ends the watching only; the rollback goes on in its own process.";
    try (Presenter presenter = dryRun ? session.lines() : session.live(footer, List::of)) {
      servers.warnings().forEach(presenter::warn);
      return Outcome.show(
          session,
          presenter,
          () -> dryRun ? client.rollbackDryRun() : client.rollback(Session.shownBy(presenter)));
    }
  }
}
