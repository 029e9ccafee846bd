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

/** Moves the traffic. */
@Command(
    name = "cutover",
    description = {
      "Blocks writes on the source, brings the target to the exact same position, hands over and"
          + " opens the target.",
      "Tells the running `fram migrate` to do it, or does it itself when none runs. Until the"
          + " hand-over every failure undoes itself and writers go on without an error."
    })
final class CutoverCommand implements FramCommand {
  @Option(
      names = "--dry-run",
      description = "Says each step and what it would take now; touches nothing.")
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
    String footer = "Ctrl-C ends the watching only; the cutover goes on in its own process.";
    try (Presenter presenter = dryRun ? session.lines() : session.live(footer, List::of)) {
      servers.warnings().forEach(presenter::warn);
      return Outcome.show(
          session,
          presenter,
          () -> dryRun ? client.cutoverDryRun() : client.cutover(Session.shownBy(presenter)));
    }
  }
}
