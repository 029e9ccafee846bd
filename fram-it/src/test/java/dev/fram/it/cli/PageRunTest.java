// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.it.cli.Program.Result;
import dev.fram.testkit.browser.Browser;
import dev.fram.testkit.browser.ChromiumProgram;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.tools.PgTools;
import dev.fram.testkit.workload.OracleReport;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import dev.fram.testkit.workload.WorkloadSchema.Part;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code fram migrate --dashboard} between two real servers under writers, led from a real Chromium
 * alone: dry run, cutover, report, rollback; and no acknowledged write is lost. Like
 * PageBrowserTest it runs with {@code -Dfram.browser=true} only; with {@code -Dfram.screens=write}
 * too it moves more rows, and takes the pictures in {@code docs/explanation/screens/real} anew.
 */
@EnabledIfSystemProperty(
    named = "fram.browser",
    matches = "true",
    disabledReason = "fetches a browser; -Dfram.browser=true runs it")
@Timeout(900)
class PageRunTest {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String DATABASE = "shop";
  private static final String WORD = "the-token-of-this-test";

  @TempDir Path folder;

  @Test
  void thereAndBackThroughThePageAlone() throws Exception {
    System.setProperty("fram.pg.bin", PgTools.atLeast(15).binFolder().toString());
    try (PostgresServer source = PostgresServer.plan(PostgresVersion.V15).start();
        PostgresServer target = PostgresServer.plan(PostgresVersion.V18).start()) {
      source.createDatabase(DATABASE);
      target.createDatabase(DATABASE);
      try (Connection connection = source.connect(DATABASE)) {
        // Large objects would close the way back: a check says so.
        WorkloadSchema.create(
            connection, RealScreens.wanted() ? 2_000_000 : 30_000, EnumSet.noneOf(Part.class));
      }
      Path port = folder.resolve("port");
      Files.writeString(port, Integer.toString(source.port()));
      try (Workload writers =
          Workload.start(
              () -> (reads(port, target) ? target : source).connect(DATABASE),
              WorkloadOptions.standard().withWriters(2).withRate(100))) {
        led(source, target, port);
        OracleReport report = writers.stop().check(() -> source.connect(DATABASE));
        assertThat(report.clean()).as(report.toString()).isTrue();
        assertThat(report.acknowledged()).isPositive();
      }
    }
  }

  private static boolean reads(Path port, PostgresServer target) {
    try {
      return Files.readString(port).equals(Integer.toString(target.port()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void led(PostgresServer source, PostgresServer target, Path port) throws Exception {
    String address = "127.0.0.1:" + freePort();
    Program fram =
        new Program(folder)
            .servers(source, target, DATABASE)
            .with("FRAM_REVERSE_WINDOW", "1h")
            .with("FRAM_DASHBOARD_TOKEN", WORD);
    String move = "printf %s $FRAM_TARGET_PORT > '" + port + ".new' && mv '" + port + ".new' '";
    CompletableFuture<Result> migrate =
        fram.start("migrate", "--dashboard=" + address, "--switch-command", move + port + "'");
    try (Browser browser = new Browser(ChromiumProgram.fetched(), folder.resolve("profile"));
        RealScreens screens = RealScreens.of(browser, source, target, DATABASE, folder)) {
      await().atMost(PATIENCE).until(() -> migrate.isDone() || answers(address));
      browser.size(1280, 800, 1);
      browser.open("http://" + address + "/#token=" + WORD);
      if (RealScreens.wanted()) {
        awaitPhase(browser, migrate, "Copying");
        screens.copying();
      }
      awaitPhase(browser, migrate, "Ready for the cutover");
      whatThereIsToSee(browser, address, migrate);
      thereByTheMouse(browser, screens, migrate);
      backByTheMouse(browser, migrate);
      Result ended = migrate.get(5, TimeUnit.MINUTES);
      assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
      assertThat(ended.out()).contains(" serves again, with every write that ");
      browser.awaitTrue("document.getElementById('link').textContent === 'the run has ended'");
      screens.ended();
      assertThat(browser.complaints()).filteredOn(line -> !line.contains("ERR_")).isEmpty();
    }
  }

  /** What the page has asked both servers for. */
  private static void whatThereIsToSee(
      Browser browser, String address, CompletableFuture<Result> migrate) throws Exception {
    browser.awaitTrue("document.querySelectorAll('#tables tr').length > 5");
    browser.awaitTrue("document.querySelectorAll('#trail li').length > 0");
    browser.awaitTrue(
        "document.getElementById('forecast-said').textContent.startsWith('Nobody has measured')");
    browser.open("http://" + address + "/report");
    browser.awaitTrue("document.querySelector('h1')?.textContent.startsWith('Ready for the')");
    browser.open("http://" + address + "/");
    awaitPhase(browser, migrate, "Ready for the cutover");
  }

  private static void thereByTheMouse(
      Browser browser, RealScreens screens, CompletableFuture<Result> migrate) throws Exception {
    browser.click("#do-pause");
    browser.awaitTrue("document.querySelector('#banners b')?.textContent === 'Paused'");
    browser.click("#do-resume");
    browser.awaitTrue("document.getElementById('do-pause')");
    browser.click("#do-cutover-dry-run");
    browser.awaitTrue("document.querySelector('#replies .reply ul li')");
    browser.click("#do-cutover");
    browser.awaitTrue("document.activeElement.id === 'confirm-word'");
    browser.type("cutover");
    screens.ready();
    browser.key("Enter", 13);
    awaitPhase(browser, migrate, "The target serves");
    browser.awaitTrue("document.querySelectorAll('#steps li').length > 5");
    screens.serving();
  }

  private static void backByTheMouse(Browser browser, CompletableFuture<Result> migrate)
      throws Exception {
    browser.click("#do-rollback-dry-run");
    browser.awaitTrue("document.querySelectorAll('#replies .reply').length > 2");
    browser.click("#do-rollback");
    browser.type("rollback");
    browser.click("#confirm-do");
    awaitPhase(browser, migrate, "The old server serves again");
  }

  /** Fails at once when the run has failed. */
  private static void awaitPhase(Browser browser, CompletableFuture<Result> migrate, String words) {
    await()
        .atMost(PATIENCE)
        .until(() -> {
          if (migrate.isDone() && migrate.join().code() != 0) {
            throw new AssertionError(migrate.join().toString());
          }
          return browser
              .eval("document.getElementById('phase')?.textContent")
              .asText()
              .equals(words);
        });
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean answers(String address) {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(address.split(":", 2)[1]))) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
