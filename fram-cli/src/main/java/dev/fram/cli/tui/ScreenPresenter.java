// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.check.Finding;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;
import dev.fram.core.bus.Answer;
import dev.fram.core.inventory.Inventory;
import dev.fram.core.plan.Plan;
import dev.fram.core.probe.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The live screen. It opens with the first picture and closes for good with the first thing that
 * has to stay readable; from then on lines are printed.
 */
public final class ScreenPresenter implements Presenter {
  private final Terminal terminal;
  private final LinePresenter lines;
  private final Deck deck;
  private final Supplier<List<Picture.Extra>> extras;
  private final List<LiveScreen> screen = new ArrayList<>(1);
  private final List<Finding> found = new ArrayList<>();
  private Optional<Keyboard> keys = Optional.empty();
  private Optional<Status> last = Optional.empty();
  private boolean ended;

  /**
   * @param deck what the keys do
   * @param extras lines of others, asked for with each picture
   */
  public ScreenPresenter(Terminal terminal, Deck deck, Supplier<List<Picture.Extra>> extras) {
    this.terminal = terminal;
    this.lines = new LinePresenter(terminal, LinePresenter.Detail.STEPS);
    this.deck = deck;
    this.extras = extras;
  }

  @Override
  public synchronized void show(Status status) {
    if (ended) {
      return;
    }
    if (screen.isEmpty()) {
      screen.add(
          new LiveScreen(terminal.out(), terminal.surroundings().variables(), terminal.look()));
    }
    last = Optional.of(status);
    draw(status);
    if (keys.filter(Keyboard::alive).isEmpty()) {
      keys = Keyboard.open(this::press);
    }
  }

  private void draw(Status status) {
    screen.getFirst().show(new Picture(status, extras.get(), deck.footer(status)));
  }

  /** In the keyboard's thread. */
  private void press(char key) {
    Optional<Status> seen;
    synchronized (this) {
      seen = ended ? Optional.empty() : last;
    }
    // Not under the lock: whatever a key does, pictures go on.
    seen.ifPresent(status -> deck.press(key, status));
    synchronized (this) {
      if (!ended) {
        last.ifPresent(this::draw);
      }
    }
  }

  @Override
  public synchronized void found(Finding finding) {
    if (ended || screen.isEmpty()) {
      lines.found(finding);
    } else {
      found.add(finding);
    }
  }

  @Override
  public synchronized void say(String sentence) {
    if (ended || screen.isEmpty()) {
      lines.say(sentence);
    }
  }

  @Override
  public synchronized void warn(String sentence) {
    close();
    lines.warn(sentence);
  }

  @Override
  public synchronized void facts(List<Fact> facts) {
    close();
    lines.facts(facts);
  }

  @Override
  public synchronized void inventory(Inventory inventory) {
    close();
    lines.inventory(inventory);
  }

  @Override
  public synchronized void measured(Measurement measurement) {
    close();
    lines.measured(measurement);
  }

  @Override
  public synchronized void planned(Plan plan) {
    close();
    lines.planned(plan);
  }

  @Override
  public synchronized void answer(Answer answer) {
    close();
    lines.answer(answer);
  }

  @Override
  public synchronized void failed(FramException failure) {
    close();
    lines.failed(failure);
  }

  @Override
  public synchronized void close() {
    if (!screen.isEmpty() && !ended) {
      keys.ifPresent(Keyboard::close);
      deck.close();
      screen.getFirst().close();
      ended = true;
      // Below the last picture, where it stays readable.
      found.forEach(lines::found);
    }
  }
}
