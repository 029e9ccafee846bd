// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.check.Check;
import dev.fram.api.check.Finding;
import dev.fram.api.engine.Route;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.Servers;
import dev.fram.cli.tui.FindingLines;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.bus.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks every question before anything is touched. */
@Command(
    name = "check",
    description = {
      "Looks at both servers: settings, privileges, objects. Changes nothing.",
      "Every finding that is not fine says what to do. Exit code 1 when one failed."
    })
final class CheckCommand implements FramCommand {
  @Option(
      names = "--measure",
      description =
          "Then measures and forecasts, as fram measure does, unless a check has failed. That writes"
              + " to a scratch table on the target.")
  private boolean measure;

  @Override
  public Set<ConfigKey> keys() {
    Set<ConfigKey> keys = Keys.scope();
    keys.add(ConfigKey.REVERSE_WINDOW);
    keys.add(ConfigKey.JOBS);
    keys.add(ConfigKey.INDEX_JOBS);
    keys.add(ConfigKey.VERIFY);
    keys.add(ConfigKey.VERIFY_JOBS);
    return keys;
  }

  @Override
  public Set<ConfigKey> required() {
    return Keys.SERVERS;
  }

  @Override
  public int run(Session session) {
    Servers servers = session.servers();
    List<Finding> findings = new ArrayList<>();
    try (Presenter presenter = session.checks();
        Route route = Session.engine(servers.request()).open(servers.request())) {
      servers.warnings().forEach(presenter::warn);
      presenter.say(
          "source "
              + route.source().server().name()
              + " ("
              + route.source().server().product()
              + " "
              + route.source().server().version()
              + "), target "
              + route.target().server().name()
              + " ("
              + route.target().server().product()
              + " "
              + route.target().server().version()
              + ")");
      List<Check> checks = new ArrayList<>(route.checks());
      if (session.settings().reverse().on()) {
        route.back().ifPresent(back -> checks.addAll(back.checks()));
      }
      for (Check check : checks) {
        for (Finding finding : check.run()) {
          findings.add(finding);
          presenter.found(finding);
        }
      }
      Answer answer = answer(findings);
      if (measure && answer.exitCode() == 0) {
        presenter.say(answer.message());
        return MeasureCommand.measured(session, route, presenter);
      }
      presenter.answer(answer);
      return answer.exitCode();
    }
  }

  private static Answer answer(List<Finding> findings) {
    if (findings.isEmpty()) {
      throw new FramException(ErrorCode.INTERNAL, "The engine asked nothing.", "");
    }
    boolean failed = findings.stream().anyMatch(f -> f.severity() == Finding.Severity.FAIL);
    String summary = FindingLines.summary(findings);
    return failed ? Answer.refused(ErrorCode.CHECK_FAILED, summary) : Answer.done(summary);
  }
}
