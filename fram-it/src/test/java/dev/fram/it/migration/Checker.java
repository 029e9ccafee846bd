// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

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
  private final String user;
  private final Login source;
  private final Login target;
  private @Nullable Thread thread;

  /**
   * @param user who that is, for people
   */
  Checker(String user, Login source, Login target) {
    this.user = user;
    this.source = source;
    this.target = target;
  }

  void start() {
    thread = Thread.ofPlatform().name("checker " + user).start(this::check);
  }

  private void check() {
    try (Side old = new Side(source);
        Side young = new Side(target)) {
      while (stop.getCount() > 0) {
        if (old.writes() && young.writes() && old.writes()) {
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
    private final Login login;
    private Optional<Connection> session = Optional.empty();

    Side(Login login) {
      this.login = login;
    }

    boolean writes() {
      try {
        Connection connection = session.isPresent() ? session.get() : login.open();
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
