// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.report.ReportFiles;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.bus.Answer;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.report.Report;
import dev.fram.core.report.ReportJson;
import dev.fram.core.residency.Chain;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ends a migration after the cutover. */
@Command(
    name = "complete",
    description = {
      "After the cutover: ends the reverse window and removes what Fram made on both servers. The source"
          + " stays closed for writes.",
      "Writes the report first, because what it is made from is removed; refused when the report"
          + " cannot be written.",
      "Refused before the cutover, and while the old server serves again."
    })
final class CompleteCommand implements FramCommand {
  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Where the report's page goes. Default: fram-report-ID.html in this folder.")
  private @Nullable String html;

  @Option(
      names = "--json-file",
      paramLabel = "FILE",
      description = "Where its JSON goes. Default: beside the page.")
  private @Nullable String json;

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
      return Outcome.show(session, presenter, () -> complete(session, presenter));
    }
  }

  private Answer complete(Session session, Presenter presenter) {
    MigrationClient client = session.client();
    Optional<Report> report = client.report(CommandTree.version()).filter(CompleteCommand::ends);
    if (report.isEmpty()) {
      return client.complete(Session.shownBy(presenter));
    }
    Report before = report.get();
    ReportFiles files = ReportCommand.files(session, before.migration().id(), html, json);
    // What it is made from goes away with the migration.
    files.write(ReportJson.tree(before));
    Answer answer = client.complete(Session.shownBy(presenter));
    if (answer.exitCode() != 0) {
      return answer;
    }
    long now = System.currentTimeMillis();
    Chain chain =
        new Chain(before.residency())
            .plus(
                now,
                "completed",
                Map.of(
                    "by",
                    session.terminal().surroundings().user(),
                    "old_copy",
                    "It is still on the old server, closed for writes; Fram deletes nothing there."));
    List<String> details = new ArrayList<>(answer.details());
    try {
      files.write(ReportJson.tree(before.completed(now, chain)));
    } catch (FramException e) {
      // The one of right before is there, and the migration is over.
      details.add("The report is as it was before the completion: " + e.seen());
    }
    details.add("page: " + files.page());
    details.add("JSON: " + files.json());
    return Answer.done(answer.message(), details);
  }

  private static boolean ends(Report report) {
    String phase = report.migration().phase();
    return phase.equals(PhaseName.SERVING.name()) || phase.equals(PhaseName.COMPLETED.name());
  }
}
