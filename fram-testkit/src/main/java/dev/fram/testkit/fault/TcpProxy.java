// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.fault;

import dev.fram.api.model.Endpoint;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network between a client and a server on 127.0.0.1 that can be made to fail: cut, cut at an
 * exact byte, slowed down, or stalled with every connection left open. Steered by any thread; the
 * pumps are daemon threads of its own.
 */
public final class TcpProxy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TcpProxy.class);
  private static final int BUFFER = 16 * 1024;
  private static final int CONNECT_MILLIS = 10_000;

  private final ServerSocket listener;
  private final InetSocketAddress server;
  private final FlowGate gate = new FlowGate();
  private volatile String lastWord = "";
  private volatile Optional<Consumer<String>> afterRequest = Optional.empty();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

  /**
   * Held while connections are cut, let through or taken in: who sees a cut and calls {@link
   * #pass()} must not have the next connection closed by the rest of that cut.
   */
  private final ReentrantLock steering = new ReentrantLock();

  private TcpProxy(ServerSocket listener, InetSocketAddress server) {
    this.listener = listener;
    this.server = server;
  }

  /** Starts to pass everything on to a server. */
  public static TcpProxy to(String host, int port) throws IOException {
    ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    TcpProxy proxy = new TcpProxy(listener, new InetSocketAddress(host, port));
    Thread.ofPlatform().daemon().name("proxy-accept").start(proxy::accept);
    return proxy;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** The same endpoint, reached through this proxy. */
  public Endpoint through(Endpoint direct) {
    return new Endpoint(
        direct.scheme(),
        "127.0.0.1",
        port(),
        direct.user(),
        direct.database(),
        direct.parameters(),
        direct.password());
  }

  /** Everything flows; connections that were cut stay cut. */
  public void pass() {
    steering.lock();
    try {
      gate.pass();
    } finally {
      steering.unlock();
    }
  }

  /** Nothing arrives any more, nothing is closed: what a lost route looks like. */
  public void stall() {
    gate.stall();
  }

  /** Closes every connection, and each new one at once, until {@link #pass()}. */
  public void cut() {
    steering.lock();
    try {
      gate.cut();
      sockets.forEach(TcpProxy::close);
      sockets.clear();
    } finally {
      steering.unlock();
    }
  }

  /** Closes the connections there are; new ones may pass. */
  public void cutOnce() {
    steering.lock();
    try {
      cut();
      pass();
    } finally {
      steering.unlock();
    }
  }

  /** Lets exactly so many more bytes go this way, over all connections, and then cuts. */
  public void cutAfter(Flow flow, long bytes) {
    gate.limit(flow, bytes);
  }

  /**
   * From now on lets so many bytes a second go this way, over all connections; 0 for as fast as
   * they come. Stays through cuts.
   */
  public void pace(Flow flow, long bytesPerSecond) {
    gate.pace(flow, bytesPerSecond);
  }

  /**
   * Cuts as soon as a request with this word in it has been passed on, of whatever connection: the
   * server does it, and nobody hears of it.
   */
  public void cutOnceAsked(String word) {
    lastWord = word.toLowerCase(Locale.ROOT);
  }

  /**
   * Tells of each request as soon as it has been passed on, of whatever connection, on the thread
   * that carries it: nothing more comes that way until that returns, while the server is at work.
   *
   * @param listener what it gets is the request as it goes over the wire, each byte a character
   */
  public void afterRequest(Consumer<String> listener) {
    afterRequest = Optional.of(listener);
  }

  /** True from a cut until {@link #pass()}; a cut at a byte has happened then. */
  public boolean isCut() {
    return gate.isCut();
  }

  /** Bytes carried so far. */
  public long carried(Flow flow) {
    return gate.carried(flow);
  }

  @Override
  public void close() {
    close(listener);
    cut();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        connect(client);
      } catch (IOException problem) {
        LOG.trace("a connection through the proxy failed", problem);
      }
    }
  }

  private void connect(Socket client) throws IOException {
    Socket upstream = new Socket();
    if (!takeIn(client, upstream)) {
      close(client);
      return;
    }
    try {
      upstream.connect(server, CONNECT_MILLIS);
      client.setTcpNoDelay(true);
      upstream.setTcpNoDelay(true);
    } catch (IOException refused) {
      end(client, upstream);
      throw refused;
    }
    pump(Flow.REQUESTS, client, upstream);
    pump(Flow.ANSWERS, upstream, client);
  }

  /** Returns false while the network is cut. From here on a cut closes these two as well. */
  private boolean takeIn(Socket client, Socket upstream) {
    steering.lock();
    try {
      if (gate.isCut()) {
        return false;
      }
      sockets.add(client);
      sockets.add(upstream);
      return true;
    } finally {
      steering.unlock();
    }
  }

  private void pump(Flow flow, Socket from, Socket to) {
    Thread.ofPlatform()
        .daemon()
        .name("proxy-" + flow)
        .start(() -> {
          try {
            carry(flow, from, to);
          } catch (IOException | InterruptedException ended) {
            LOG.trace("a connection through the proxy ended", ended);
          } finally {
            end(from, to);
          }
        });
  }

  private void carry(Flow flow, Socket from, Socket to) throws IOException, InterruptedException {
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    byte[] buffer = new byte[BUFFER];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      int admitted = gate.admit(flow, read);
      out.write(buffer, 0, admitted);
      out.flush();
      if (flow == Flow.REQUESTS && afterRequest.isPresent()) {
        afterRequest.get().accept(text(buffer, admitted));
      }
      if (flow == Flow.REQUESTS && isLast(buffer, admitted)) {
        lastWord = "";
        cutHere(from);
        return;
      }
      if (admitted < read) {
        cutHere(from);
        return;
      }
    }
  }

  private boolean isLast(byte[] buffer, int length) {
    String word = lastWord;
    return !word.isEmpty() && text(buffer, length).toLowerCase(Locale.ROOT).contains(word);
  }

  private static String text(byte[] buffer, int length) {
    return new String(buffer, 0, length, StandardCharsets.ISO_8859_1);
  }

  /** A pump that may send no more cuts, unless somebody else's cut has closed it already. */
  private void cutHere(Socket mine) {
    steering.lock();
    try {
      if (sockets.contains(mine)) {
        cut();
      }
    } finally {
      steering.unlock();
    }
  }

  private void end(Socket one, Socket other) {
    close(one);
    close(other);
    sockets.remove(one);
    sockets.remove(other);
  }

  private static void close(Closeable socket) {
    try {
      socket.close();
    } catch (IOException alreadyGone) {
      LOG.trace("closing", alreadyGone);
    }
  }
}
