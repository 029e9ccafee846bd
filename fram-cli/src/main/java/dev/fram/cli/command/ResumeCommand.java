// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.tui.Presenter;
import java.util.Set;
import picocli.CommandLine;

/** Lets a paused migration go on. */
@CommandLine.Command(
    name = "resume",
    description = {
      "Ends a pause of the running `fram migrate`.",
      "A run that has ended is resumed by `fram migrate`, not by this."
    })
final class ResumeCommand implements FramCommand {
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
      return Outcome.show(session, presenter, () -> session.client().resume());
    }
  }
}
