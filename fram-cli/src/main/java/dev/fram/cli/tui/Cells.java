// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

/**
 * Counts a terminal's cells. Names come from users' databases: control characters would move the
 * cursor (or worse), and East Asian letters take two cells.
 */
final class Cells {
  private static final int[][] WIDE = {
    {0x1100, 0x115F},
    {0x2E80, 0x303E},
    {0x3041, 0xA4CF},
    {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},
    {0xFE30, 0xFE4F},
    {0xFF00, 0xFF60},
    {0xFFE0, 0xFFE6},
    {0x1F300, 0x1FAFF},
    {0x20000, 0x3FFFD},
  };

  private Cells() {}

  /** The text without what could act on the terminal. */
  static String safe(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().map(c -> acts(c) ? '?' : c).forEach(safe::appendCodePoint);
    return safe.toString();
  }

  static int width(String text) {
    return text.codePoints().map(Cells::width).sum();
  }

  /** At most that many cells, with an ellipsis when something is left out. */
  static String fit(String text, int cells, String ellipsis) {
    if (width(text) <= cells) {
      return text;
    }
    if (cells < width(ellipsis)) {
      return "";
    }
    int room = cells - width(ellipsis);
    StringBuilder kept = new StringBuilder();
    int used = 0;
    for (int c : text.codePoints().toArray()) {
      if (used + width(c) > room) {
        break;
      }
      used += width(c);
      kept.appendCodePoint(c);
    }
    return kept + ellipsis;
  }

  private static boolean acts(int c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.FORMAT
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || type == Character.SURROGATE;
  }

  private static int width(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    for (int[] range : WIDE) {
      if (c >= range[0] && c <= range[1]) {
        return 2;
      }
    }
    return 1;
  }
}
