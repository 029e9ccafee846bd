// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.error.FramException;
import dev.fram.api.status.Command;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.cli.tui.Deck;
import dev.fram.core.bus.Answer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/**
 * The keys of a migration's live screen: pause and resume, cut over (the word has to be typed),
 * leave. What they ask goes the way of {@code fram pause} and the others, so the run has the last
 * word; the asking is done in a thread of its own, and the screen goes on.
 */
final class Helm implements Deck {
  private static final String WORD = "cutover";
  private static final char ESCAPE = 27;
  private static final char DELETE = 127;

  private final Function<Command, Answer> ask;
  private final Leave leave;
  private final ExecutorService asking =
      Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "key-asks");
        thread.setDaemon(true);
        return thread;
      });
  private final StringBuilder typed = new StringBuilder();
  private boolean typing;
  private boolean busy;
  private String said = "";

  /**
   * What leaving means here.
   *
   * @param key what the footer says of it
   * @param over the same when nothing goes on any more
   * @param quit what {@code q} does
   * @param answer what {@code q} is answered
   */
  record Leave(String key, String over, Runnable quit, String answer) {
    /** The process only looks on. */
    static Leave watching(Runnable quit) {
      return new Leave("q leaves, the run goes on", "q leaves", quit, "");
    }

    /** The process is the run: nothing that is pressed by mistake ends it. */
    static Leave running() {
      return new Leave(
          "Ctrl-C stops; fram migrate goes on from there",
          "",
          () -> {},
          "This is the run itself: Ctrl-C stops it. fram status --watch can be left by q.");
    }
  }

  /**
   * @param ask brings a command to the run and waits for its answer
   */
  Helm(Function<Command, Answer> ask, Leave leave) {
    this.ask = ask;
    this.leave = leave;
  }

  @Override
  public synchronized String footer(Status status) {
    if (typing) {
      return "Cut over now? Type " + WORD + " and Enter; Esc goes back: " + typed;
    }
    if (!said.isEmpty()) {
      return said;
    }
    if (status.phase() == PhaseName.COMPLETED || status.phase() == PhaseName.CANCELLED) {
      return leave.over();
    }
    if (status.phase().compareTo(PhaseName.READY) > 0) {
      return leave.key();
    }
    String cutover = status.phase() == PhaseName.READY ? "  c cuts over" : "";
    return (status.paused() ? "p resumes" : "p pauses") + cutover + "  " + leave.key();
  }

  @Override
  public synchronized void press(char key, Status status) {
    if (typing) {
      type(key);
      return;
    }
    said = "";
    switch (key) {
      case 'p' -> submit(status.paused() ? new Command.Resume() : new Command.Pause());
      case 'c' -> begin(status);
      case 'q' -> {
        said = leave.answer();
        leave.quit().run();
      }
      default -> {
        // Any other key takes an old answer away.
      }
    }
  }

  private void begin(Status status) {
    if (status.phase() == PhaseName.READY) {
      typing = true;
      typed.setLength(0);
    } else {
      said = "A cutover needs the phase READY.";
    }
  }

  private void type(char key) {
    if (key == ESCAPE) {
      typing = false;
    } else if (key == '\n' || key == '\r') {
      typing = false;
      if (typed.toString().equals(WORD)) {
        submit(new Command.Cutover());
      } else {
        said = "Not cut over: the word was not typed.";
      }
    } else if (key == DELETE || key == '\b') {
      typed.setLength(Math.max(0, typed.length() - 1));
    } else if (key >= 'a' && key <= 'z' && typed.length() < 2 * WORD.length()) {
      typed.append(key);
    }
  }

  private void submit(Command command) {
    if (busy) {
      said = "The last answer has not come yet.";
      return;
    }
    busy = true;
    said = "asked; the answer comes …";
    try {
      asking.execute(() -> answered(answer(command)));
    } catch (RejectedExecutionException e) {
      busy = false; // the screen is being closed
    }
  }

  private String answer(Command command) {
    try {
      return ask.apply(command).message();
    } catch (FramException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private synchronized void answered(String answer) {
    busy = false;
    said = answer;
  }

  @Override
  public void close() {
    asking.shutdownNow();
  }
}
