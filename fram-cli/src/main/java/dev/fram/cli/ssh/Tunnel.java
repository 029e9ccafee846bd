// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.ssh;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.client.channel.ChannelDirectTcpip;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port of this machine's loopback that leads to one port behind a jump host. It stays the same
 * while the SSH connection comes and goes: a connection through it breaks with that, and the next
 * one waits until there is another. Two threads carry each connection; they end with it.
 */
final class Tunnel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tunnel.class);
  private static final int BACKLOG = 64;
  private static final int BYTES = 32 * 1024;

  private final SshLink link;
  private final String host;
  private final int port;
  private final ServerSocket mouth;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicReference<Optional<FramException>> trouble =
      new AtomicReference<>(Optional.empty());

  private Tunnel(SshLink link, String host, int port, ServerSocket mouth) {
    this.link = link;
    this.host = host;
    this.port = port;
    this.mouth = mouth;
  }

  /**
   * Opens the mouth; the link is connected with the first connection only.
   *
   * @param whose names its threads
   */
  static Tunnel open(String whose, SshLink link, String host, int port) {
    try {
      ServerSocket mouth = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
      Tunnel tunnel = new Tunnel(link, host, port, mouth);
      Thread.ofPlatform().daemon().name("fram-tunnel-" + whose).start(tunnel::accept);
      return tunnel;
    } catch (IOException e) {
      throw new FramException(
          ErrorCode.SERVER_SETTING,
          whose + ": no port of this machine's loopback could be opened for the tunnel.",
          "Check what limits this process.",
          e);
    }
  }

  InetSocketAddress address() {
    return new InetSocketAddress(mouth.getInetAddress(), mouth.getLocalPort());
  }

  /** Why the last connection could not be led on; empty when it could. */
  Optional<FramException> trouble() {
    return trouble.get();
  }

  @Override
  public void close() {
    close(mouth);
    open.forEach(Tunnel::close);
    link.close();
  }

  private void accept() {
    while (!mouth.isClosed()) {
      try {
        Socket socket = mouth.accept();
        open.add(socket);
        Thread.ofPlatform()
            .daemon()
            .name(Thread.currentThread().getName() + "-out")
            .start(() -> carry(socket));
      } catch (IOException e) {
        LOG.debug("the tunnel takes no connection: {}", e.toString());
      }
    }
  }

  private void carry(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      ChannelDirectTcpip channel = link.channel(host, port);
      trouble.set(Optional.empty());
      try {
        Thread back =
            Thread.ofPlatform()
                .daemon()
                .name(Thread.currentThread().getName().replace("-out", "-in"))
                .start(() -> bringBack(channel, socket));
        send(socket, channel);
        back.join();
      } finally {
        channel.close(true);
      }
    } catch (FramException e) {
      LOG.warn("{}", e.getMessage());
      trouble.set(Optional.of(e));
    } catch (IOException e) {
      LOG.debug("a connection through the tunnel ended: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }

  /** From here to the server; the end of one way leaves the other open, as with a socket. */
  private static void send(Socket socket, ChannelDirectTcpip channel) {
    try (OutputStream out = channel.getInvertedIn()) {
      pour(socket.getInputStream(), out, () -> {});
    } catch (IOException e) {
      LOG.debug("a connection through the tunnel broke: {}", e.toString());
      channel.close(true);
    }
  }

  private static void bringBack(ChannelDirectTcpip channel, Socket socket) {
    Acknowledged prompt = Acknowledged.of(channel.getSession());
    try (InputStream in = channel.getInvertedOut()) {
      pour(in, socket.getOutputStream(), prompt::now);
      if (channel.isEofSignalled()) {
        socket.shutdownOutput();
        return;
      }
    } catch (IOException e) {
      LOG.debug("a connection through the tunnel broke: {}", e.toString());
    }
    // Not the server's own end: the other thread waits for bytes that nobody wants any more.
    close(socket);
    channel.close(true);
  }

  private static void pour(InputStream in, OutputStream out, Runnable arrived) throws IOException {
    byte[] bytes = new byte[BYTES];
    for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
      arrived.run();
      out.write(bytes, 0, n);
      out.flush();
    }
  }

  private static void close(AutoCloseable one) {
    try {
      one.close();
    } catch (Exception e) {
      LOG.debug("closing: {}", e.toString());
    }
  }
}
