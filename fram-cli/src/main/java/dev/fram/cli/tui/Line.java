// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import java.util.ArrayList;
import java.util.List;

/** One line of the screen: pieces of text, each with its ink. Never wider than the screen. */
public final class Line {
  private record Piece(String text, Ink ink) {}

  private final List<Piece> pieces = new ArrayList<>();
  private final int width;
  private final String ellipsis;
  private int used;

  Line(int width, String ellipsis) {
    this.width = width;
    this.ellipsis = ellipsis;
  }

  Line add(String text, Ink ink) {
    String fitting = Cells.fit(Cells.safe(text), width - used, ellipsis);
    pieces.add(new Piece(fitting, ink));
    used += Cells.width(fitting);
    return this;
  }

  Line add(String text) {
    return add(text, Ink.PLAIN);
  }

  /** Blanks up to that column. */
  Line to(int column) {
    return add(" ".repeat(Math.max(0, Math.min(column, width) - used)));
  }

  int used() {
    return used;
  }

  /** Without colours. */
  public String text() {
    StringBuilder text = new StringBuilder();
    pieces.forEach(piece -> text.append(piece.text()));
    return text.toString().stripTrailing();
  }

  /** With colours. */
  public String painted() {
    StringBuilder text = new StringBuilder();
    pieces.forEach(piece -> text.append(piece.ink().paint(piece.text())));
    return text.toString();
  }
}
