// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.check.Finding;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;
import dev.fram.core.bus.Answer;
import dev.fram.core.inventory.Inventory;
import dev.fram.core.plan.Plan;
import dev.fram.core.probe.Measurement;
import java.util.List;

/** Plain lines: the story on the output, what went wrong on the error stream. */
public final class LinePresenter implements Presenter {
  private final Terminal terminal;
  private final Detail detail;
  private final PlainStory story = new PlainStory();

  /** How much is told. */
  public enum Detail {
    /** Errors and results only. */
    QUIET,
    /** One line a step. */
    STEPS,
    /** Also findings that are fine, and stack traces. */
    ALL
  }

  public LinePresenter(Terminal terminal, Detail detail) {
    this.terminal = terminal;
    this.detail = detail;
  }

  @Override
  public synchronized void show(Status status) {
    if (detail != Detail.QUIET) {
      story.tell(status).forEach(this::print);
    }
  }

  @Override
  public synchronized void found(Finding finding) {
    boolean matters =
        switch (finding.severity()) {
          case FAIL -> true;
          case WARN -> detail != Detail.QUIET;
          case PASS, INFO -> detail == Detail.ALL;
        };
    if (matters) {
      FindingLines.of(finding, coloured()).forEach(this::print);
    }
  }

  @Override
  public synchronized void say(String sentence) {
    if (detail != Detail.QUIET) {
      print(sentence);
    }
  }

  @Override
  public synchronized void warn(String sentence) {
    if (detail != Detail.QUIET) {
      terminal.err().println("fram: warning: " + Cells.safe(sentence));
    }
  }

  @Override
  public synchronized void facts(List<Fact> facts) {
    print("");
    Fact.table(facts).forEach(this::print);
    print("");
  }

  @Override
  public synchronized void inventory(Inventory inventory) {
    switch (detail) {
      case QUIET ->
          inventory.leftOver().forEach(item -> print("left over: " + Cells.safe(item.sentence())));
      case STEPS -> InventoryLines.of(inventory).forEach(this::print);
      case ALL -> InventoryLines.whole(inventory).forEach(this::print);
    }
  }

  @Override
  public synchronized void measured(Measurement measurement) {
    MeasureLines.of(measurement).forEach(this::print);
  }

  @Override
  public synchronized void planned(Plan plan) {
    if (detail != Detail.QUIET) {
      PlanLines.of(plan, coloured()).forEach(this::print);
    }
  }

  @Override
  public synchronized void answer(Answer answer) {
    if (answer.exitCode() == 0) {
      print(answer.message());
    } else {
      terminal.err().println("fram: " + answer.message());
    }
    answer.details().forEach(line -> print("  " + line));
  }

  @Override
  public synchronized void failed(FramException failure) {
    terminal.err().println("fram: " + failure.getMessage());
    if (detail == Detail.ALL) {
      failure.printStackTrace(terminal.err());
    }
  }

  @Override
  public void close() {
    terminal.out().flush();
  }

  private boolean coloured() {
    return terminal.interactive() && terminal.look().coloured();
  }

  private void print(String line) {
    terminal.out().println(line);
    terminal.out().flush();
  }
}
