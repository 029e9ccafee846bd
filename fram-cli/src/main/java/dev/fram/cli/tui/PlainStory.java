// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.api.status.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tells a migration as lines: one for each step, and a line of figures now and then. Owned by one
 * thread. Remembers only what it has told.
 */
public final class PlainStory {
  private static final long FIGURES_EVERY_MILLIS = 10_000;

  private Optional<PhaseName> phase = Optional.empty();
  private Optional<String> held = Optional.empty();
  private Optional<Question> question = Optional.empty();
  private final Set<String> alarms = new HashSet<>();
  private List<String> notes = List.of();
  private int attempts;
  private final Set<Status.Step> steps = new HashSet<>();
  private String result = "";
  private long figuresAt;

  /** The lines that are new since the last picture. */
  public List<String> tell(Status status) {
    List<String> lines = new ArrayList<>();
    newNotes(status.notes()).forEach(lines::add);
    if (!phase.equals(Optional.of(status.phase()))) {
      phase = Optional.of(status.phase());
      lines.add(phaseLine(status));
      figuresAt = status.totalMillis();
    }
    status.cutover().ifPresent(cutover -> lines.addAll(cutoverLines(cutover)));
    for (String alarm : status.alarms()) {
      if (alarms.add(alarm)) {
        lines.add("ALARM: " + alarm);
      }
    }
    if (!question.equals(status.question())) {
      question = status.question();
      question.ifPresent(asked -> asked.lines().forEach(lines::add));
    }
    if (!held.equals(status.held())) {
      held = status.held();
      lines.add(held.map(reason -> "WAITS: " + reason).orElse("goes on"));
    }
    if (status.totalMillis() - figuresAt >= FIGURES_EVERY_MILLIS && moves(status.phase())) {
      figuresAt = status.totalMillis();
      lines.add(figures(status));
      status.guard().ifPresent(lines::add);
      status.lagging().ifPresent(lines::add);
    }
    String clock = Figures.clock(status.totalMillis());
    return lines.stream().map(line -> clock + "  " + Cells.safe(line)).toList();
  }

  /** The figures that matter in the phase, in one line. */
  public static String figures(Status status) {
    Status.Copy copy = status.copy();
    Status.Feed feed = status.feed();
    String copied =
        "copy "
            + Figures.percent(copy.bytes(), copy.expectedBytes())
            + ", "
            + copy.tablesCopied()
            + "/"
            + copy.tables()
            + " tables, "
            + Figures.bytes(copy.bytes())
            + (copy.bytesPerSecond() > 0
                ? " at " + Figures.bytes(copy.bytesPerSecond()) + "/s"
                : "")
            + Figures.left(copy.eta()).map(left -> ", " + left).orElse("");
    String followed =
        "lag "
            + Figures.time(feed.lagMillis())
            + ", "
            + Figures.bytes(feed.lagBytes())
            + "; "
            + Figures.count(feed.changes())
            + " changes applied, "
            + Figures.count(feed.changesPerSecond())
            + "/s; source keeps "
            + Figures.bytes(feed.retainedBytes())
            + " of log";
    return status.phase().compareTo(PhaseName.COPYING) <= 0 ? copied : followed;
  }

  private static boolean moves(PhaseName phase) {
    return switch (phase) {
      case COPYING, CATCHING_UP, VERIFYING, READY -> true;
      case PLANNED, CHECKED, PREPARED, CUTTING_OVER, SERVING -> false;
      case ROLLING_BACK, ROLLED_BACK -> false;
      case COMPLETED, CANCELLED, NEEDS_OPERATOR -> false;
    };
  }

  private static String phaseLine(Status status) {
    Status.Copy copy = status.copy();
    return switch (status.phase()) {
      case PLANNED -> "checking " + status.source() + " and " + status.target();
      case CHECKED -> "checks passed; creating the schema on " + status.target();
      case PREPARED -> "schema and feed are in place";
      case COPYING ->
          copy.tables() == 0
              ? "copying"
              : "copying " + copy.tables() + " tables, " + Figures.bytes(copy.expectedBytes());
      case CATCHING_UP ->
          "copied "
              + Figures.count(copy.rows())
              + " rows, "
              + Figures.bytes(copy.bytes())
              + "; catching up";
      case VERIFYING -> "comparing every row of both sides";
      case READY ->
          verified(status.verify())
              + "ready for the cutover; lag "
              + Figures.time(status.feed().lagMillis());
      case CUTTING_OVER -> "cutting over";
      case SERVING -> "the target serves";
      case ROLLING_BACK -> "rolling back to " + status.source();
      case ROLLED_BACK -> status.source() + " serves again";
      case COMPLETED -> "completed";
      case CANCELLED -> "cancelled; the source never stopped serving";
      case NEEDS_OPERATOR -> "needs you: a step's outcome is unknown";
    };
  }

  private static String verified(Status.Verify verify) {
    return verify.equal() > 0 && verify.equal() == verify.tables()
        ? Figures.count(verify.rows()) + " rows found equal; "
        : "";
  }

  private List<String> cutoverLines(Status.Cutover cutover) {
    List<String> lines = new ArrayList<>();
    if (cutover.attempts() != attempts) {
      attempts = cutover.attempts();
      if (attempts > 1) {
        lines.add("cutover: attempt " + attempts);
      }
    }
    for (Status.Step step : cutover.steps()) {
      // Steps that run are told when they have ended; with their time, so each only once.
      if (!step.outcome().equals("running") && steps.add(step)) {
        lines.add(
            "cutover: " + step.name() + " " + step.outcome() + ", " + Figures.time(step.millis()));
      }
    }
    if (!cutover.result().equals(result)) {
      result = cutover.result();
      if (!result.isEmpty()) {
        lines.add("cutover: " + result);
        cutover.probe().ifPresent(probe -> lines.add("cutover: " + Figures.probe(probe)));
      }
    }
    return lines;
  }

  /** Notes slide: the oldest fall out, so the new ones begin after the last one that was told. */
  private List<String> newNotes(List<String> now) {
    List<String> before = notes;
    notes = List.copyOf(now);
    for (int overlap = Math.min(before.size(), now.size()); overlap > 0; overlap--) {
      if (before.subList(before.size() - overlap, before.size()).equals(now.subList(0, overlap))) {
        return now.subList(overlap, now.size());
      }
    }
    return now;
  }
}
