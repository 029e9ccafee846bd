// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.testkit.server.MySqlServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes on the one side, on the other, and on the first again: all three must never succeed. */
final class Checker implements AutoCloseable {
  final CopyOnWriteArrayList<String> wrong = new CopyOnWriteArrayList<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final MySqlPair pair;
  private final String user;
  private @Nullable Thread thread;

  /**
   * @param user whose account it tries with
   */
  Checker(MySqlPair pair, String user) {
    this.pair = pair;
    this.user = user;
  }

  void start() {
    thread = Thread.ofPlatform().name("checker " + user).start(this::check);
  }

  private void check() {
    Side source = new Side(pair.source());
    Side target = new Side(pair.target());
    try (source;
        target) {
      while (stop.getCount() > 0) {
        if (source.writes() && target.writes() && source.writes()) {
          wrong.add(user + " could write on both sides");
        }
        stop.await(5, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A session that is kept for as long as it lives, and opened again when it was ended. */
  private final class Side implements AutoCloseable {
    private final MySqlServer server;
    private Optional<Connection> session = Optional.empty();

    Side(MySqlServer server) {
      this.server = server;
    }

    boolean writes() {
      try {
        Connection connection =
            session.isPresent() ? session.get() : MySqlPair.connect(server, user, "app");
        session = Optional.of(connection);
        try (Statement statement = connection.createStatement()) {
          statement.execute("INSERT INTO item (body) VALUES ('" + user + "')");
          return true;
        }
      } catch (SQLException e) {
        session.filter(Side::ended).ifPresent(gone -> session = Optional.empty());
        return false;
      }
    }

    private static boolean ended(Connection connection) {
      try {
        return !connection.isValid(1);
      } catch (SQLException e) {
        return true;
      }
    }

    @Override
    public void close() {
      try {
        if (session.isPresent()) {
          session.get().close();
        }
      } catch (SQLException e) {
        session = Optional.empty();
      }
    }
  }

  @Override
  public void close() {
    stop.countDown();
    Thread running = thread;
    if (running != null) {
      try {
        running.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
