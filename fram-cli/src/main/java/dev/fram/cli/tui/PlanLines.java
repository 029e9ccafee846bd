// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.check.Finding;
import dev.fram.api.check.Finding.Severity;
import dev.fram.api.engine.Way;
import dev.fram.core.plan.Plan;
import dev.fram.core.plan.PlannedWay;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A plan as lines for people: each way, what stands in its way, and which to take. */
final class PlanLines {
  private static final int WIDTH = 116;
  private static final int LABEL = 18;

  /** The reasons of the one to take say these. */
  private static final Set<Way.Subject> IN_THE_REASONS =
      EnumSet.of(Way.Subject.NETWORK, Way.Subject.COPY, Way.Subject.SPEED);

  private final Plan plan;
  private final boolean coloured;
  private final List<String> lines = new ArrayList<>();

  private PlanLines(Plan plan, boolean coloured) {
    this.plan = plan;
    this.coloured = coloured;
  }

  static List<String> of(Plan plan, boolean coloured) {
    PlanLines made = new PlanLines(plan, coloured);
    made.shared();
    plan.ways().forEach(made::way);
    made.others();
    made.recommendation();
    return made.lines;
  }

  private void shared() {
    List<Finding> blocking = plan.shared(Severity.FAIL);
    if (!blocking.isEmpty()) {
      head("What stands in the way of each of them", Ink.BOLD);
      blocking.forEach(this::finding);
    }
    List<Finding> warnings = plan.shared(Severity.WARN);
    if (!warnings.isEmpty()) {
      head("Warnings, whichever is taken (fram check says what to do)", Ink.BOLD);
      warnings.forEach(this::warning);
    }
  }

  private void way(PlannedWay planned) {
    Way way = planned.way();
    head(
        way.name()
            + ": "
            + verdict(planned)
            + (way.options().isEmpty() ? "" : " (" + way.options() + ")")
            + (plan.named().filter(way.name()::equals).isPresent()
                ? "; your settings name it"
                : ""),
        ink(planned));
    wrapped("", way.title());
    plan.own(planned, Severity.FAIL).forEach(this::finding);
    if (planned.verdict() == PlannedWay.Verdict.NOT_POSSIBLE
        && plan.own(planned, Severity.FAIL).isEmpty()) {
      wrapped("", "Nothing else stands in its way.");
    }
    plan.own(planned, Severity.WARN).forEach(this::warning);
    traits(planned);
  }

  /** What is the same as with the first way is said there, or in the reasons for it. */
  private void traits(PlannedWay planned) {
    Way first = plan.ways().getFirst().way();
    List<String> same = new ArrayList<>();
    for (Way.Trait trait : planned.way().traits()) {
      String subject = trait.subject().name().toLowerCase(Locale.ROOT).replace('_', ' ');
      if (!planned.way().equals(first) && first.traits().contains(trait)) {
        same.add(subject);
      } else if (!inTheReasons(planned, trait.subject())) {
        wrapped(subject, trait.words());
      }
    }
    if (!same.isEmpty()) {
      wrapped("as " + first.name(), String.join(", ", same));
    }
  }

  /** Of the way to take all of these; of another possible one how fast it is. */
  private boolean inTheReasons(PlannedWay planned, Way.Subject subject) {
    boolean taken = plan.recommended().filter(planned::equals).isPresent();
    return (taken && IN_THE_REASONS.contains(subject))
        || (planned.possible() && subject == Way.Subject.SPEED);
  }

  private static String verdict(PlannedWay planned) {
    return switch (planned.verdict()) {
      case POSSIBLE -> "possible";
      case WITHOUT_A_WAY_BACK -> "possible only with --reverse-window none";
      case NOT_POSSIBLE -> "not possible";
    };
  }

  private static Ink ink(PlannedWay planned) {
    return switch (planned.verdict()) {
      case POSSIBLE -> Ink.GOOD;
      case WITHOUT_A_WAY_BACK -> Ink.WARNING;
      case NOT_POSSIBLE -> Ink.BAD;
    };
  }

  private void others() {
    if (!plan.others().isEmpty()) {
      lines.add("");
      indented(0, "Not offered by this version of Fram: " + String.join("; ", plan.others()) + ".");
    }
  }

  private void recommendation() {
    plan.recommended()
        .ifPresent(way -> {
          head("Recommended: " + way.way().name(), Ink.BOLD);
          for (String reason : plan.reasons()) {
            List<String> wrapped = Wrap.words(reason, WIDTH - 4);
            for (int i = 0; i < wrapped.size(); i++) {
              lines.add((i == 0 ? "  - " : "    ") + wrapped.get(i));
            }
          }
        });
    lines.add("");
  }

  private void head(String title, Ink ink) {
    lines.add("");
    String safe = Cells.safe(title);
    lines.add(coloured ? ink.paint(safe) : safe);
  }

  private void finding(Finding finding) {
    FindingLines.of(finding, coloured).forEach(line -> lines.add("  " + line));
  }

  private void warning(Finding finding) {
    String badge = "[" + finding.severity() + "]";
    List<String> wrapped = Wrap.words(finding.code() + ": " + finding.seen(), WIDTH - 9);
    for (int i = 0; i < wrapped.size(); i++) {
      String first = coloured ? Ink.WARNING.paint(badge) : badge;
      lines.add("  " + (i == 0 ? first + " " : " ".repeat(7)) + wrapped.get(i));
    }
  }

  private void wrapped(String label, String text) {
    List<String> wrapped = Wrap.words(text, WIDTH - (label.isEmpty() ? 2 : 2 + LABEL));
    for (int i = 0; i < wrapped.size(); i++) {
      String start =
          label.isEmpty()
              ? ""
              : i == 0
                  ? label + " ".repeat(Math.max(1, LABEL - label.length()))
                  : " ".repeat(LABEL);
      lines.add("  " + start + wrapped.get(i));
    }
  }

  private void indented(int by, String text) {
    Wrap.words(text, WIDTH - by).forEach(line -> lines.add(" ".repeat(by) + line));
  }
}
