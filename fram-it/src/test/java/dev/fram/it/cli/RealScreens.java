// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.testkit.browser.Browser;
import dev.fram.testkit.browser.ChromiumProgram;
import dev.fram.testkit.browser.PageLook;
import dev.fram.testkit.screens.SmallPng;
import dev.fram.testkit.screens.TerminalPicture;
import dev.fram.testkit.screens.Tmux;
import dev.fram.testkit.server.PostgresServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Pictures of a real run: of the page that leads it, and of {@code fram status --watch} in two
 * terminals of tmux. Does nothing unless {@code -Dfram.screens=write} is given. Owned by the test's
 * thread.
 */
final class RealScreens implements AutoCloseable {
  private static final Path SCREENS = Path.of("..", "docs", "explanation", "screens", "real");
  private static final List<Integer> SMALL = List.of(80, 24);
  private static final List<Integer> WIDE = List.of(160, 50);

  private final Browser browser;
  private final Path folder;
  private final Map<String, String> servers;
  private final Optional<Tmux> tmux;

  private RealScreens(
      Browser browser, Path folder, Map<String, String> servers, Optional<Tmux> tmux) {
    this.browser = browser;
    this.folder = folder;
    this.servers = servers;
    this.tmux = tmux;
  }

  static boolean wanted() {
    return System.getProperty("fram.screens", "").equals("write");
  }

  static RealScreens of(
      Browser browser, PostgresServer source, PostgresServer target, String database, Path folder) {
    Map<String, String> servers =
        Map.of(
            "FRAM_SOURCE", source.uri(database),
            "FRAM_TARGET", target.uri(database),
            "FRAM_SOURCE_PASSWORD", source.password(),
            "FRAM_TARGET_PASSWORD", target.password());
    return new RealScreens(
        browser, folder, servers, wanted() ? Optional.of(new Tmux(folder)) : Optional.empty());
  }

  void copying() throws Exception {
    if (tmux.isEmpty()) {
      return;
    }
    watch("small", SMALL);
    watch("wide", WIDE);
    browser.awaitTrue("document.querySelectorAll('#in-flight li').length > 0");
    shown("small", "copying");
    shown("wide", "copying");
    List<String> small = tmux.get().styled("small");
    List<String> wide = tmux.get().styled("wide");
    desk("copying", "light");
    phone("copying", "dark");
    assertThat(browser.eval("document.getElementById('phase').textContent").asText())
        .as("the copy takes long enough for its pictures")
        .isEqualTo("Copying");
    draw(small, SMALL, "copying");
    draw(wide, WIDE, "copying");
  }

  /** With the word for the cutover typed. */
  void ready() throws Exception {
    if (tmux.isEmpty()) {
      return;
    }
    desk("ready", "dark");
    phone("ready", "light");
    shown("small", "ready for the cutover");
    draw(tmux.get().styled("small"), SMALL, "ready");
  }

  void serving() throws Exception {
    if (tmux.isEmpty()) {
      return;
    }
    shown("small", "Lag ");
    shown("wide", "the target serves");
    desk("serving", "light");
    phone("serving", "dark");
    draw(tmux.get().styled("small"), SMALL, "serving");
    draw(tmux.get().styled("wide"), WIDE, "serving");
  }

  void ended() throws Exception {
    if (tmux.isPresent()) {
      desk("rolled-back", "light");
    }
  }

  private void watch(String name, List<Integer> size) throws Exception {
    tmux.orElseThrow()
        .open(
            name,
            size,
            servers,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-Dstdout.encoding=UTF-8",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.fram.cli.Main",
                "status",
                "--watch"));
  }

  private void shown(String name, String words) {
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> tmux.orElseThrow().text(name).contains(words));
  }

  private void draw(List<String> lines, List<Integer> size, String phase) throws Exception {
    String name = "terminal-" + phase + "-" + size.get(0) + "x" + size.get(1) + ".png";
    new TerminalPicture(new PageLook(ChromiumProgram.fetched(), folder), folder)
        .write(lines, size, SCREENS.resolve(name));
  }

  private void desk(String phase, String scheme) throws Exception {
    page(List.of(1280, 800), phase + "-desktop", scheme);
  }

  private void phone(String phase, String scheme) throws Exception {
    page(List.of(390, 844), phase + "-phone", scheme);
  }

  private void page(List<Integer> size, String name, String scheme) throws Exception {
    browser.size(size.get(0), size.get(1), 1);
    browser.scheme(scheme);
    browser.eval("scrollTo(0, 0)");
    Path png = folder.resolve("page.png");
    browser.picture(png);
    SmallPng.copy(png, size.get(1), SCREENS.resolve("page-" + name + "-" + scheme + ".png"));
    browser.size(1280, 800, 1);
  }

  @Override
  public void close() throws IOException {
    if (tmux.isPresent()) {
      tmux.get().close();
    }
  }
}
