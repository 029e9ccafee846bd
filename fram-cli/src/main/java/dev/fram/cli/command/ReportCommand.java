// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.error.ErrorCode;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.Servers;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.bus.Answer;
import dev.fram.core.inventory.Inventory;
import dev.fram.core.inventory.InventoryItem;
import dev.fram.core.inventory.ObjectState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says what became of the migration; so far, of its objects. */
@Command(
    name = "report",
    description = {
      "Says what became of a migration, from any machine.",
      "With --inventory: every object of the source, and whether it is on the target. Before the"
          + " cutover both servers are asked, after it only the target: it keeps the list of the"
          + " source's objects as they were at the cutover.",
      "Exit code 0: nothing is left over. 1: something is."
    })
final class ReportCommand implements FramCommand {
  @Option(
      names = "--inventory",
      description =
          "Lists what is left over, then all kinds of objects with their counts; with --json, or"
              + " -v, every object.")
  private boolean inventory;

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
    try (Presenter presenter = session.lines()) {
      servers.warnings().forEach(presenter::warn);
      return Outcome.show(presenter, () -> inventory ? list(session, presenter) : nothingElse());
    }
  }

  private static Answer list(Session session, Presenter presenter) {
    Inventory found = session.client().inventory();
    presenter.inventory(found);
    return answer(found);
  }

  private static Answer nothingElse() {
    return Answer.refused(
        ErrorCode.CONFIG_INVALID,
        "fram report has one report so far: --inventory lists what became of every object.",
        List.of());
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
