// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.notify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.bus.StatusProjector;
import dev.fram.core.concurrent.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class NotifierTest {
  private static final String SECRET = "T0000/B0000/secret-part";
  private static final Duration QUICK = Duration.ofMillis(5);

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicInteger tries = new AtomicInteger();
  private final StatusProjector projector = new StatusProjector(Clock.system());
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private HttpServer server;

  @BeforeEach
  void listen() throws IOException {
    projector.names("3f2a91bc", "db1:5432/shop", "db2:5432/shop");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/" + SECRET,
        exchange -> {
          tries.incrementAndGet();
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          boolean fails = failures.getAndDecrement() > 0;
          if (!fails) {
            received.add(body);
          }
          exchange.sendResponseHeaders(fails ? 503 : 200, -1);
          exchange.close();
        });
    server.start();
    log.start();
    ((Logger) LoggerFactory.getLogger(Notifier.class)).addAppender(log);
  }

  @AfterEach
  void close() {
    ((Logger) LoggerFactory.getLogger(Notifier.class)).detachAppender(log);
    server.stop(0);
  }

  private Notifier notifier() {
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/" + SECRET;
    return new Notifier(Webhook.of(url).orElseThrow(), QUICK);
  }

  private void take(Notifier notifier, RunEvent... events) {
    for (RunEvent event : events) {
      projector.on(event);
      notifier.take(projector.picture());
    }
  }

  private JsonNode next() throws Exception {
    return JsonMapper.builder().build().readTree(received.poll(20, TimeUnit.SECONDS));
  }

  @Test
  void aWholeStory() throws Exception {
    try (Notifier notifier = notifier()) {
      take(
          notifier,
          new RunEvent.PhaseReached(PhaseName.COPYING),
          new RunEvent.Noted("Throttled: the copy fell from 9 MB/s to 1 MB/s."),
          new RunEvent.Noted("some other note"),
          new RunEvent.PhaseReached(PhaseName.READY),
          new RunEvent.Held("schema", "The source's schema has changed."),
          new RunEvent.HeldEnded("schema"),
          new RunEvent.PhaseReached(PhaseName.CUTTING_OVER),
          new RunEvent.CutoverBegan(),
          new RunEvent.CutoverEnded("Undone: the drain took too long."),
          new RunEvent.PhaseReached(PhaseName.READY),
          new RunEvent.PhaseReached(PhaseName.CUTTING_OVER),
          new RunEvent.PhaseReached(PhaseName.SERVING),
          new RunEvent.Alarmed("stray", "A write on the old server."),
          new RunEvent.Asked(new Question("known", "unknown", "asks", List.of())));
      assertThat(next().path("kind").asText()).isEqualTo("throttled");
      JsonNode ready = next();
      assertThat(ready.path("kind").asText()).isEqualTo("ready");
      assertThat(ready.path("phase").asText()).isEqualTo("READY");
      assertThat(ready.path("text").asText()).startsWith("Fram 3f2a91bc: ");
      JsonNode held = next();
      assertThat(held.path("kind").asText()).isEqualTo("held");
      assertThat(held.path("message").asText()).contains("schema has changed");
      assertThat(next().path("kind").asText()).isEqualTo("goes_on");
      JsonNode undone = next();
      assertThat(undone.path("kind").asText()).isEqualTo("cutover_undone");
      assertThat(undone.path("message").asText()).contains("drain took too long");
      assertThat(next().path("kind").asText()).isEqualTo("cutover_done");
      assertThat(next().path("kind").asText()).isEqualTo("alarm");
      assertThat(next().path("kind").asText()).isEqualTo("needs_operator");
    }
    assertThat(received).isEmpty();
  }

  @Test
  void itIsTriedAgainAndTheLastMessageIsWaitedFor() throws Exception {
    failures.set(3);
    try (Notifier notifier = notifier()) {
      take(
          notifier,
          new RunEvent.PhaseReached(PhaseName.CUTTING_OVER),
          new RunEvent.PhaseReached(PhaseName.SERVING));
    }
    assertThat(received.poll()).contains("cutover_done");
    assertThat(tries).hasValue(4);
  }

  @Test
  void triesHaveALimitAndTheUrlIsInNoLog() {
    failures.set(1000);
    try (Notifier notifier = notifier()) {
      take(
          notifier,
          new RunEvent.PhaseReached(PhaseName.CUTTING_OVER),
          new RunEvent.PhaseReached(PhaseName.SERVING));
    }
    assertThat(tries).hasValue(5);
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .anyMatch(line -> line.contains("the webhook at 127.0.0.1 did not take a message"))
        .noneMatch(line -> line.contains("secret") || line.contains("T0000"));
    assertThat(Webhook.of("ftp://x/" + SECRET)).isEmpty();
    assertThat(Webhook.of("no url at all")).isEmpty();
  }

  /** The webhook does not answer at all, and far more happens than may wait. */
  @Test
  void aWebhookThatHangsHoldsUpNobody() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    server.createContext(
        "/hangs",
        exchange -> {
          try {
            open.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/hangs";
    Notifier notifier = new Notifier(Webhook.of(url).orElseThrow(), QUICK);
    for (int i = 0; i < 1000; i++) {
      take(notifier, new RunEvent.Alarmed("alarm " + i, "text " + i));
    }
    assertThat(log.list).hasSize(1);
    open.countDown();
    notifier.close();
  }
}
