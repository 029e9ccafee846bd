// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.status.PhaseName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A migration in memory, there and back, through what the page's buttons send. */
class ThereAndBackTest {
  private static final String WORD = "the-token-of-this-test";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path folder;

  @Test
  void thereAndBack() throws Exception {
    try (Scene scene = new Scene(folder);
        Dashboard page =
            Dashboard.open(
                new WebAddress("127.0.0.1", 0, WebAddress.Choice.THIS_PORT),
                Token.of(WORD),
                scene)) {
      Talk talk = Talk.to(page);
      scene.begin(page);
      awaitPhase(talk, PhaseName.READY);
      assertThat(talk.get("/api/tables").body()).contains("public.items").contains("\"ready\"");
      assertThat(talk.get("/api/findings").body()).contains("\"severity\":");
      assertThat(talk.get("/api/history").body()).startsWith("[[");

      ask(talk, "cutover-dry-run");
      awaitReply(talk, "cutover-dry-run", 0);
      ask(talk, "cutover");
      awaitReply(talk, "cutover", 0);
      awaitPhase(talk, PhaseName.SERVING);
      assertThat(talk.get("/metrics").body()).contains("fram_cutover_attempts_total 1\n");
      await()
          .atMost(PATIENCE)
          .until(() -> talk.get("/metrics").body().contains("fram_reverse_window_left_seconds"));

      // The run has the last word: a second cutover is refused by it, in its own words.
      ask(talk, "cutover");
      await().atMost(PATIENCE).until(() -> events(talk).contains("this needs READY"));

      ask(talk, "rollback");
      awaitReply(talk, "rollback", 0);
      assertThat(scene.result().get(60, TimeUnit.SECONDS).phase()).isEqualTo(PhaseName.ROLLED_BACK);
    }
  }

  private static void ask(Talk talk, String word) throws IOException {
    String body = "{\"confirm\":\"" + word + "\"}";
    Talk.Heard heard = talk.post("/api/commands/" + word, body, "Authorization: Bearer " + WORD);
    assertThat(heard.code()).as(heard.text()).isEqualTo(202);
  }

  private static void awaitPhase(Talk talk, PhaseName phase) {
    await()
        .atMost(PATIENCE)
        .until(() -> talk.get("/status").body().contains("\"phase\":\"" + phase + "\""));
  }

  private static void awaitReply(Talk talk, String word, int code) {
    String reply = "{\"action\":\"" + word + "\",\"exit_code\":" + code + ",";
    await().atMost(PATIENCE).until(() -> events(talk).contains(reply));
  }

  /** The first event that a new viewer gets. */
  private static String events(Talk talk) throws IOException {
    try (var socket = talk.open()) {
      String ask = "GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
      socket.getOutputStream().write(ask.getBytes(US_ASCII));
      StringBuilder text = new StringBuilder();
      byte[] buffer = new byte[8192];
      while (text.indexOf("\n\n") < 0) {
        int read = socket.getInputStream().read(buffer);
        if (read < 0) {
          break;
        }
        text.append(new String(buffer, 0, read, UTF_8));
      }
      return text.toString();
    }
  }
}
