// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.testkit.browser.ChromiumProgram;
import dev.fram.testkit.browser.PageLook;
import dev.fram.testkit.screens.Pose;
import dev.fram.testkit.screens.TerminalPicture;
import dev.fram.testkit.screens.Tmux;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    private List<Integer> cells() {
      return List.of(columns, rows);
    }
  }

  @TempDir private Path folder;

  @Test
  void everyStateFitsItsTerminal() throws Exception {
    TerminalPicture picture =
        new TerminalPicture(new PageLook(ChromiumProgram.fetched(), folder), folder);
    try (Tmux tmux = new Tmux(folder)) {
      everyState(tmux, picture);
    }
  }

  private static void everyState(Tmux tmux, TerminalPicture picture) throws Exception {
    for (Size size : Size.values()) {
      for (Pose pose : Pose.values()) {
        List<String> lines = captured(tmux, pose, size);
        assertThat(lines).hasSizeLessThanOrEqualTo(size.rows);
        assertThat(lines.getFirst()).contains("3f2a91bc");
        String name =
            "terminal-"
                + pose.name().toLowerCase(Locale.ROOT).replace('_', '-')
                + "-"
                + size.columns
                + "x"
                + size.rows
                + ".png";
        picture.write(lines, size.cells(), SCREENS.resolve(name));
      }
    }
  }

  private static List<String> captured(Tmux tmux, Pose pose, Size size) throws Exception {
    String terminal = pose.name() + size.columns;
    tmux.open(
        terminal,
        size.cells(),
        Map.of(),
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Dstdout.encoding=UTF-8",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            StillScreen.class.getName(),
            pose.name()));
    await().atMost(Duration.ofMinutes(1)).until(() -> tmux.text(terminal).contains("q leaves"));
    List<String> all = tmux.styled(terminal);
    tmux.end(terminal);
    return all;
  }
}
