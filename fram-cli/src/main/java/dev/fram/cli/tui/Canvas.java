// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

/**
 * What is drawn on.
 *
 * @param columns cells in a line
 * @param rows lines
 * @param glyphs the signs it can show
 */
public record Canvas(int columns, int rows, Glyphs glyphs) {
  private static final int LEAST_COLUMNS = 40;
  private static final int LEAST_ROWS = 10;

  /** A terminal that says it is tiny (some say 0) is taken for a small one. */
  public Canvas {
    columns = Math.max(LEAST_COLUMNS, columns);
    rows = Math.max(LEAST_ROWS, rows);
  }

  /** The size that every terminal has. */
  public static Canvas standard() {
    return new Canvas(80, 24, Glyphs.UNICODE);
  }

  Line line() {
    return new Line(columns, glyphs.ellipsis);
  }
}
