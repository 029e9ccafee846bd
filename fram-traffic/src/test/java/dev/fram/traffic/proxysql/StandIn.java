// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.SQLException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;

/**
 * Stands in for the admin interface of a ProxySQL, which cannot be had where these tests run: the
 * protocol, the tables, and faults at any statement.
 */
final class StandIn implements AutoCloseable {
  static final String PASSWORD = "adm'in pässword";

  private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Queue<Socket> guests = new ConcurrentLinkedQueue<>();
  private final StandInTables tables = new StandInTables();
  private final StandInWire.Plugin plugin;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final AtomicReference<BiFunction<Integer, String, Fault>> faults =
      new AtomicReference<>((place, statement) -> Fault.NONE);

  StandIn() throws IOException, SQLException {
    this(StandInWire.Plugin.NATIVE);
  }

  StandIn(StandInWire.Plugin plugin) throws IOException, SQLException {
    this.plugin = plugin;
    Thread.ofVirtual().start(this::accept);
  }

  /** What goes wrong with a statement. */
  enum Fault {
    NONE,
    /** It is answered with an error and not done. */
    REFUSED,
    /** It is answered as done and not done. */
    IGNORED,
    /** The connection ends before it was done. */
    CUT_BEFORE,
    /** It was done, and the connection ends without an answer. */
    CUT_AFTER
  }

  int port() {
    return socket.getLocalPort();
  }

  StandInTables tables() {
    return tables;
  }

  /** All statements so far. */
  List<String> heard() {
    return heard;
  }

  /** From now on, by a statement's place from here (the first is 1) and its text. */
  void faults(BiFunction<Integer, String, Fault> which) {
    heard.clear();
    faults.set(which);
  }

  void noFaults() {
    faults((place, statement) -> Fault.NONE);
  }

  private void accept() {
    try {
      while (true) {
        Socket guest = socket.accept();
        guests.add(guest);
        Thread.ofVirtual().start(() -> session(guest));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private void session(Socket guest) {
    try (guest) {
      guest.setTcpNoDelay(true);
      StandInWire wire = new StandInWire(guest);
      StandInWire.Arrival arrival = wire.greet(plugin);
      if (!arrival.knows(plugin, PASSWORD)) {
        wire.error("ProxySQL Error: Access denied for user '" + arrival.user() + "'");
        return;
      }
      if (plugin == StandInWire.Plugin.CACHING_SHA2) {
        wire.fastLogin();
      }
      wire.ok();
      while (answer(wire, arrival.user(), wire.statement())) {
        // The next one.
      }
    } catch (IOException e) {
      // The client has left.
    }
  }

  /** Whether the session goes on. */
  private boolean answer(StandInWire wire, String user, String sql) throws IOException {
    heard.add(sql);
    Fault fault = faults.get().apply(heard.size(), sql);
    if (fault == Fault.CUT_BEFORE) {
      return false;
    }
    if (fault == Fault.REFUSED) {
      wire.error("ProxySQL Admin Error: database or disk is full");
      return true;
    }
    if (fault == Fault.IGNORED) {
      wire.ok();
      return true;
    }
    try {
      if (user.equals("stats") && sql.contains("mysql_servers")) {
        throw new SQLException("no such table: mysql_servers");
      }
      StandInTables.Answer answer = tables.ask(sql);
      if (fault == Fault.CUT_AFTER) {
        return false;
      }
      if (answer.columns().isEmpty()) {
        wire.ok();
      } else {
        wire.rows(answer.columns(), answer.rows());
      }
    } catch (SQLException e) {
      wire.error("ProxySQL Admin Error: " + e.getMessage());
    }
    return true;
  }

  @Override
  public void close() throws IOException, SQLException {
    socket.close();
    for (Socket guest : guests) {
      guest.close();
    }
    tables.close();
  }
}
