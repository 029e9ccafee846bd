// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.tui.Presenter;
import java.util.Set;
import picocli.CommandLine;

/** Holds the running migration back. */
@CommandLine.Command(
    name = "pause",
    description = {
      "Pauses the running `fram migrate`: nothing further is copied and no cutover begins, until `fram"
          + " resume` or the end of that run.",
      "What is being copied comes to its end, and what the source writes is still followed: else its"
          + " disk would fill. An open snapshot stays open; for a long break stop the run instead."
    })
final class PauseCommand implements FramCommand {
  @Override
  public Set<ConfigKey> keys() {
    return Keys.logins();
  }

  @Override
  public Set<ConfigKey> required() {
    return Keys.SERVERS;
  }

  @Override
  public int run(Session session) {
    try (Presenter presenter = session.lines()) {
      return Outcome.show(session, presenter, () -> session.client().pause());
    }
  }
}
