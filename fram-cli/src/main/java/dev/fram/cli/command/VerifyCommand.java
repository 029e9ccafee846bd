// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.engine.Part;
import dev.fram.api.engine.Reveal;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Command;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.Servers;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.verify.Comparison;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Compares every row. */
@picocli.CommandLine.Command(
    name = "verify",
    description = {
      "Compares every row of source and target while writes go on, and names the rows that differ.",
      "Asks the running `fram migrate`, which knows what both sides must hold at one moment. When"
          + " none runs, both servers are read one after the other, and rows that differ are read"
          + " again: what keeps changing stays undecided.",
      "--repair gives the target's rows that differ the source's, while writes go on; the running"
          + " migration does it, compares them again, and stops when they are many.",
      "Exit code 0: equal. 1: rows differ. 3: could not be decided, or is not offered now. 5:"
          + " --repair was asked to repair more rows than --repair-limit; the migration stops."
    })
final class VerifyCommand implements FramCommand {
  @Option(
      names = "--show-values",
      description =
          "Shows what the differing columns hold on source and target. Only when no migration runs:"
              + " a running one never hands out values.")
  private boolean showValues;

  @Option(
      names = "--table",
      paramLabel = "PATTERN",
      description =
          "Compares only tables that match: schema.table with * and ?. May be given several times.")
  private List<String> tables = new ArrayList<>();

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description =
          "Compares only rows that meet this condition: your own SQL, which both servers run as it"
              + " stands. For one --table, and only when no migration runs.")
  private @Nullable String where;

  @Option(
      names = "--sample",
      paramLabel = "PERCENT",
      description =
          "Compares only this many percent of the rows (0.01 to 100), the same ones on both sides,"
              + " chosen by a hash of their keys. Only when no migration runs.")
  private @Nullable String sample;

  @Option(
      names = "--repair",
      description =
          "Gives rows of the target that differ what the source holds. Only while fram migrate"
              + " runs.")
  private boolean repair;

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
          session,
          presenter,
          () -> session.client().verify(comparison(), Session.shownBy(presenter)));
    }
  }

  private Comparison comparison() {
    for (String pattern : tables) {
      if (pattern.isBlank() || pattern.indexOf('\n') >= 0) {
        throw wrong("--table", "is empty or has more than one line", "Write schema.table.");
      }
    }
    Optional<String> condition = Optional.ofNullable(where);
    if (condition.filter(String::isBlank).isPresent()) {
      throw wrong("--where", "is empty", "Write a condition, or leave it out for every row.");
    }
    if (condition.isPresent() && tables.isEmpty()) {
      throw wrong("--where", "is for one table, and none is named", "Add --table schema.table.");
    }
    return new Comparison(
        tables,
        repair ? Command.Differences.REPAIR : Command.Differences.REPORT,
        showValues ? Reveal.VALUES : Reveal.DIGESTS_ONLY,
        new Part(condition, perMyriad()));
  }

  private int perMyriad() {
    String text = Optional.ofNullable(sample).orElse("100");
    // Not a double: 0.29 percent are 29 of ten thousand, not 28.
    int all =
        text.matches("[0-9]{1,3}(\\.[0-9]{1,2})?")
            ? new BigDecimal(text).movePointRight(2).intValueExact()
            : 0;
    if (all < 1 || all > Part.ALL) {
      throw wrong(
          "--sample",
          "is \"" + text + "\"",
          "Write percent, from 0.01 to 100, with two digits after the point at most.");
    }
    return all;
  }

  private static FramException wrong(String option, String what, String remedy) {
    return new FramException(ErrorCode.CONFIG_INVALID, option + " " + what + ".", remedy);
  }
}
