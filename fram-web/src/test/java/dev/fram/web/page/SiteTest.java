// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.FramException;
import dev.fram.api.status.Command;
import dev.fram.api.status.PhaseName;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may see and who may act, over real sockets. */
class SiteTest {
  private static final String WORD = "the-token-of-this-test";
  private static final String BEARER = "Authorization: Bearer " + WORD;
  private static final String CUTOVER = "{\"confirm\":\"cutover\"}";

  private final Still still = new Still();
  private final Dashboard page = open("127.0.0.1");
  private final Talk talk = Talk.to(page);

  private Dashboard open(String host) {
    Dashboard opened =
        Dashboard.open(new WebAddress(host, 0, WebAddress.Choice.THIS_PORT), Token.of(WORD), still);
    opened.show(Still.in(PhaseName.READY));
    return opened;
  }

  @AfterEach
  void close() {
    page.close();
  }

  @Test
  void whoReachesThisMachinesOwnPortMayLookOn() throws IOException {
    assertThat(talk.get("/").body()).contains("<title>Fram</title>");
    assertThat(talk.get("/status").body()).contains("\"phase\":\"READY\"");
    assertThat(talk.get("/api/tables").body()).contains("public.secret_plans");
    assertThat(talk.get("/metrics").body()).contains("fram_phase{phase=\"READY\"} 1\n");
    assertThat(talk.get("/health").body()).isEqualTo("{\"state\":\"ok\"}");
    assertThat(talk.get("/api/session").body()).isEqualTo("{\"signed_in\":false}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/page.js", "/status", "/metrics", "/health", "/api/events", "/x"})
  void aNameThatIsNotOursIsRefusedEverywhere(String path) throws IOException {
    Talk.Heard heard = talk.get(path, "Host: rebound.example:" + talk.port());
    assertThat(heard.code()).isEqualTo(421);
    assertThat(heard.body()).doesNotContain("3f2a91bc").doesNotContain("<title>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/status", "/metrics", "/api/events", "/api/tables", "/api/session", "/report"})
  void anotherSiteCannotRead(String path) throws IOException {
    for (String site : List.of("cross-site", "same-site")) {
      Talk.Heard heard = talk.get(path, "Sec-Fetch-Site: " + site, BEARER);
      assertThat(heard.code()).isEqualTo(403);
      assertThat(heard.header("Access-Control-Allow-Origin")).isEmpty();
    }
    Talk.Heard asked = talk.send("OPTIONS", path, "", "Origin: https://evil.example");
    assertThat(asked.code()).isEqualTo(405);
    assertThat(asked.header("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void toActTakesTheToken() throws Exception {
    assertThat(talk.post("/api/commands/cutover", CUTOVER).code()).isEqualTo(401);
    assertThat(talk.post("/api/commands/cutover", CUTOVER, BEARER + "x").code()).isEqualTo(401);
    assertThat(talk.get("/api/commands/cutover", BEARER).code()).isEqualTo(404);
    assertThat(still.asked).isEmpty();

    assertThat(talk.post("/api/commands/cutover", CUTOVER, BEARER).code()).isEqualTo(202);
    assertThat(still.asked.poll(20, TimeUnit.SECONDS)).isEqualTo(new Command.Cutover());
  }

  @Test
  void pausingTakesTheTokenAndNoWord() throws Exception {
    assertThat(talk.post("/api/commands/pause", "{}").code()).isEqualTo(401);
    assertThat(still.asked).isEmpty();
    assertThat(talk.post("/api/commands/pause", "{}", BEARER).code()).isEqualTo(202);
    assertThat(still.asked.poll(20, TimeUnit.SECONDS)).isEqualTo(new Command.Pause());
    assertThat(talk.post("/api/commands/resume", "{}", BEARER).code()).isEqualTo(202);
    assertThat(still.asked.poll(20, TimeUnit.SECONDS)).isEqualTo(new Command.Resume());
    assertThat(Action.offeredIn(Still.in(PhaseName.READY)))
        .contains(Action.PAUSE)
        .doesNotContain(Action.RESUME);
    assertThat(Action.offeredIn(Still.in(PhaseName.SERVING))).doesNotContain(Action.PAUSE);
  }

  @Test
  void nothingBigHappensWithoutItsWord() throws Exception {
    for (String word : List.of("cutover", "rollback", "complete", "stop", "cancel")) {
      assertThat(talk.post("/api/commands/" + word, "{}", BEARER).code()).isEqualTo(409);
      String other = "{\"confirm\":\"yes\"}";
      assertThat(talk.post("/api/commands/" + word, other, BEARER).code()).isEqualTo(409);
    }
    assertThat(still.asked).isEmpty();
    assertThat(talk.post("/api/commands/drop-everything", "{}", BEARER).code()).isEqualTo(404);
  }

  @Test
  void aSessionActsWithItsSecretOnly() throws Exception {
    String login = "{\"token\":\"" + WORD + "\"}";
    assertThat(talk.post("/api/login", "{\"token\":\"guess\"}").code()).isEqualTo(401);
    assertThat(talk.post("/api/login", login, "Origin: https://evil.example").code())
        .isEqualTo(401);

    Talk.Heard heard = talk.post("/api/login", login, "Origin: http://127.0.0.1:" + talk.port());
    String set = heard.header("Set-Cookie");
    assertThat(set).contains("HttpOnly").contains("SameSite=Strict").doesNotContain(WORD);
    String cookie = "Cookie: " + set.substring(0, set.indexOf(';'));
    String secret =
        "X-Fram-Secret: " + heard.body().replaceAll(".*\"secret\":\"([^\"]+)\".*", "$1");
    assertThat(talk.get("/api/session", cookie).body()).contains("\"signed_in\":true");

    String path = "/api/commands/verify";
    assertThat(talk.post(path, "{}", cookie).code()).isEqualTo(403);
    assertThat(talk.post(path, "{}", cookie, secret + "x").code()).isEqualTo(403);
    assertThat(talk.post(path, "{}", secret).code()).isEqualTo(401);
    assertThat(talk.post(path, "{}", cookie, secret, "Origin: http://evil.example").code())
        .isEqualTo(403);
    assertThat(talk.post(path, "{}", cookie, secret, "Sec-Fetch-Site: cross-site").code())
        .isEqualTo(403);
    assertThat(still.asked).isEmpty();
    assertThat(talk.post(path, "{}", cookie, secret).code()).isEqualTo(202);
    assertThat(still.asked.poll(20, TimeUnit.SECONDS)).isInstanceOf(Command.Verify.class);

    assertThat(talk.post("/api/logout", "{}", cookie, secret).code()).isEqualTo(200);
    assertThat(talk.post(path, "{}", cookie, secret).code()).isEqualTo(401);
  }

  @Test
  void aFormOfAnotherSiteIsNotUnderstood() throws IOException {
    String form = "token=" + WORD;
    Talk.Heard heard =
        talk.send(
            "POST",
            "/api/login",
            form,
            "Content-Type: application/x-www-form-urlencoded",
            "Content-Length: " + form.length());
    assertThat(heard.code()).isEqualTo(415);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fpom.xml",
        "/page.js/../Dashboard.class",
        "/Dashboard.class",
        "//etc/passwd",
        "/page.js%00.html",
        "/..;/page.css",
        "/package-info.class"
      })
  void noPathLeadsToAnotherFile(String path) throws IOException {
    Talk.Heard heard = talk.get(path);
    assertThat(heard.code()).isIn(400, 404);
    assertThat(heard.body()).doesNotContain("root:");
  }

  @Test
  void whatIsTooLargeIsRefused() throws IOException {
    String large = "{\"token\":\"" + "x".repeat(5000) + "\"}";
    assertThat(talk.post("/api/login", large).code()).isEqualTo(413);
    String chunk = "1400\r\n" + "x".repeat(0x1400) + "\r\n0\r\n\r\n";
    Talk.Heard chunked =
        talk.send(
            "POST",
            "/api/login",
            chunk,
            "Content-Type: application/json",
            "Transfer-Encoding: chunked");
    assertThat(chunked.code()).isEqualTo(413);
    assertThat(talk.get("/status", "X-Long: " + "x".repeat(20_000)).code()).isEqualTo(431);
    assertThat(talk.post("/api/login", "no json").code()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/page.js", "/status", "/metrics", "/nothing", "/api/session"})
  void everyAnswerTellsTheBrowserWhatToRefrainFrom(String path) throws IOException {
    Talk.Heard heard = talk.get(path);
    assertThat(heard.header("Content-Security-Policy"))
        .contains("default-src 'none'")
        .contains("script-src 'self'")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(heard.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(heard.header("Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(heard.header("X-Frame-Options")).isEqualTo("DENY");
    assertThat(heard.header("Cache-Control")).isEqualTo("no-store");
    assertThat(heard.header("Server")).isEmpty();
  }

  @Test
  void thePageHasNoScriptOrStyleOfItsOwnAndLoadsNothingFromElsewhere() throws IOException {
    String html = talk.get("/").body();
    assertThat(html).doesNotContain(" style=").doesNotContain("<style").doesNotContain(" onclick");
    assertThat(html).doesNotContainPattern("<script(?![^>]* src=\"/)");
    for (String file :
        List.of("/", "/page.js", "/draw.js", "/chart.js", "/words.js", "/page.css")) {
      String text = talk.get(file).body().replace("http://www.w3.org/2000/svg", "");
      assertThat(text).as(file).doesNotContain("http://").doesNotContain("https://");
      assertThat(text).as(file).doesNotContain("innerHTML").doesNotContain("eval(");
    }
  }

  @Test
  void anAddressThatOthersReachNeedsTheTokenToo() throws IOException {
    try (Dashboard open = open("0.0.0.0")) {
      Talk other = Talk.to(open);
      for (String path : List.of("/status", "/metrics", "/api/events", "/api/tables")) {
        Talk.Heard heard = other.get(path);
        assertThat(heard.code()).as(path).isEqualTo(401);
        assertThat(heard.body()).doesNotContain("3f2a91bc").doesNotContain("secret_plans");
      }
      assertThat(other.get("/status", BEARER).body()).contains("3f2a91bc");
      assertThat(other.get("/health").code()).isEqualTo(200);
      assertThat(other.get("/status", BEARER, "Host: rebound.example").code()).isEqualTo(421);
    }
  }

  @Test
  void aPortThatIsTakenIsSaid() {
    WebAddress taken = new WebAddress("127.0.0.1", talk.port(), WebAddress.Choice.THIS_PORT);
    assertThatThrownBy(() -> Dashboard.open(taken, Token.of(WORD), still))
        .isInstanceOf(FramException.class)
        .hasMessageContaining("127.0.0.1:" + talk.port());
    WebAddress any = new WebAddress("127.0.0.1", talk.port(), WebAddress.Choice.OR_ANY_FREE);
    try (Dashboard second = Dashboard.open(any, Token.of(WORD), still)) {
      assertThat(Talk.to(second).port()).isNotEqualTo(talk.port());
    }
  }

  @Test
  void whoSendsByteByByteIsHungUpOn() throws IOException {
    try (Dashboard brief =
            Dashboard.open(
                new WebAddress("127.0.0.1", 0, WebAddress.Choice.THIS_PORT),
                Token.of(WORD),
                still,
                Duration.ofMillis(300));
        Socket socket = Talk.to(brief).open()) {
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ".getBytes(US_ASCII));
      // Hung up on by the page: without its deadline this read would time out instead.
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }
}
