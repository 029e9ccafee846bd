// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.engine.Reveal;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.Servers;
import dev.fram.cli.tui.Presenter;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares every row. */
@Command(
    name = "verify",
    description = {
      "Compares every row of source and target while writes go on, and names the rows that differ.",
      "Asks the running `fram migrate`, which knows what both sides must hold at one moment. When"
          + " none runs, both servers are read one after the other, and rows that differ are read"
          + " again: what keeps changing stays undecided.",
      "Exit code 0: equal. 1: rows differ. 3: could not be decided."
    })
final class VerifyCommand implements FramCommand {
  @Option(
      names = "--show-values",
      description =
          "Shows what the differing columns hold on source and target. Only when no migration runs:"
              + " a running one never hands out values.")
  private boolean showValues;

  @Override
  public Set<ConfigKey> keys() {
    return Keys.scope();
  }

  @Override
  public Set<ConfigKey> required() {
    return Keys.SERVERS;
  }

  @Override
  public int run(Session session) {
    Servers servers = session.servers();
    String footer = "Ctrl-C ends the watching only; a comparison by fram migrate goes on.";
    try (Presenter presenter = session.live(footer, List::of)) {
      servers.warnings().forEach(presenter::warn);
      return Outcome.show(
          presenter,
          () ->
              showValues
                  ? session.client().compare(Reveal.VALUES)
                  : session.client().verify(presenter::show));
    }
  }
}
