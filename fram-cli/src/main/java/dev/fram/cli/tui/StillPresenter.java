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

/** One picture, printed as the screen would show it, also into a pipe. */
public final class StillPresenter implements Presenter {
  private final Terminal terminal;
  private final LinePresenter lines;

  public StillPresenter(Terminal terminal) {
    this.terminal = terminal;
    this.lines = new LinePresenter(terminal, LinePresenter.Detail.STEPS);
  }

  @Override
  public void show(Status status) {
    Look look = terminal.look();
    boolean coloured = terminal.interactive() && look.coloured();
    Canvas canvas = new Canvas(Canvas.standard().columns(), 60, look.glyphs());
    for (Line line : Screen.draw(new Picture(status, List.of(), ""), canvas)) {
      terminal.out().println(coloured ? line.painted() : line.text());
    }
  }

  @Override
  public void found(Finding finding) {
    lines.found(finding);
  }

  @Override
  public void say(String sentence) {
    lines.say(sentence);
  }

  @Override
  public void warn(String sentence) {
    lines.warn(sentence);
  }

  @Override
  public void facts(List<Fact> facts) {
    lines.facts(facts);
  }

  @Override
  public void inventory(Inventory inventory) {
    lines.inventory(inventory);
  }

  @Override
  public void measured(Measurement measurement) {
    lines.measured(measurement);
  }

  @Override
  public void planned(Plan plan) {
    lines.planned(plan);
  }

  @Override
  public void answer(Answer answer) {
    lines.answer(answer);
  }

  @Override
  public void failed(FramException failure) {
    lines.failed(failure);
  }

  @Override
  public void close() {
    lines.close();
  }
}
