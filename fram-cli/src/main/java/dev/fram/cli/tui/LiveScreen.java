// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * Shows pictures on a terminal's second page, so that nothing of the user's scroll-back is lost,
 * and leaves the last picture on the first page. Each picture goes out in one write, between the
 * marks for a synchronized update, and no line is erased before it is written: nothing flickers.
 * Thread-safe, because Ctrl-C closes it from another thread.
 */
public final class LiveScreen implements AutoCloseable {
  private static final String ESC = "\u001b[";
  private static final String ENTER = ESC + "?1049h" + ESC + "?25l" + ESC + "2J";
  private static final String LEAVE = ESC + "?25h" + ESC + "?1049l";
  private static final long SIZE_EVERY_NANOS = 1_000_000_000;

  private final PrintStream out;
  private final Map<String, String> variables;
  private final Glyphs glyphs;
  private final boolean coloured;
  private Canvas canvas;
  private long sizedAt = System.nanoTime();
  private List<Line> last = List.of();
  private boolean open = true;

  public LiveScreen(PrintStream out, Map<String, String> variables, Look look) {
    this.out = out;
    this.variables = Map.copyOf(variables);
    this.glyphs = look.glyphs();
    this.coloured = look.coloured();
    this.canvas = TerminalSize.now(glyphs, this.variables);
    write(ENTER);
  }

  public synchronized void show(Picture picture) {
    if (!open) {
      return;
    }
    resize();
    last = Screen.draw(picture, canvas);
    StringBuilder frame = new StringBuilder(ESC + "?2026h" + ESC + "H");
    for (int i = 0; i < last.size(); i++) {
      frame.append(i == 0 ? "" : "\r\n").append(text(last.get(i))).append(ESC + "K");
    }
    write(frame.append(ESC + "J" + ESC + "?2026l").toString());
  }

  /** Gives the terminal back; the last picture stays readable. Idempotent. */
  @Override
  public synchronized void close() {
    if (!open) {
      return;
    }
    open = false;
    StringBuilder end = new StringBuilder(LEAVE);
    last.forEach(line -> end.append(text(line)).append("\r\n"));
    write(end.toString());
  }

  private void resize() {
    if (System.nanoTime() - sizedAt > SIZE_EVERY_NANOS) {
      sizedAt = System.nanoTime();
      canvas = TerminalSize.now(glyphs, variables);
    }
  }

  private String text(Line line) {
    return coloured ? line.painted() : line.text();
  }

  private void write(String text) {
    out.print(text);
    out.flush();
  }
}
