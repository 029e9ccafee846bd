// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.tui.Presenter;
import java.util.Set;
import picocli.CommandLine.Command;

/** Ends a migration after the cutover. */
@Command(
    name = "complete",
    description = {
      "After the cutover: ends the reverse window and removes what Fram made on both servers. The source"
          + " stays closed for writes.",
      "Refused before the cutover, and while the old server serves again."
    })
final class CompleteCommand implements FramCommand {
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
    try (Presenter presenter = session.lines()) {
      return Outcome.show(presenter, () -> session.client().complete(presenter::show));
    }
  }
}
