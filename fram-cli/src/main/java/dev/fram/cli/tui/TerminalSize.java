// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks stty for the terminal's size. A terminal library would do the same and costs a third of a
 * second at the start; one fork a second costs nothing that can be felt.
 */
final class TerminalSize {
  private static final Pattern SIZE = Pattern.compile("(\\d{1,4}) (\\d{1,4})\\s*");

  private TerminalSize() {}

  /** The size now: of the terminal, else of LINES and COLUMNS, else 80 × 24. */
  static Canvas now(Glyphs glyphs, Map<String, String> variables) {
    Matcher match = SIZE.matcher(stty());
    if (match.matches() && !match.group(2).equals("0")) {
      return new Canvas(Integer.parseInt(match.group(2)), Integer.parseInt(match.group(1)), glyphs);
    }
    return new Canvas(number(variables, "COLUMNS", 80), number(variables, "LINES", 24), glyphs);
  }

  private static int number(Map<String, String> variables, String name, int fallback) {
    String text = variables.getOrDefault(name, "");
    return text.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(text) : fallback;
  }

  private static String stty() {
    try {
      Process process =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(1, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "";
      }
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return ""; // no stty, or no terminal behind the process
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
