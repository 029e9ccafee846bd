// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import dev.fram.api.check.Finding;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Status;
import java.io.IOException;
import java.net.BindException;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page of one migration, from its opening to its end. What the run tells it is kept and shown
 * by threads of its own: no method called by the run waits for a browser. Thread-safe.
 */
public final class Dashboard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Dashboard.class);
  private static final int THREADS = 8;
  private static final int CONNECTIONS = 200;
  private static final int HEADER_BYTES = 8192;
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final WebAddress address;
  private final Server server;
  private final ServerConnector connector;
  private final Board board;
  private final Viewers viewers = new Viewers();
  private final Semaphore news = new Semaphore(0);
  private final Thread teller;

  private Dashboard(WebAddress address, Token token, RunningMigration migration, Duration limit) {
    this.address = address;
    this.board = new Board(migration, System::currentTimeMillis);
    QueuedThreadPool threads = new QueuedThreadPool(THREADS, 2);
    threads.setName("page");
    threads.setDaemon(true);
    ScheduledExecutorScheduler clock = new ScheduledExecutorScheduler("page-clock", true);
    this.server = new Server(threads, clock, null);
    this.connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http()));
    connector.setHost(address.host());
    connector.setIdleTimeout(limit.toMillis());
    Deadlines deadlines = new Deadlines(clock, limit);
    connector.addBean(deadlines);
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(CONNECTIONS, connector));
    Gate gate = new Gate(token, reading(address), address.host(), new Sessions(new SecureRandom()));
    Desk desk = new Desk(migration, board, news::release);
    Inquiries inquiries = new Inquiries(migration, System::currentTimeMillis);
    server.setHandler(new Site(gate, board, viewers, desk, deadlines, inquiries));
    this.teller = Thread.ofPlatform().daemon().name("page-teller").unstarted(this::tellViewers);
  }

  /**
   * Opens it.
   *
   * @throws FramException CONFIG_INVALID when nobody can listen there
   */
  public static Dashboard open(WebAddress address, Token token, RunningMigration migration) {
    return open(address, token, migration, LIMIT);
  }

  /**
   * @param limit how long one request may take that is no stream of pictures, and how long a viewer
   *     may read nothing
   */
  static Dashboard open(
      WebAddress address, Token token, RunningMigration migration, Duration limit) {
    Dashboard page = new Dashboard(address, token, migration, limit);
    try {
      page.start();
      return page;
    } catch (Exception e) {
      page.stop();
      throw new FramException(
          ErrorCode.CONFIG_INVALID,
          "The page cannot listen on "
              + address.host()
              + ":"
              + address.port()
              + " ("
              + e.getMessage()
              + ").",
          "Give --dashboard another host:port, or leave the port out.",
          e);
    }
  }

  private void start() throws Exception {
    bind();
    server.start();
    teller.start();
  }

  private void bind() throws IOException {
    connector.setPort(address.port());
    try {
      connector.open();
    } catch (IOException e) {
      boolean taken = e instanceof BindException || e.getCause() instanceof BindException;
      if (!taken || address.choice() == WebAddress.Choice.THIS_PORT) {
        throw e;
      }
      connector.setPort(0);
      connector.open();
    }
  }

  /** Where it can be seen. */
  public String url() {
    String host = address.host().contains(":") ? "[" + address.host() + "]" : address.host();
    return "http://" + host + ":" + connector.getLocalPort() + "/";
  }

  /** The newest picture. */
  public void show(Status status) {
    board.show(status);
    news.release();
  }

  /** Lines that tell of steps, as the terminal shows them. */
  public void tell(List<String> lines) {
    if (!lines.isEmpty()) {
      board.tell(lines);
      news.release();
    }
  }

  /** An answer of the checks. */
  public void found(Finding finding) {
    board.found(finding);
    news.release();
  }

  /** Shows everyone the last picture and hangs up. Idempotent. */
  @Override
  public void close() {
    board.end();
    teller.interrupt();
    try {
      teller.join(FAREWELL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    viewers.end(board.event());
    stop();
  }

  int viewers() {
    return viewers.count();
  }

  /**
   * Those who read on slowly are hung up on when the time is over, which Jetty tells as a failure.
   * What the run has come to must not depend on any of it.
   */
  private void stop() {
    try {
      server.setStopTimeout(FAREWELL.toMillis());
      server.stop();
    } catch (Exception e) {
      LOG.debug("not every viewer of the page said good-bye: {}", e.toString());
    }
  }

  /** Several pictures that have come meanwhile are one event: the newest. */
  private void tellViewers() {
    try {
      while (true) {
        if (news.tryAcquire(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS)) {
          news.drainPermits();
        }
        viewers.offer(board.event());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Gate.Reading reading(WebAddress address) {
    try {
      return address.loopback() ? Gate.Reading.OPEN : Gate.Reading.WITH_TOKEN;
    } catch (UnknownHostException e) {
      return Gate.Reading.WITH_TOKEN;
    }
  }

  private static HttpConfiguration http() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setPersistentConnectionsEnabled(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    return http;
  }
}
