// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.browser;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One page of a headless Chromium, driven by the protocol of its developer tools. Owned by the
 * test's thread.
 */
public final class Browser implements AutoCloseable {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  /**
   * Starts one.
   *
   * @param profile its folder; made when it is not there
   */
  public Browser(ChromiumProgram program, Path profile) throws Exception {
    Files.createDirectories(profile);
    process =
        program
            .browser(profile)
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("chromium.log").toFile())
            .start();
    Path port = profile.resolve("DevToolsActivePort");
    await().atMost(PATIENCE).until(() -> Files.exists(port) && !Files.readString(port).isBlank());
    HttpClient client = HttpClient.newHttpClient();
    URI list = URI.create("http://127.0.0.1:" + Files.readAllLines(port).getFirst() + "/json/list");
    String pages =
        client
            .send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString())
            .body();
    URI page = URI.create(MAPPER.readTree(pages).get(0).path("webSocketDebuggerUrl").asText());
    socket = client.newWebSocketBuilder().buildAsync(page, new Ear()).get(60, TimeUnit.SECONDS);
    call("Page.enable");
    call("Runtime.enable");
    call("Log.enable");
    call("Emulation.setScrollbarsHidden", MAPPER.createObjectNode().put("hidden", true));
  }

  /** What the page's console and the browser have complained about since the last {@link #open}. */
  public List<String> complaints() {
    return complaints;
  }

  public void open(String url) throws Exception {
    complaints.clear();
    ObjectNode parameters = MAPPER.createObjectNode().put("url", url);
    call("Page.navigate", parameters);
    awaitTrue("document.readyState === 'complete' && location.href.startsWith('http')");
  }

  /** A phone or a desk. */
  public void size(int width, int height, double scale) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        MAPPER
            .createObjectNode()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", scale)
            .put("mobile", width < 600));
  }

  /** {@code light} or {@code dark}. */
  public void scheme(String scheme) throws Exception {
    ObjectNode parameters = MAPPER.createObjectNode();
    parameters
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", scheme);
    call("Emulation.setEmulatedMedia", parameters);
  }

  /** What an expression of the page is; promises are waited for. */
  public JsonNode eval(String script) throws Exception {
    JsonNode result =
        call(
            "Runtime.evaluate",
            MAPPER
                .createObjectNode()
                .put("expression", script)
                .put("awaitPromise", true)
                .put("returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(script + ": " + result.path("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Waits until an expression of the page is true. */
  public void awaitTrue(String script) {
    await().atMost(PATIENCE).until(() -> eval("Boolean(" + script + ")").asBoolean());
  }

  /** A click of the mouse in the middle of what the selector finds. */
  public void click(String selector) throws Exception {
    awaitTrue("document.querySelector('" + selector + "')?.checkVisibility()");
    JsonNode at =
        eval(
            "(() => { const e = document.querySelector('"
                + selector
                + "'); e.scrollIntoView({block: 'center'}); const b = e.getBoundingClientRect();"
                + " return [b.x + b.width / 2, b.y + b.height / 2]; })()");
    for (String type : List.of("mousePressed", "mouseReleased")) {
      call(
          "Input.dispatchMouseEvent",
          MAPPER
              .createObjectNode()
              .put("type", type)
              .put("x", at.get(0).asDouble())
              .put("y", at.get(1).asDouble())
              .put("button", "left")
              .put("clickCount", 1));
    }
  }

  /** What the keyboard would write into the field that has the focus. */
  public void type(String text) throws Exception {
    call("Input.insertText", MAPPER.createObjectNode().put("text", text));
  }

  /** Presses a key; {@code code} is its number in the browser. */
  public void key(String key, int code) throws Exception {
    for (String type : List.of("keyDown", "keyUp")) {
      ObjectNode parameters = MAPPER.createObjectNode().put("type", type).put("key", key);
      parameters.put("code", key).put("windowsVirtualKeyCode", code);
      if (key.equals("Enter") && type.equals("keyDown")) {
        parameters.put("text", "\r");
      }
      call("Input.dispatchKeyEvent", parameters);
    }
  }

  /** The whole page, however long. */
  public void picture(Path file) throws Exception {
    JsonNode shot =
        call(
            "Page.captureScreenshot",
            MAPPER.createObjectNode().put("format", "png").put("captureBeyondViewport", true));
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(shot.path("data").asText()));
  }

  private JsonNode call(String method) throws Exception {
    return call(method, MAPPER.createObjectNode());
  }

  private JsonNode call(String method, ObjectNode parameters) throws Exception {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    ObjectNode message = MAPPER.createObjectNode().put("id", id).put("method", method);
    message.set("params", parameters);
    socket.sendText(message.toString(), true).get(60, TimeUnit.SECONDS);
    return answer.get(60, TimeUnit.SECONDS);
  }

  private void heard(String text) {
    try {
      JsonNode message = MAPPER.readTree(text);
      CompletableFuture<JsonNode> answer = waiting.remove(message.path("id").asInt(-1));
      String method = message.path("method").asText();
      if (answer != null) {
        answer.complete(message.has("error") ? message.path("error") : message.path("result"));
      } else if (method.equals("Runtime.exceptionThrown")
          || (method.equals("Log.entryAdded")
              && message.path("params").path("entry").path("level").asText().equals("error"))) {
        complaints.add(message.path("params").toString());
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Puts the parts of a message together. */
  private final class Ear implements WebSocket.Listener {
    private final StringBuilder parts = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      parts.append(data);
      if (last) {
        heard(parts.toString());
        parts.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }

  @Override
  public void close() {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }
}
