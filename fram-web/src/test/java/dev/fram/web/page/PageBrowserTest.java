// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.check.Finding;
import dev.fram.api.status.PhaseName;
import dev.fram.testkit.browser.Browser;
import dev.fram.testkit.browser.ChromiumProgram;
import dev.fram.testkit.screens.Pose;
import dev.fram.testkit.screens.SmallPng;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in a real Chromium: a migration is cut over and rolled back by mouse and keyboard, every
 * state is looked at by axe-core, and pictures of it land in {@code target/pictures}. Needs about
 * 170 MB of packages the first time, so it runs with {@code -Dfram.browser=true} only; where no
 * Chromium can be had it fails and says why. With {@code -Dfram.screens=write} too, the pictures in
 * {@code docs/explanation/screens} are taken anew.
 */
@EnabledIfSystemProperty(
    named = "fram.browser",
    matches = "true",
    disabledReason = "fetches a browser; -Dfram.browser=true runs it")
class PageBrowserTest {
  private static final String WORD = "the-token-of-this-test";
  private static final Path PICTURES = Path.of("target", "pictures");
  private static final Path SCREENS = Path.of("..", "docs", "explanation", "screens");

  /** What a viewer may look like. */
  private enum Looks {
    DESKTOP_LIGHT(1280, 800, 1, "light"),
    DESKTOP_DARK(1280, 800, 1, "dark"),
    PHONE_LIGHT(390, 844, 1, "light"),
    PHONE_DARK(390, 844, 1, "dark");

    private final int width;
    private final int height;
    private final double scale;
    private final String scheme;

    Looks(int width, int height, double scale, String scheme) {
      this.width = width;
      this.height = height;
      this.scale = scale;
      this.scheme = scheme;
    }
  }

  @TempDir private static Path folder;
  private static final List<Browser> OPEN = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    OPEN.add(new Browser(ChromiumProgram.fetched(), folder.resolve("profile")));
  }

  @AfterAll
  static void stop() {
    OPEN.forEach(Browser::close);
  }

  private static Dashboard open(RunningMigration migration) {
    return Dashboard.open(
        new WebAddress("127.0.0.1", 0, WebAddress.Choice.THIS_PORT), Token.of(WORD), migration);
  }

  @Test
  void aMigrationThereAndBackByMouseAndKeyboard() throws Exception {
    Browser browser = OPEN.getFirst();
    try (Scene scene = new Scene(folder.resolve("backlog"));
        Dashboard page = open(scene)) {
      browser.size(1280, 800, 1);
      browser.open(page.url() + "#token=" + WORD);
      browser.awaitTrue("location.hash === ''");
      scene.begin(page);
      awaitPhase(browser, "Ready for the cutover");
      look(browser, "ready");
      pauseAndResume(browser);
      openReport(browser, page);

      browser.click("#do-cutover-dry-run");
      browser.awaitTrue("document.querySelector('#replies .reply ul li')");
      look(browser, "dry-run");

      browser.click("#do-cutover");
      browser.awaitTrue("document.activeElement.id === 'confirm-word'");
      browser.type("cut");
      assertThat(browser.eval("document.getElementById('confirm-do').disabled").asBoolean())
          .isTrue();
      look(browser, "two-steps");
      browser.type("over");
      browser.key("Enter", 13);
      awaitPhase(browser, "The target serves");
      browser.awaitTrue("document.querySelectorAll('#steps li').length > 5");
      browser.click("#do-rollback-dry-run");
      look(browser, "serving");

      browser.click("#do-rollback");
      browser.type("rollback");
      browser.click("#confirm-do");
      assertThat(scene.result().get(60, TimeUnit.SECONDS).phase()).isEqualTo(PhaseName.ROLLED_BACK);
      awaitPhase(browser, "The old server serves again");
    }
    browser.awaitTrue("document.getElementById('link').textContent === 'the run has ended'");
    look(browser, "ended");
    assertThat(browser.complaints()).filteredOn(line -> !line.contains("ERR_")).isEmpty();
  }

  private static void pauseAndResume(Browser browser) throws Exception {
    browser.click("#do-pause");
    browser.awaitTrue("document.getElementById('do-resume')");
    browser.awaitTrue("document.querySelector('#banners b')?.textContent === 'Paused'");
    assertThat(browser.eval("Boolean(document.getElementById('do-pause'))").asBoolean()).isFalse();
    look(browser, "paused");
    browser.click("#do-resume");
    browser.awaitTrue("document.getElementById('do-pause')");
    browser.awaitTrue("!document.querySelector('#banners b')");
    awaitPhase(browser, "Ready for the cutover");
  }

  /** In this tab, as the link opens another one; and back, where the session still is. */
  private static void openReport(Browser browser, Dashboard page) throws Exception {
    browser.awaitTrue("document.getElementById('report').checkVisibility()");
    browser.awaitTrue(
        "document.getElementById('forecast-said').textContent.startsWith('Nobody has measured')");
    String link = browser.eval("document.getElementById('report').href").asText();
    assertThat(link).isEqualTo(page.url() + "report");
    browser.eval("document.getElementById('report').target = ''");
    browser.click("#report");
    browser.awaitTrue("document.querySelector('h1')?.textContent.startsWith('Ready for the')");
    assertThat(browser.eval("document.title").asText()).as("no script runs").isEqualTo("Report");
    assertThat(browser.eval("getComputedStyle(document.querySelector('main')).color").asText())
        .as("its own style counts")
        .isEqualTo("rgb(18, 52, 86)");
    browser.open(page.url());
    awaitPhase(browser, "Ready for the cutover");
  }

  @Test
  void everyStateIsReadable() throws Exception {
    Browser browser = OPEN.getFirst();
    for (Pose pose : Pose.values()) {
      try (Dashboard page = open(new Still())) {
        browser.open(page.url());
        tell(page, pose);
        browser.awaitTrue("document.querySelectorAll('#trail li').length > 0");
        browser.awaitTrue("document.querySelectorAll('#tables tr').length > 0");
        browser.awaitTrue("document.querySelectorAll('#forecast tr').length > 0");
        String name = pose.name().toLowerCase(Locale.ROOT).replace('_', '-');
        look(browser, name);
        keep(pose, name);
      }
    }
  }

  /** A quarter of an hour of it. */
  private static void tell(Dashboard page, Pose pose) {
    page.found(Finding.pass("wal-level", "source db1:5432: wal_level is \"logical\""));
    page.found(
        Finding.warn(
            "free-disk",
            "target db2:5432: 120 GB are free, about 180 GB are needed",
            "Make the disk larger before you begin."));
    for (int second = 0; second <= 900; second += 2) {
      page.show(pose.at(second));
    }
    page.tell(
        List.of(
            "00:00:01  checking db1.example.com:5432/shop and db2.example.com:5432/shop",
            "00:00:04  checks passed; creating the schema on db2.example.com:5432/shop",
            "00:00:09  copying 212 tables, 180 GB"));
  }

  /** For the documentation: each state on a desk and on a phone, some of them in all looks. */
  private static void keep(Pose pose, String name) throws IOException {
    if (!System.getProperty("fram.screens", "").equals("write")) {
      return;
    }
    for (Looks looks : Looks.values()) {
      boolean each = looks == Looks.DESKTOP_LIGHT || looks == Looks.PHONE_DARK;
      if (each || pose == Pose.COPYING || pose == Pose.READY) {
        String file = name + "-" + looks.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".png";
        SmallPng.copy(
            PICTURES.resolve(file),
            (int) (looks.height * looks.scale),
            SCREENS.resolve("page-" + file));
      }
    }
  }

  @Test
  void whoHasNoTokenOnlyLooksOn() throws Exception {
    Browser browser = OPEN.getFirst();
    try (Dashboard page = open(new Still())) {
      page.show(Still.in(PhaseName.READY));
      browser.open(page.url());
      awaitPhase(browser, "Ready for the cutover");
      assertThat(
              browser
                  .eval("document.getElementById('do-cutover')?.checkVisibility() ?? false")
                  .asBoolean())
          .isFalse();
      browser.click("#token");
      browser.type("a wrong word");
      browser.key("Enter", 13);
      browser.awaitTrue(
          "document.getElementById('sign-in-error').textContent.includes('not the token')");
      browser.click("#token");
      browser.type(WORD);
      browser.key("Enter", 13);
      browser.awaitTrue("document.getElementById('do-cutover').checkVisibility()");
      browser.click("#sign-out");
      browser.awaitTrue("document.getElementById('token').checkVisibility()");
    }
  }

  private static void awaitPhase(Browser browser, String words) {
    browser.awaitTrue("document.getElementById('phase').textContent === '" + words + "'");
  }

  /** By eye (later, from the files) and by axe-core (now). */
  private static void look(Browser browser, String name) throws Exception {
    for (Looks looks : Looks.values()) {
      browser.size(looks.width, looks.height, looks.scale);
      browser.scheme(looks.scheme);
      String file = name + "-" + looks.name().toLowerCase(Locale.ROOT).replace('_', '-');
      browser.eval("scrollTo(0, 0)");
      browser.picture(PICTURES.resolve(file + ".png"));
      assertThat(browser.eval("document.documentElement.scrollWidth").asInt())
          .as(file + " is no wider than the screen")
          .isLessThanOrEqualTo(looks.width);
      browser.eval(axe());
      String found =
          browser
              .eval(
                  "axe.run({resultTypes: ['violations']}).then(r => JSON.stringify(r.violations"
                      + ".filter(v => ['serious', 'critical'].includes(v.impact))"
                      + ".map(v => [v.id, v.nodes.map(n => n.html)])))")
              .asText();
      assertThat(found).as(file).isEqualTo("[]");
    }
    browser.size(1280, 800, 1);
  }

  private static String axe() throws IOException {
    String path = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";
    try (InputStream stream = PageBrowserTest.class.getResourceAsStream(path)) {
      assertThat(stream).isNotNull();
      return new String(stream.readAllBytes(), UTF_8) + "; true";
    }
  }
}
