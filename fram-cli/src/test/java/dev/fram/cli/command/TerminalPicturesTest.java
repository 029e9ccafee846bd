// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.testkit.browser.ChromiumProgram;
import dev.fram.testkit.browser.PageLook;
import dev.fram.testkit.screens.Pose;
import dev.fram.testkit.screens.SmallPng;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The live screen as tmux shows it: {@code -Dfram.screens=write} takes the pictures in {@code
 * docs/explanation/screens} anew. Needs tmux and a Chromium that draws what tmux has captured.
 */
@EnabledIfSystemProperty(named = "fram.screens", matches = "write")
final class TerminalPicturesTest {
  private static final Path SCREENS = Path.of("..", "docs", "explanation", "screens");
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

  /** A small one that everybody has, and a wide one. */
  private enum Size {
    SMALL(80, 24),
    WIDE(160, 50);

    private final int columns;
    private final int rows;

    Size(int columns, int rows) {
      this.columns = columns;
      this.rows = rows;
    }
  }

  @TempDir private Path folder;
  private String server = "";

  @AfterEach
  void endTmux() throws Exception {
    tmux("kill-server");
  }

  @Test
  void everyStateFitsItsTerminal() throws Exception {
    server = "fram-" + ProcessHandle.current().pid();
    PageLook browser = new PageLook(ChromiumProgram.fetched(), folder);
    for (Size size : Size.values()) {
      for (Pose pose : Pose.values()) {
        List<String> lines = captured(pose, size);
        assertThat(lines).hasSizeLessThanOrEqualTo(size.rows);
        assertThat(lines.getFirst()).contains("3f2a91bc");
        if (size == Size.SMALL || pose == Pose.COPYING || pose == Pose.SERVING) {
          String name =
              "terminal-"
                  + pose.name().toLowerCase(Locale.ROOT).replace('_', '-')
                  + "-"
                  + size.columns
                  + "x"
                  + size.rows
                  + ".png";
          picture(browser, lines, size, SCREENS.resolve(name));
        }
      }
    }
  }

  private List<String> captured(Pose pose, Size size) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    tmux(
        "new-session",
        "-d",
        "-x",
        Integer.toString(size.columns),
        "-y",
        Integer.toString(size.rows),
        java,
        "-XX:TieredStopAtLevel=1",
        "-Dstdout.encoding=UTF-8",
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        StillScreen.class.getName(),
        pose.name());
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> tmux("capture-pane", "-p").contains("q leaves, the run goes on"));
    String all = tmux("capture-pane", "-e", "-p");
    tmux("kill-session");
    return all.lines().toList();
  }

  private String tmux(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("tmux", "-u", "-L", server));
    command.addAll(List.of(words));
    Path said = folder.resolve("tmux");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    process.waitFor();
    return Files.readString(said);
  }

  private void picture(PageLook browser, List<String> lines, Size size, Path to)
      throws IOException {
    StringBuilder html =
        new StringBuilder(
            "<!DOCTYPE html><meta charset=\"utf-8\"><style>body{margin:0;background:#14191d;"
                + "color:#d7dde2}pre{margin:12px;font:14px/18px 'DejaVu Sans Mono',monospace}"
                + "</style><pre>");
    lines.forEach(line -> html.append(html(line)).append('\n'));
    Path page = folder.resolve("screen.html");
    Files.writeString(page, html);
    Path png = folder.resolve("screen.png");
    List<Integer> pixels = List.of((int) Math.ceil(size.columns * 8.43) + 24, size.rows * 18 + 24);
    browser.screenshot(page, pixels, PageLook.Scheme.DARK, png);
    SmallPng.copy(png, pixels.get(1), to);
  }

  /** What SGR says, as spans: only the codes that the screen writes and tmux makes of them. */
  private static String html(String line) {
    StringBuilder html = new StringBuilder();
    Map<String, String> now = new java.util.LinkedHashMap<>();
    Matcher codes = SGR.matcher(line);
    int from = 0;
    while (codes.find()) {
      html.append(span(line.substring(from, codes.start()), now));
      from = codes.end();
      for (String code : codes.group(1).split(";")) {
        if (code.isEmpty() || code.equals("0")) {
          now.clear();
        } else {
          assertThat(STYLES).as("a code that this test knows").containsKey(code);
          now.put(code.startsWith("3") ? "colour" : code, STYLES.get(code));
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
