// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.Servers;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.migration.MigrationClient;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Takes the answer that only a person can give. */
@Command(
    name = "resolve",
    description = {
      "Answers the question that `fram status` asks when the outcome of a step is unknown and no"
          + " server can be asked. The answer is written to the journal, and the migration goes on"
          + " by it. Fram never guesses one.",
      "A server that can be reached again is asked first, and its own word counts: exit code 3 when"
          + " your answer was another one, or when nothing is asked."
    })
final class ResolveCommand implements FramCommand {
  @Parameters(
      index = "0",
      paramLabel = "ANSWER",
      description =
          "One of the answers that `fram status` shows: handed-over, not-handed-over (has the old"
              + " server handed over?), switched, not-switched (did the traffic switch do its"
              + " part?).")
  private String answer = "";

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
    try (Presenter presenter = session.lines()) {
      servers.warnings().forEach(presenter::warn);
      return Outcome.show(
          session, presenter, () -> client.resolve(answer, Session.shownBy(presenter)));
    }
  }
}
