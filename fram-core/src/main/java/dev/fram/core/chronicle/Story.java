// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.chronicle;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What happened in a migration, over all of its runs. Times are milliseconds since 1970, of the
 * machines that Fram ran on.
 *
 * @param runs the processes that worked on it
 * @param phases when each phase was reached
 * @param lines what was said, newest last
 * @param omitted how many older lines are not kept
 * @param cutovers the cutovers and rollbacks that were tried
 * @param marks when the copy was through; what no phase tells
 * @param transactions source transactions applied, by all runs
 * @param changes row changes applied, by all runs
 * @param proof the newest comparison of both sides
 */
public record Story(
    List<Run> runs,
    List<Reached> phases,
    List<Line> lines,
    long omitted,
    List<Crossing> cutovers,
    Marks marks,
    long transactions,
    long changes,
    Optional<Status.Verify> proof) {
  private static final int MOST_RUNS = 100;
  private static final int MOST_PHASES = 300;
  private static final int MOST_LINES = 300;
  private static final int MOST_CROSSINGS = 40;

  public Story {
    runs = last(runs, MOST_RUNS);
    phases = last(phases, MOST_PHASES);
    omitted = omitted + Math.max(0, lines.size() - MOST_LINES);
    lines = last(lines, MOST_LINES);
    cutovers = last(cutovers, MOST_CROSSINGS);
  }

  /** Before anything happened. */
  public static Story empty() {
    return new Story(
        List.of(), List.of(), List.of(), 0, List.of(), new Marks(0, 0), 0, 0, Optional.empty());
  }

  /**
   * @param by process and host
   * @param beganMillis when it took the lease
   * @param seenMillis when it last wrote this
   */
  public record Run(String by, long beganMillis, long seenMillis) {}

  public record Reached(PhaseName phase, long atMillis) {}

  /** What a line is. */
  public enum Kind {
    NOTE,
    ALARM,
    /** The run waited for a person. */
    HELD
  }

  public record Line(long atMillis, Kind kind, String text) {}

  /**
   * @param direction {@code cutover} or {@code rollback}
   * @param picture as it was last seen
   */
  public record Crossing(
      String direction, long beganMillis, long seenMillis, Status.Cutover picture) {}

  /**
   * @param copiedMillis when all rows were first on the target; 0 before
   * @param indexedMillis when all indexes were, too; 0 before
   */
  public record Marks(long copiedMillis, long indexedMillis) {}

  private static <T> List<T> last(List<T> all, int most) {
    return List.copyOf(all.size() > most ? all.subList(all.size() - most, all.size()) : all);
  }

  Story withRun(Run run) {
    List<Run> more = new ArrayList<>(runs);
    more.removeIf(r -> r.by().equals(run.by()) && r.beganMillis() == run.beganMillis());
    more.add(run);
    return new Story(more, phases, lines, omitted, cutovers, marks, transactions, changes, proof);
  }

  Story withPhase(PhaseName phase, long atMillis) {
    if (!phases.isEmpty() && phases.getLast().phase() == phase) {
      return this;
    }
    List<Reached> more = new ArrayList<>(phases);
    more.add(new Reached(phase, atMillis));
    return new Story(runs, more, lines, omitted, cutovers, marks, transactions, changes, proof);
  }

  Story withLine(Line line) {
    // A run that is started again says much again.
    if (lines.stream().anyMatch(l -> l.kind() == line.kind() && l.text().equals(line.text()))) {
      return this;
    }
    List<Line> more = new ArrayList<>(lines);
    more.add(line);
    return new Story(runs, phases, more, omitted, cutovers, marks, transactions, changes, proof);
  }

  Story withCutovers(List<Crossing> now) {
    return new Story(runs, phases, lines, omitted, now, marks, transactions, changes, proof);
  }

  Story withMarks(Marks now) {
    return new Story(runs, phases, lines, omitted, cutovers, now, transactions, changes, proof);
  }

  Story withApplied(long moreTransactions, long moreChanges) {
    return new Story(
        runs,
        phases,
        lines,
        omitted,
        cutovers,
        marks,
        transactions + moreTransactions,
        changes + moreChanges,
        proof);
  }

  Story withProof(Status.Verify now) {
    return new Story(
        runs,
        phases,
        lines,
        omitted,
        cutovers,
        marks,
        transactions,
        changes,
        now.mode().isEmpty() ? proof : Optional.of(now));
  }
}
