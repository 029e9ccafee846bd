// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.api.status.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Draws one picture as lines that fit the canvas. A function of its arguments: knows no terminal,
 * no clock and no earlier picture. When there is too little room, the lag's line goes first, then
 * tables in flight, then old notes.
 */
public final class Screen {
  private static final int INDENT = 10;
  private static final int FEWEST_TABLES = 2;
  private static final int MOST_NOTES = 8;
  private static final int BESIDE_BAR = 30;

  private final Canvas canvas;
  private final Glyphs glyphs;
  private final List<Line> lines = new ArrayList<>();

  private Screen(Canvas canvas) {
    this.canvas = canvas;
    this.glyphs = canvas.glyphs();
  }

  /** At most {@code canvas.rows()} lines of at most {@code canvas.columns()} cells. */
  public static List<Line> draw(Picture picture, Canvas canvas) {
    Screen top = new Screen(canvas);
    top.header(picture.status());
    top.copy(picture.status().copy());
    Screen follow = new Screen(canvas);
    follow.feed(picture.status());
    Screen middle = new Screen(canvas);
    middle.verify(picture.status());
    middle.cutover(picture.status());
    picture.extras().forEach(extra -> middle.labelled(extra.label()).add(extra.text()));
    Screen end = new Screen(canvas);
    end.alarms(picture.status().alarms());
    end.explained("Guard", picture.status().guard());
    end.explained("Lags", picture.status().lagging());
    end.held(picture.status());
    picture.status().question().ifPresent(end::question);
    end.nextSteps(picture);
    int taken = top.lines.size() + middle.lines.size() + end.lines.size();
    int fewest = Math.min(FEWEST_TABLES, picture.status().copy().inFlight().size());
    if (canvas.rows() - taken - follow.lines.size() > fewest) {
      follow.trend(picture.status());
    }
    int room = canvas.rows() - taken - follow.lines.size();
    Screen notes = new Screen(canvas);
    notes.notes(picture.status().notes(), Math.min(MOST_NOTES, Math.max(0, room - FEWEST_TABLES)));
    Screen tables = new Screen(canvas);
    tables.inFlight(picture.status().copy().inFlight(), room - notes.lines.size());
    List<Line> all = new ArrayList<>(top.lines);
    for (Screen part : List.of(tables, follow, middle, notes, end)) {
      all.addAll(part.lines);
    }
    return List.copyOf(all.subList(0, Math.min(all.size(), canvas.rows())));
  }

  private Line line() {
    Line line = canvas.line();
    lines.add(line);
    return line;
  }

  private Line labelled(String label) {
    return line().add(" ").add(label, Ink.BOLD).to(INDENT);
  }

  private void header(Status status) {
    String phase = PhaseTrail.words(status.phase());
    String times = times(status);
    Line title = line().add(" fram ", Ink.BOLD).add(status.migration(), Ink.DIM);
    title.to(canvas.columns() - Cells.width(phase) - times.length() - 1);
    title.add(phase, PhaseTrail.ink(status)).add(times, Ink.DIM);
    line().add(" from  ", Ink.DIM).add(status.source());
    line().add(" to    ", Ink.DIM).add(status.target());
    line();
    PhaseTrail.draw(line().add(" "), status.phase(), glyphs);
    line();
  }

  /** How long the phase has lasted, and the run; at the end only the run has a length. */
  private static String times(Status status) {
    String run = "  run " + Figures.clock(status.totalMillis());
    return switch (status.phase()) {
      case COMPLETED, CANCELLED -> run;
      case PLANNED, CHECKED, PREPARED, COPYING, CATCHING_UP, VERIFYING, READY, CUTTING_OVER ->
          " " + Figures.clock(status.phaseMillis()) + run;
      case SERVING, ROLLING_BACK, ROLLED_BACK, NEEDS_OPERATOR ->
          " " + Figures.clock(status.phaseMillis()) + run;
    };
  }

  private void copy(Status.Copy copy) {
    Line line = labelled("Copy");
    if (copy.tables() == 0) {
      line.add("has not begun", Ink.DIM);
      return;
    }
    int room = canvas.columns() - INDENT - BESIDE_BAR;
    if (copy.tablesCopied() == copy.tables()) {
      // The expected bytes were an estimate; that all tables are there is a fact.
      bar(line, 1, 1, room);
      line.add("  done", Ink.GOOD);
      copyFigures(copy);
      return;
    }
    bar(line, copy.bytes(), copy.expectedBytes(), room);
    copyFigures(copy);
  }

  private void copyFigures(Status.Copy copy) {
    line()
        .to(INDENT)
        .add(copy.tablesCopied() + " of " + copy.tables() + " tables, ")
        .add(copy.tablesReady() + " indexed")
        .add("  " + glyphs.dot + "  ", Ink.DIM)
        .add(Figures.count(copy.rows()) + " rows")
        .add("  " + glyphs.dot + "  ", Ink.DIM)
        .add(Figures.bytes(copy.bytes()) + rate(copy.bytesPerSecond()));
    Figures.left(copy.eta()).ifPresent(left -> line().to(INDENT).add(left));
  }

  private static String rate(long bytesPerSecond) {
    return bytesPerSecond > 0 ? ", " + Figures.bytes(bytesPerSecond) + "/s" : "";
  }

  private void bar(Line line, long part, long whole, int room) {
    int cells = Math.max(0, room);
    int percentage = Figures.percentage(part, whole);
    int full = cells * percentage / 100;
    line.add(glyphs.full.repeat(full), Ink.BUSY)
        .add(glyphs.empty.repeat(cells - full), Ink.DIM)
        .add(String.format(Locale.ROOT, "%6s", Figures.percent(part, whole)));
  }

  private void inFlight(List<Status.TableInFlight> tables, int room) {
    int shown = tables.size() <= room ? tables.size() : Math.max(0, room - 1);
    int nameEnd = INDENT + (canvas.columns() - INDENT) * 2 / 5;
    for (Status.TableInFlight table : tables.subList(0, shown)) {
      Line line = line().to(INDENT);
      line.add(Cells.fit(Cells.safe(table.table()), nameEnd - INDENT - 2, glyphs.ellipsis));
      line.to(nameEnd).add(table.activity(), Ink.DIM).to(nameEnd + 7);
      // What an index build has done the server does not say; its table's bytes would mislead.
      if (table.expectedBytes() > 0 && table.activity().equals("copy")) {
        bar(line, table.bytes(), table.expectedBytes(), canvas.columns() - nameEnd - 24);
        line.add("  " + Figures.bytes(table.bytes()), Ink.DIM);
      }
    }
    if (shown < tables.size() && room > 0) {
      line().to(INDENT).add("and " + (tables.size() - shown) + " more", Ink.DIM);
    }
  }

  private void feed(Status status) {
    Status.Feed feed = status.feed();
    String dot = "  " + glyphs.dot + "  ";
    if (!hasBegun(status.phase())) {
      labelled("Follow").add("has not begun", Ink.DIM);
      return;
    }
    Line line = labelled("Follow").add(Figures.count(feed.changes()) + " changes applied");
    if (isOver(status.phase())) {
      status.reverse().ifPresent(this::reverse);
      return;
    }
    line.add(dot, Ink.DIM)
        .add(Figures.count(feed.changesPerSecond()) + "/s")
        .add(dot, Ink.DIM)
        .add("lag " + Figures.time(feed.lagMillis()));
    if (feed.lagBytes() >= 0) {
      line.add(", " + Figures.bytes(feed.lagBytes()));
    }
    Line more = line().to(INDENT).add("waiting " + Figures.bytes(feed.backlogBytes()));
    if (feed.backlogOnDiskBytes() > 0) {
      more.add(" (" + Figures.bytes(feed.backlogOnDiskBytes()) + " on disk)");
    }
    more.add(dot, Ink.DIM)
        .add("the source keeps " + Figures.bytes(feed.retainedBytes()) + " of log");
  }

  /** Where a lag is said; below the copy's bar, and as long. */
  private void trend(Status status) {
    Sparkline lag = Sparkline.of(status.lagTrend(), canvas.columns() - INDENT - BESIDE_BAR, glyphs);
    boolean over = isOver(status.phase()) && status.reverse().isEmpty();
    if (lag.isEmpty() || over || !hasBegun(status.phase())) {
      return;
    }
    labelled("Lag")
        .add(lag.signs(), Ink.BUSY)
        .add("  most " + Figures.time(lag.highest()) + " in " + Figures.time(lag.millis()));
  }

  private void reverse(Status.Reverse reverse) {
    String dot = "  " + glyphs.dot + "  ";
    Line line =
        labelled("Back")
            .add(Figures.count(reverse.changes()) + " changes applied to the old server")
            .add(dot, Ink.DIM)
            .add("lag " + Figures.time(reverse.lagMillis()));
    if (reverse.lagBytes() >= 0) {
      line.add(", " + Figures.bytes(reverse.lagBytes()));
    }
    line()
        .to(INDENT)
        .add("a way back for " + Figures.time(reverse.leftMillis()))
        .add(dot, Ink.DIM)
        .add("the new server keeps " + Figures.bytes(reverse.retainedBytes()) + " of log");
  }

  /** Before it nothing is copied and nothing is followed: there are no numbers. */
  private static boolean hasBegun(PhaseName phase) {
    return phase.compareTo(PhaseName.COPYING) >= 0;
  }

  /** Nothing is read from the source any more. */
  private static boolean isOver(PhaseName phase) {
    return switch (phase) {
      case SERVING, ROLLING_BACK, ROLLED_BACK, COMPLETED, CANCELLED -> true;
      case PLANNED, CHECKED, PREPARED, COPYING, CATCHING_UP, VERIFYING -> false;
      case READY, CUTTING_OVER, NEEDS_OPERATOR -> false;
    };
  }

  private void verify(Status status) {
    Status.Verify verify = status.verify();
    if (verify.tables() == 0) {
      return;
    }
    Line line = labelled("Verify");
    if (verify.mode().equals("off")) {
      line.add("off: nothing is compared", Ink.WARNING);
      return;
    }
    boolean all = verify.equal() == verify.tables();
    line.add(
        verify.equal() + " of " + verify.tables() + " tables equal", all ? Ink.GOOD : Ink.BUSY);
    // It begins anew then: the old server has to be equal again to be gone back to.
    if (isOver(status.phase()) && status.reverse().isPresent()) {
      line.add(", for the way back", Ink.PLAIN);
    }
    if (verify.differing() > 0) {
      line.add(", " + Figures.count(verify.differing()) + " rows differ", Ink.BAD);
    }
    String dot = "  " + glyphs.dot + "  ";
    line.add(dot, Ink.DIM).add(Figures.count(verify.rows()) + " rows");
    // The last proof has compared them; afterwards nobody counts them any more.
    if (!isOver(status.phase())) {
      line.add(dot, Ink.DIM).add(Figures.count(verify.touched()) + " written since");
    }
  }

  private void cutover(Status status) {
    if (status.cutover().isEmpty()) {
      return;
    }
    Status.Cutover cutover = status.cutover().get();
    Line line = labelled("Cutover");
    if (cutover.writeBlockMillis() > 0) {
      line.add("writes blocked for " + Figures.time(cutover.writeBlockMillis()), Ink.BOLD);
    } else {
      line.add("attempt " + cutover.attempts());
    }
    if (!cutover.result().isEmpty()) {
      line.add("  " + glyphs.dot + "  ", Ink.DIM).add(cutover.result());
    }
    cutover.probe().ifPresent(probe -> line().to(INDENT).add(Figures.probe(probe)));
    if (status.phase() == PhaseName.CUTTING_OVER && !cutover.steps().isEmpty()) {
      Status.Step step = cutover.steps().getLast();
      line().to(INDENT).add(step.name() + " ").add(step.outcome(), outcomeInk(step.outcome()));
    }
  }

  static Ink outcomeInk(String outcome) {
    return switch (outcome) {
      case "done" -> Ink.GOOD;
      case "running" -> Ink.BUSY;
      case "undone" -> Ink.WARNING;
      default -> Ink.BAD;
    };
  }

  private void held(Status status) {
    explained("Waits", status.held());
  }

  private void explained(String label, Optional<String> sentence) {
    sentence.ifPresent(text -> {
      line();
      paragraph(label, text, 4, Ink.WARNING);
    });
  }

  private void alarms(List<String> alarms) {
    for (String alarm : alarms) {
      line();
      paragraph("ALARM", alarm, 5, Ink.BAD);
    }
  }

  private void question(Question question) {
    line();
    paragraph("Asks", question.asks(), 5, Ink.WARNING);
    paragraph("", question.known(), 5, Ink.PLAIN);
    paragraph("", question.unknown(), 4, Ink.PLAIN);
    for (Question.Choice answer : question.answers()) {
      paragraph("", answer.word() + ": " + answer.means(), 4, Ink.PLAIN);
    }
  }

  /** A label, and the text beside it in as many lines as it may have. */
  private void paragraph(String label, String text, int most, Ink ink) {
    List<String> parts = Wrap.words(text, canvas.columns() - INDENT - 1);
    Line first = line().add(" ").add(label, ink).to(INDENT);
    first.add(parts.getFirst(), ink);
    parts.stream().skip(1).limit(most - 1).forEach(part -> line().to(INDENT).add(part, ink));
  }

  /** The newest notes, in order, as many as fit. */
  private void notes(List<String> notes, int room) {
    List<String> wrapped = new ArrayList<>();
    for (int i = notes.size() - 1; i >= 0; i--) {
      List<String> parts = Wrap.words(notes.get(i), canvas.columns() - INDENT - 1);
      if (wrapped.size() + parts.size() > room - 1) {
        break;
      }
      wrapped.addAll(0, parts);
    }
    if (wrapped.isEmpty()) {
      return;
    }
    line();
    labelled("Notes").add(wrapped.getFirst());
    wrapped.stream().skip(1).forEach(part -> line().to(INDENT).add(part));
  }

  private void nextSteps(Picture picture) {
    line();
    List<String> steps = picture.status().nextSteps();
    for (int i = 0; i < Math.min(3, steps.size()); i++) {
      (i == 0 ? labelled("Next") : line().to(INDENT)).add(steps.get(i));
    }
    if (!picture.footer().isEmpty()) {
      line().add(" " + picture.footer(), Ink.DIM);
    }
  }
}
