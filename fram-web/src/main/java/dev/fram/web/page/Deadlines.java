// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Ends connections that take too long: each carries one request, and only a stream of pictures may
 * stay open. Without it, clients that send or read a byte now and then would hold all connections
 * for ever. Thread-safe.
 */
final class Deadlines implements Connection.Listener {
  private final Scheduler scheduler;
  private final Duration limit;
  private final Map<Connection, Scheduler.Task> running = new ConcurrentHashMap<>();

  Deadlines(Scheduler scheduler, Duration limit) {
    this.scheduler = scheduler;
    this.limit = limit;
  }

  @Override
  public void onOpened(Connection connection) {
    running.put(
        connection,
        scheduler.schedule(
            () -> connection.getEndPoint().close(), limit.toMillis(), TimeUnit.MILLISECONDS));
  }

  @Override
  public void onClosed(Connection connection) {
    lift(connection);
  }

  /** This one may take as long as it likes. */
  void lift(Request request) {
    lift(request.getConnectionMetaData().getConnection());
  }

  private void lift(Connection connection) {
    Scheduler.Task task = running.remove(connection);
    if (task != null) {
      task.cancel();
    }
  }
}
