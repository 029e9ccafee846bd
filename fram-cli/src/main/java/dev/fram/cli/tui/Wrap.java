// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import java.util.ArrayList;
import java.util.List;

/** Breaks a sentence between words. */
public final class Wrap {
  private Wrap() {}

  /** At least one line; a word longer than a line is cut. */
  public static List<String> words(String text, int cells) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String whole : Cells.safe(text.replace('\n', ' ')).strip().split(" +", -1)) {
      String word = whole;
      if (!line.isEmpty() && Cells.width(line.toString()) + 1 + Cells.width(word) > cells) {
        lines.add(line.toString());
        line.setLength(0);
      }
      while (Cells.width(word) > cells) {
        String head = Cells.fit(word, cells, "");
        lines.add(head);
        word = word.substring(head.length());
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
