// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fram.web.metrics.Exposition;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;

/** Every path that is served, and what each needs. Never blocks: what takes long is a desk's. */
final class Site extends Handler.Abstract {
  private static final int LARGEST_BODY = 4096;
  private static final long SILENCE_MILLIS = 60_000;
  private static final String COMMANDS = "/api/commands/";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final PageFiles files = new PageFiles();
  private final Gate gate;
  private final Board board;
  private final Viewers viewers;
  private final Desk desk;
  private final Deadlines deadlines;
  private final Inquiries inquiries;

  Site(
      Gate gate,
      Board board,
      Viewers viewers,
      Desk desk,
      Deadlines deadlines,
      Inquiries inquiries) {
    super(InvocationType.NON_BLOCKING);
    this.gate = gate;
    this.board = board;
    this.viewers = viewers;
    this.desk = desk;
    this.deadlines = deadlines;
    this.inquiries = inquiries;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    SafeHeaders.put(response);
    Optional<Body> refusal = gate.refusal(request);
    if (refusal.isPresent()) {
      send(response, callback, refusal.get());
      return true;
    }
    String path = Request.getPathInContext(request);
    if (HttpMethod.POST.is(request.getMethod())) {
      post(path, request, response, callback);
    } else if (HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod())) {
      get(path, request, response, callback);
    } else {
      send(response, callback, Body.refused(405, "Only GET and POST are understood."));
    }
    return true;
  }

  private void get(String path, Request request, Response response, Callback callback) {
    if (path.equals("/health")) {
      send(response, callback, health());
      return;
    }
    Optional<Body> file = files.find(path);
    if (file.isPresent()) {
      send(response, callback, file.get());
      return;
    }
    boolean report = path.equals(Inquiries.PAGE) || path.equals(Inquiries.JSON);
    Optional<Body> refusal = report ? gate.refusalToTake(request) : gate.refusalToRead(request);
    if (refusal.isPresent()) {
      send(response, callback, refusal.get());
    } else if (report) {
      SafeHeaders.putForReport(response);
      // Servers with many objects take longer than any other answer may.
      deadlines.lift(request);
      inquiries.report(path, body -> send(response, callback, body));
    } else if (path.equals(Inquiries.FORECAST)) {
      inquiries.forecast(body -> send(response, callback, body));
    } else if (path.equals("/api/events") && HttpMethod.GET.is(request.getMethod())) {
      look(request, response, callback);
    } else {
      send(response, callback, data(path, request));
    }
  }

  private Body data(String path, Request request) {
    return switch (path) {
      case "/status" -> board.status();
      case "/metrics" ->
          Body.text(Exposition.TYPE, Exposition.text(board.newest(), board.ageMillis()));
      case "/api/history" -> board.history();
      case "/api/tables" -> board.tables();
      case "/api/story" -> board.story();
      case "/api/findings" -> board.findings();
      case "/api/session" -> session(gate.session(request));
      default -> nothing();
    };
  }

  /** One stream of pictures, until either side hangs up. */
  private void look(Request request, Response response, Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
    response.getHeaders().put("X-Accel-Buffering", "no");
    if (viewers.add(response, callback, board.event())) {
      deadlines.lift(request);
    } else {
      send(response, callback, Body.refused(503, "Too many browsers look on already."));
    }
  }

  private void post(String path, Request request, Response response, Callback callback) {
    boolean login = path.equals("/api/login");
    boolean known = login || path.equals("/api/logout") || path.startsWith(COMMANDS);
    Optional<Body> refusal =
        login ? Optional.empty() : known ? gate.refusalToAct(request) : Optional.of(nothing());
    if (refusal.isPresent()) {
      send(response, callback, refusal.get());
      return;
    }
    String type = request.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (type == null || !type.startsWith("application/json")) {
      send(response, callback, Body.refused(415, "The body must be application/json."));
      return;
    }
    if (request.getLength() > LARGEST_BODY) {
      send(response, callback, tooLarge());
      return;
    }
    Content.Source.asByteArrayAsync(
        request,
        LARGEST_BODY,
        Promise.Invocable.from(
            InvocationType.NON_BLOCKING,
            bytes -> send(response, callback, take(path, request, response, bytes)),
            failure -> send(response, callback, tooLarge())));
  }

  private Body take(String path, Request request, Response response, byte[] bytes) {
    JsonNode body;
    try {
      body = MAPPER.readTree(new String(bytes, UTF_8));
    } catch (JsonProcessingException e) {
      return Body.refused(400, "The body is no JSON.");
    }
    if (path.equals("/api/login")) {
      return logIn(request, response, body.path("token").asText(""));
    }
    if (path.equals("/api/logout")) {
      gate.logOut(request);
      return session(Optional.empty());
    }
    return act(path.substring(COMMANDS.length()), body.path("confirm").asText(""));
  }

  private Body logIn(Request request, Response response, String word) {
    Optional<Sessions.Session> session = gate.logIn(request, word);
    if (session.isEmpty()) {
      return Body.refused(401, "That is not the token that fram migrate has printed.");
    }
    String cookie = Gate.cookieName(request) + "=" + session.get().id();
    response
        .getHeaders()
        .add(HttpHeader.SET_COOKIE, cookie + "; Path=/; HttpOnly; SameSite=Strict");
    return session(session);
  }

  private static Body session(Optional<Sessions.Session> session) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("signed_in", session.isPresent());
    session.ifPresent(s -> node.put("secret", s.secret()));
    return Body.json(node);
  }

  private Body act(String word, String confirmed) {
    Optional<Action> action = Action.ofWord(word);
    if (action.isEmpty()) {
      return nothing();
    }
    if (!action.get().confirmedBy(confirmed)) {
      return Body.refused(
          409, "Nothing was done: \"confirm\" must be \"" + action.get().word() + "\".");
    }
    if (board.ended()) {
      return Body.refused(409, "The run has ended.");
    }
    return desk.submit(action.get())
        ? Body.json(202, JsonNodeFactory.instance.objectNode().put("asked", word).toString())
        : Body.refused(409, "This was asked for already and is not answered yet.");
  }

  /** Says nothing of the migration: load balancers and probes have no token. */
  private Body health() {
    if (!board.ended() && board.ageMillis() > SILENCE_MILLIS) {
      long seconds = board.ageMillis() / 1000;
      return Body.json(
          503,
          JsonNodeFactory.instance
              .objectNode()
              .put("state", "silent")
              .put("seconds_since_picture", seconds)
              .toString());
    }
    return Body.json(200, "{\"state\":\"ok\"}");
  }

  private static Body nothing() {
    return Body.refused(404, "There is nothing here.");
  }

  private static Body tooLarge() {
    return Body.refused(413, "The body is larger than " + LARGEST_BODY + " bytes, or broke off.");
  }

  private static void send(Response response, Callback callback, Body body) {
    response.setStatus(body.code());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, body.type());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.bytes().length);
    response.write(true, ByteBuffer.wrap(body.bytes()), callback);
  }
}
