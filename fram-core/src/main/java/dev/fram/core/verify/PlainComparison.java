// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.Span;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.StopSignal;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Compares two servers that nothing connects: each is read at a moment of its own. Rows that differ
 * are read again; those that are found the same in the meantime were only late, those that differ
 * in every look are told, and a table with too many to look at again is undecided. The guarantee is
 * weaker than that of {@link Verification}, and the answer says so.
 */
public final class PlainComparison {
  private static final int LOOKS = 3;
  private static final Duration BETWEEN = Duration.ofSeconds(2);

  private final Route route;
  private final Comparison asked;
  private final Reveal shown;

  public PlainComparison(Route route, Comparison asked) {
    this.route = route;
    this.asked = asked;
    this.shown = asked.shown();
  }

  /**
   * @throws FramException CONFIG_INVALID when no table is meant, or not the one that a condition is
   *     for
   */
  public Answer run() {
    List<Table> tables = tables();
    Map<TableId, SpanResult> found = whole(tables);
    long rows = found.values().stream().mapToLong(SpanResult::rows).sum();
    long undecided = found.values().stream().mapToLong(r -> r.differing() - rowsNamed(r)).sum();
    found.values().removeIf(result -> result.differing() == 0);
    for (int look = 1; look < LOOKS && !found.isEmpty(); look++) {
      new StopSignal().pause(BETWEEN);
      found = again(found, tables);
    }
    return answer(rows, tables.size(), found, undecided);
  }

  private List<Table> tables() {
    Scope wanted = new Scope(asked.tables(), List.of());
    List<Table> tables =
        route.source().tables().stream()
            .filter(table -> table.transfer() != Table.Transfer.DEFINITION_ONLY)
            .filter(table -> wanted.covers(table.id()))
            .toList();
    String patterns = String.join(", ", asked.tables());
    if (tables.isEmpty() && !asked.tables().isEmpty()) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "No table on " + route.source().server().name() + " matches " + patterns + ".",
          "Write --table schema.table; * and ? stand for any characters.");
    }
    if (asked.part().where().isPresent() && (asked.tables().isEmpty() || tables.size() != 1)) {
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "--where is for one table; "
              + (asked.tables().isEmpty()
                  ? "none is named"
                  : patterns + " matches " + tables.size())
              + ".",
          "Name the one with --table schema.table.");
    }
    return tables;
  }

  /** Rows without a key are counted, not named one by one. */
  private static long rowsNamed(SpanResult result) {
    return result.differing() > SpanComparison.NAMED ? SpanComparison.NAMED : result.differing();
  }

  private Map<TableId, SpanResult> whole(List<Table> tables) {
    Map<TableId, SpanResult> found = new TreeMap<>();
    try (SourceMoment source = route.source().moment(tables, shown);
        TargetMoment target = route.target().moment(shown)) {
      SpanComparison comparison = comparison(source, target);
      for (Table table : tables) {
        found.put(table.id(), comparison.compare(span(table.id()), table.rows()));
      }
    }
    return found;
  }

  private Map<TableId, SpanResult> again(Map<TableId, SpanResult> found, List<Table> tables) {
    Map<TableId, SpanResult> left = new TreeMap<>();
    try (SourceMoment source = route.source().moment(tables, shown);
        TargetMoment target = route.target().moment(shown)) {
      SpanComparison comparison = comparison(source, target);
      found.forEach((table, result) -> {
        SpanResult now = look(comparison, table, result);
        if (now.differing() > 0) {
          left.put(table, now);
        }
      });
    }
    return left;
  }

  private Span span(TableId table) {
    return new Span(table, Optional.empty(), asked.part());
  }

  private SpanResult look(SpanComparison comparison, TableId table, SpanResult before) {
    boolean keyless = before.differences().stream().anyMatch(Difference::withoutKey);
    return keyless
        ? comparison.compare(span(table), before.rows())
        : comparison.compare(table, before.differences().stream().map(Difference::key).toList());
  }

  private static SpanComparison comparison(SourceMoment source, TargetMoment target) {
    return new SpanComparison(source.digests(), target.digests(), (table, key) -> false);
  }

  private Answer answer(long rows, int tables, Map<TableId, SpanResult> found, long undecided) {
    String weaker =
        " No migration was running to say what both sides must hold at one moment, so each server"
            + " was read at its own; writes that go on may show as differences."
            + limits();
    List<String> lines =
        found.values().stream()
            .flatMap(result -> result.differences().stream())
            .map(Difference::sentence)
            .collect(Collectors.toCollection(ArrayList::new));
    if (undecided > 0) {
      lines.add(undecided + " more rows differed and were not looked at again");
    }
    if (!found.isEmpty()) {
      long differing = found.values().stream().mapToLong(SpanResult::differing).sum();
      return Answer.refused(
          ErrorCode.PROOF_FAILED,
          differing
              + " rows in "
              + found.size()
              + " tables differ, in "
              + LOOKS
              + " looks."
              + weaker,
          lines);
    }
    return undecided > 0
        ? Answer.refused(
            ErrorCode.PHASE_REFUSES, "Not decided: too much was changing." + weaker, lines)
        : Answer.done("Equal: " + rows + " rows in " + tables + " tables." + weaker);
  }

  /** What an answer about a part of the rows does not say. */
  private String limits() {
    String where =
        asked.part().where().isPresent() ? " Rows outside --where were not looked at." : "";
    String sample =
        asked.part().sample()
            ? " This is a sample of "
                + BigDecimal.valueOf(asked.part().perMyriad(), 2)
                    .stripTrailingZeros()
                    .toPlainString()
                + " percent of the rows, chosen by their keys; it proves nothing about the others."
            : "";
    return where + sample;
  }
}
