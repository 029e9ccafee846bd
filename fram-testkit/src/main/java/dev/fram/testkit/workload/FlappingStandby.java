// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names a synchronous standby that does not exist, and takes it back, over and over: meanwhile
 * transactions have their commit record written and are still invisible to every snapshot, the
 * window in which a naive handover goes wrong (ALGORITHMS A2, G1). One thread of its own.
 */
public final class FlappingStandby implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FlappingStandby.class);
  private static final int SHORTEST_MILLIS = 20;
  private static final int LONGEST_MILLIS = 250;

  private final CountDownLatch stop = new CountDownLatch(1);
  private final ConnectionProvider server;
  private final Thread thread;

  private FlappingStandby(ConnectionProvider server) {
    this.server = server;
    this.thread = Thread.ofPlatform().name("flapping-standby").start(this::flap);
  }

  /** Starts to flap; the provider must log in as a superuser. */
  public static FlappingStandby start(ConnectionProvider server) {
    return new FlappingStandby(server);
  }

  /** Ends with no standby named, so that every commit that waits goes on. */
  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join();
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }

  private void flap() {
    SplittableRandom random = new SplittableRandom(1);
    boolean named = false;
    boolean stopping = false;
    while (!stopping || named) {
      named = !named && !stopping;
      try (Connection connection = server.connect();
          Statement statement = connection.createStatement()) {
        String value = named ? "nobody_at_all" : "";
        statement.execute("ALTER SYSTEM SET synchronous_standby_names = '" + value + "'");
        statement.execute("SELECT pg_reload_conf()");
      } catch (SQLException problem) {
        LOG.trace("the server is away", problem);
        if (stopping) {
          return;
        }
      }
      stopping = pause(random.nextInt(SHORTEST_MILLIS, LONGEST_MILLIS));
    }
  }

  private boolean pause(int millis) {
    try {
      return stop.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
