// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A page's console blocks: what a person types ({@code $ …}) and what the page says that comes of
 * it. Of what is shown the stable parts count: figures and addresses are not, and {@code ...}
 * stands for lines that are left out.
 */
final class Guide {
  private static final Pattern ADDRESS =
      Pattern.compile("\\b(127\\.0\\.0\\.1|[a-z.]+example\\.com):\\d+");
  private static final Pattern PATH = Pattern.compile("(?<![\\w/])/[\\w./-]+");
  private static final Pattern FIGURE = Pattern.compile("\\d[\\d.,:]*\\d|\\d");
  private static final Pattern UNIT = Pattern.compile("# (B|kB|MB|ms|s|min)\\b");

  /**
   * @param command what is typed
   * @param shown the lines below it
   */
  record Step(String command, List<String> shown) {
    /** The shown lines that the output does not have, in this order. */
    List<String> missingIn(String output) {
      List<String> lines = output.lines().map(Guide::stable).toList();
      List<String> missing = new ArrayList<>();
      int from = 0;
      for (String line : shown) {
        int at = lines.subList(from, lines.size()).indexOf(stable(line));
        if (at < 0) {
          missing.add(line);
        } else {
          from += at + 1;
        }
      }
      return missing;
    }
  }

  private Guide() {}

  static List<Step> steps(Path page) throws IOException {
    List<Step> steps = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(page)) {
      if (line.startsWith("```")) {
        inside = line.equals("```console");
      } else if (inside && line.startsWith("$ ")) {
        steps.add(new Step(line.substring(2), new ArrayList<>()));
      } else if (inside && !line.strip().equals("...") && !line.isBlank()) {
        steps.getLast().shown().add(line);
      }
    }
    return steps;
  }

  private static String stable(String line) {
    String plain = PATH.matcher(ADDRESS.matcher(line).replaceAll("host")).replaceAll("/");
    return UNIT.matcher(FIGURE.matcher(plain).replaceAll("#")).replaceAll("#").strip();
  }
}
