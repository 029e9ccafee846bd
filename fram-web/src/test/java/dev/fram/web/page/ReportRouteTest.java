// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The report and the forecast through the page: who gets them, and what it costs the servers. */
@Timeout(60)
class ReportRouteTest {
  private static final String WORD = "the-token-of-this-test";
  private static final String BEARER = "Authorization: Bearer " + WORD;

  private static Dashboard open(Still still, Duration limit) {
    WebAddress address = new WebAddress("127.0.0.1", 0, WebAddress.Choice.THIS_PORT);
    Dashboard page = Dashboard.open(address, Token.of(WORD), still, limit);
    page.show(Still.in(PhaseName.READY));
    return page;
  }

  private static Dashboard open(Still still) {
    return open(still, Duration.ofSeconds(30));
  }

  /** Also on this machine's own port, where everyone may look on. */
  @ParameterizedTest
  @ValueSource(strings = {"/report", "/report.json"})
  void theReportTakesTheToken(String path) throws Exception {
    Still still = new Still();
    try (Dashboard page = open(still)) {
      Talk talk = Talk.to(page);
      for (Talk.Heard heard :
          List.of(
              talk.get(path),
              talk.get(path, BEARER + "x"),
              talk.get(path, "Cookie: fram_" + talk.port() + "=guess"))) {
        assertThat(heard.code()).isEqualTo(401);
        assertThat(heard.body()).doesNotContain("verdict").doesNotContain("<title>");
      }
      assertThat(talk.get(path, BEARER, "Sec-Fetch-Site: cross-site").code()).isEqualTo(403);
      assertThat(talk.get(path, BEARER, "Host: rebound.example").code()).isEqualTo(421);
      assertThat(still.inquiries).hasValue(0);
      assertThat(talk.get(path, BEARER).code()).isEqualTo(200);
    }
  }

  @Test
  void aSessionOfTheBrowserOpensIt() throws Exception {
    try (Dashboard page = open(new Still())) {
      Talk talk = Talk.to(page);
      String set = talk.post("/api/login", "{\"token\":\"" + WORD + "\"}").header("Set-Cookie");
      String cookie = "Cookie: " + set.substring(0, set.indexOf(';'));
      Talk.Heard html = talk.get("/report", cookie, "Sec-Fetch-Site: same-origin");
      assertThat(html.body()).isEqualTo(Still.REPORT);
      assertThat(html.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
      Talk.Heard json = talk.get("/report.json", cookie);
      assertThat(json.body()).isEqualTo("{\"verdict\":{}}\n");
      assertThat(json.header("Content-Type")).isEqualTo("application/json");
    }
  }

  /** Its style is in itself; nothing in it may run, load, be framed or speak for this site. */
  @Test
  void whatTheBrowserMayDoWithIt() throws Exception {
    try (Dashboard page = open(new Still())) {
      Talk.Heard heard = Talk.to(page).get("/report", BEARER);
      assertThat(heard.header("Content-Security-Policy"))
          .contains("default-src 'none'")
          .contains("style-src 'unsafe-inline'")
          .contains("frame-ancestors 'none'")
          .contains("sandbox")
          .doesNotContain("script-src")
          .doesNotContain("allow-");
      assertThat(heard.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(heard.header("Cache-Control")).isEqualTo("no-store");
      assertThat(Talk.to(page).get("/report").header("Content-Security-Policy"))
          .doesNotContain("unsafe");
    }
  }

  /** Who may look on sees what was foretold: it holds times and nothing else. */
  @Test
  void theForecastIsForThoseWhoLookOn() throws Exception {
    try (Dashboard page = open(new Still())) {
      Talk.Heard heard = Talk.to(page).get("/api/forecast");
      assertThat(heard.code()).isEqualTo(200);
      assertThat(heard.body())
          .contains("\"part\":\"copy\",\"low_millis\":2400000")
          .contains("\"verdict\":\"inside\"");
      assertThat(Talk.to(page).get("/api/forecast", "Sec-Fetch-Site: cross-site").code())
          .isEqualTo(403);
    }
    WebAddress everywhere = new WebAddress("0.0.0.0", 0, WebAddress.Choice.THIS_PORT);
    try (Dashboard page = Dashboard.open(everywhere, Token.of(WORD), new Still())) {
      assertThat(Talk.to(page).get("/api/forecast").code()).isEqualTo(401);
      assertThat(Talk.to(page).get("/api/forecast", BEARER).code()).isEqualTo(200);
    }
  }

  /** Twenty at once, each waiting longer than other requests may take, cost the servers one. */
  @Test
  void manyWhoAskCostOneInquiry() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    Still still = new Still(() -> awaited(answer));
    try (Dashboard page = open(still, Duration.ofSeconds(3))) {
      List<Socket> asking = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        asking.add(sent(page, "GET /report HTTP/1.1\r\nHost: 127.0.0.1\r\n" + BEARER + "\r\n\r\n"));
      }
      // Twice as long as any other request may take.
      for (int i = 0; i < 2; i++) {
        try (Socket silent = sent(page, "GET /report HTTP/1.1\r\nX-Slow: ")) {
          assertThat(silent.getInputStream().read()).as("hung up on").isEqualTo(-1);
        }
      }
      answer.countDown();
      for (Socket one : asking) {
        assertThat(new String(one.getInputStream().readAllBytes(), US_ASCII))
            .startsWith("HTTP/1.1 200")
            .endsWith(Still.REPORT);
        one.close();
      }
      assertThat(still.inquiries).hasValue(1);
    }
  }

  private static Socket sent(Dashboard page, String text) throws IOException {
    Socket socket = Talk.to(page).open();
    socket.getOutputStream().write(text.getBytes(US_ASCII));
    return socket;
  }

  private static void awaited(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whyThereIsNoneIsSaid() throws Exception {
    Still still =
        new Still(() -> {
          throw new FramException(
              ErrorCode.MIGRATION_MISSING, "The target holds no migration.", "Wait.");
        });
    try (Dashboard page = open(still)) {
      for (String path : List.of("/report", "/report.json")) {
        Talk.Heard heard = Talk.to(page).get(path, BEARER);
        assertThat(heard.code()).isEqualTo(503);
        assertThat(heard.body()).contains("The target holds no migration.");
      }
      assertThat(still.inquiries).hasValue(1);
    }
  }
}
