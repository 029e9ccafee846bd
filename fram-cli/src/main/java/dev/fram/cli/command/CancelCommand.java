// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.tui.Presenter;
import java.util.Set;
import picocli.CommandLine.Command;

/** Gives up before the cutover. */
@Command(
    name = "cancel",
    description = {
      "Gives up: removes everything Fram made on both servers, the copied tables too.",
      "Refused after the cutover: then the target holds the only current data."
    })
final class CancelCommand implements FramCommand {
  @Override
  public Set<ConfigKey> keys() {
    Set<ConfigKey> keys = Keys.scope();
    // A run that died may have left a proxy paused.
    keys.add(ConfigKey.TRAFFIC);
    return keys;
  }

  @Override
  public Set<ConfigKey> required() {
    return Keys.SERVERS;
  }

  @Override
  public int run(Session session) {
    try (Presenter presenter = session.lines()) {
      return Outcome.show(
          session, presenter, () -> session.client().cancel(Session.shownBy(presenter)));
    }
  }
}
