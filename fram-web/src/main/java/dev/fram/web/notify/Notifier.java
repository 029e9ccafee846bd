// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.notify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fram.api.status.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is new to a webhook, in a thread of its own. The run only puts pictures in: it never
 * waits, and a webhook that is away costs it nothing. Thread-safe.
 */
public final class Notifier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);
  private static final int WAITING = 64;
  private static final int TRIES = 5;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration FAREWELL = Duration.ofSeconds(10);

  private final Webhook webhook;
  private final Duration firstPause;
  private final Notices notices = new Notices();
  private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(WAITING);
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicBoolean lost = new AtomicBoolean();
  private final Thread sender;

  public Notifier(Webhook webhook) {
    this(webhook, FIRST_PAUSE);
  }

  /**
   * @param firstPause before the second try; it doubles with each
   */
  Notifier(Webhook webhook, Duration firstPause) {
    this.webhook = webhook;
    this.firstPause = firstPause;
    this.sender = Thread.ofPlatform().daemon().name("notifier").start(this::send);
  }

  /** Takes a picture; returns at once. When too much waits already, the newest news are dropped. */
  public synchronized void take(Status status) {
    for (Notice notice : notices.take(status)) {
      if (!waiting.offer(body(notice, status)) && lost.compareAndSet(false, true)) {
        LOG.warn("{} is too slow: messages are dropped", webhook);
      }
    }
  }

  /** `text` is what Slack, Mattermost and others show of it. */
  private static String body(Notice notice, Status status) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kind", notice.kind().word())
        .put("migration", status.migration())
        .put("source", status.source())
        .put("target", status.target())
        .put("phase", status.phase().name())
        .put("at", Instant.now().toString())
        .put("message", notice.text())
        .put("text", "Fram " + status.migration() + ": " + notice.text())
        .toString();
  }

  private void send() {
    try {
      while (closing.getCount() > 0 || !waiting.isEmpty()) {
        String body = waiting.poll(200, TimeUnit.MILLISECONDS);
        if (body != null) {
          deliver(body);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void deliver(String body) throws InterruptedException {
    Duration pause = firstPause;
    for (int i = 1; i <= TRIES; i++) {
      switch (webhook.post(body)) {
        case TAKEN -> {
          return;
        }
        case REFUSED -> {
          LOG.warn("{} refuses messages", webhook);
          return;
        }
        case NOT_NOW -> LOG.info("{} does not answer, try {} of {}", webhook, i, TRIES);
      }
      if (i < TRIES) {
        closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        pause = pause.multipliedBy(2);
      }
    }
    LOG.warn("{} did not take a message in {} tries", webhook, TRIES);
  }

  /** Gives what still waits a few seconds: how a run ended is what matters most. Idempotent. */
  @Override
  public void close() {
    closing.countDown();
    try {
      if (!sender.join(FAREWELL)) {
        LOG.warn("{} did not take the last messages", webhook);
        sender.interrupt();
      }
    } catch (InterruptedException e) {
      sender.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
