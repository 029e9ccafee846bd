// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.Surroundings;
import dev.fram.cli.report.ReportFiles;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.bus.Answer;
import dev.fram.core.inventory.Inventory;
import dev.fram.core.inventory.InventoryItem;
import dev.fram.core.inventory.ObjectState;
import dev.fram.core.report.Report;
import dev.fram.core.report.ReportJson;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what became of the migration. */
@Command(
    name = "report",
    description = {
      "Writes what ran, how long it took and what came of it: one page that needs nothing else, and"
          + " the same as JSON. From any machine, during the migration and while the target serves;"
          + " fram complete writes it once more by itself.",
      "With --inventory: every object of the source, and whether it is on the target. Before the"
          + " cutover both servers are asked, after it only the target: it keeps the list of the"
          + " source's objects as they were at the cutover.",
      "With --check: whether the residency record in a report is as it was written. With"
          + " --statement: adds the operator's own words to it. Neither asks a server.",
      "Exit code 0: it is written, nothing is left over, the record is whole. 1: something is left"
          + " over, or the record was changed."
    })
final class ReportCommand implements FramCommand {
  @Option(
      names = "--inventory",
      description =
          "Lists what is left over, then all kinds of objects with their counts; with --json, or"
              + " -v, every object. Writes no file.")
  private boolean inventory;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Where the page goes. Default: fram-report-ID.html in this folder.")
  private @Nullable String html;

  @Option(
      names = "--json-file",
      paramLabel = "FILE",
      description = "Where the JSON goes. Default: beside the page.")
  private @Nullable String json;

  @Option(
      names = "--check",
      paramLabel = "FILE",
      description = "Checks the residency record in the JSON of a report.")
  private @Nullable String check;

  @Option(
      names = "--statement",
      paramLabel = "TEXT",
      description =
          "Adds this to the residency record, for example what became of the old copy. Needs --of.")
  private @Nullable String statement;

  @Option(
      names = "--of",
      paramLabel = "FILE",
      description = "The JSON of the report that --statement is added to; its page is drawn anew.")
  private @Nullable String of;

  @Override
  public Set<ConfigKey> keys() {
    return Keys.scope();
  }

  @Override
  public Set<ConfigKey> required() {
    return check == null && statement == null ? Keys.SERVERS : Set.of();
  }

  @Override
  public int run(Session session) {
    Surroundings around = session.terminal().surroundings();
    try (Presenter presenter = session.lines()) {
      if (check != null) {
        Path file = around.path(check);
        return Outcome.show(session, presenter, () -> RecordFile.check(file));
      }
      if (statement != null) {
        String words = statement;
        return Outcome.show(session, presenter, () -> RecordFile.state(around, words, of));
      }
      session.servers().warnings().forEach(presenter::warn);
      return Outcome.show(
          session, presenter, () -> inventory ? list(session, presenter) : written(session));
    }
  }

  private Answer written(Session session) {
    Report report =
        session
            .client()
            .report(CommandTree.version())
            .orElseThrow(() ->
                new FramException(
                    ErrorCode.MIGRATION_MISSING,
                    "The target holds no migration.",
                    "Start one with `fram migrate`. After fram complete the report is where that"
                        + " said; nothing of it is on the target any more."));
    ReportFiles files = files(session, report.migration().id(), html, json);
    files.write(ReportJson.tree(report));
    return Answer.done(
        report.verdict().sentence(), List.of("page: " + files.page(), "JSON: " + files.json()));
  }

  /** Where the user wants it, or beside each other in this folder. */
  static ReportFiles files(
      Session session, String id, @Nullable String html, @Nullable String json) {
    Surroundings around = session.terminal().surroundings();
    ReportFiles usual = ReportFiles.named(around.folder(), id);
    Path page = html == null ? usual.page() : around.path(html);
    if (json != null) {
      return new ReportFiles(page, around.path(json));
    }
    return html == null ? usual : new ReportFiles(page, ReportFiles.beside(page, "json"));
  }

  private static Answer list(Session session, Presenter presenter) {
    Inventory found = session.client().inventory();
    presenter.inventory(found);
    return answer(found);
  }

  static Answer answer(Inventory found) {
    Map<ObjectState, Integer> counts = found.counts();
    int left = counts.getOrDefault(ObjectState.LEFT_OVER, 0);
    int toCome = counts.getOrDefault(ObjectState.TO_COME, 0);
    String all = objects(found.items().size() - counts.getOrDefault(ObjectState.EXTRA, 0));
    if (left > 0) {
      return Answer.refused(
          ErrorCode.LEFT_OVER,
          left + " of " + all + (left == 1 ? " is" : " are") + " left over.",
          found.leftOver().isEmpty() ? List.of() : List.of(remedy(found.leftOver())));
    }
    return Answer.done(
        "Nothing is left over of "
            + all
            + (toCome > 0
                ? "; " + toCome + (toCome == 1 ? " is" : " are") + " still to come."
                : "."));
  }

  private static String remedy(List<InventoryItem> left) {
    return "Make "
        + (left.size() == 1 ? "it" : "them")
        + " on the target, or leave out what you do not want with --exclude or a --no-... option.";
  }

  private static String objects(int count) {
    return count + (count == 1 ? " object" : " objects");
  }
}
