// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.screens;

import dev.fram.testkit.browser.PageLook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Draws what a terminal shows, by a browser. Any thread. */
public final class TerminalPicture {
  private static final Pattern SGR = Pattern.compile("\u001b\\[([0-9;]*)m");
  private static final Map<String, String> STYLES =
      Map.of(
          "1", "font-weight:bold",
          "2", "opacity:.65",
          "31", "color:#ff7b72",
          "32", "color:#7ee787",
          "33", "color:#e3b341",
          "36", "color:#76e3ea",
          "39", "color:#d7dde2",
          "49", "background:none");

  private final PageLook browser;
  private final Path folder;

  /**
   * @param folder for what is made on the way
   */
  public TerminalPicture(PageLook browser, Path folder) {
    this.browser = browser;
    this.folder = folder;
  }

  /**
   * A terminal of that many columns and rows.
   *
   * @param lines with the codes for colours, as tmux gives them
   * @throws IllegalArgumentException for a code that Fram's screen does not use
   */
  public void write(List<String> lines, List<Integer> size, Path to) throws IOException {
    StringBuilder html =
        new StringBuilder(
            "<!DOCTYPE html><meta charset=\"utf-8\"><style>body{margin:0;background:#14191d;"
                + "color:#d7dde2}pre{margin:12px;font:14px/18px 'DejaVu Sans Mono',monospace}"
                + "</style><pre>");
    lines.forEach(line -> html.append(html(line)).append('\n'));
    Path page = folder.resolve("screen.html");
    Files.writeString(page, html);
    Path png = folder.resolve("screen.png");
    List<Integer> pixels = List.of((int) Math.ceil(size.get(0) * 8.43) + 24, size.get(1) * 18 + 24);
    browser.screenshot(page, pixels, PageLook.Scheme.DARK, png);
    SmallPng.copy(png, pixels.get(1), to);
  }

  /** What SGR says, as spans: only the codes that the screen writes and tmux makes of them. */
  private static String html(String line) {
    StringBuilder html = new StringBuilder();
    Map<String, String> now = new LinkedHashMap<>();
    Matcher codes = SGR.matcher(line);
    int from = 0;
    while (codes.find()) {
      html.append(span(line.substring(from, codes.start()), now));
      from = codes.end();
      for (String code : codes.group(1).split(";", -1)) {
        if (code.isEmpty() || code.equals("0")) {
          now.clear();
        } else if (STYLES.containsKey(code)) {
          now.put(code.startsWith("3") ? "colour" : code, STYLES.get(code));
        } else {
          throw new IllegalArgumentException("nobody knows the code " + code + " of a terminal");
        }
      }
    }
    return html.append(span(line.substring(from), now)).toString();
  }

  private static String span(String text, Map<String, String> styles) {
    String safe = text.replace("&", "&amp;").replace("<", "&lt;");
    return safe.isEmpty() || styles.isEmpty()
        ? safe
        : "<span style=\"" + String.join(";", styles.values()) + "\">" + safe + "</span>";
  }
}
