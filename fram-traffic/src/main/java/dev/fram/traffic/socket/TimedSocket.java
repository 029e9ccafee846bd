// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A stream of bytes whose every wait ends at a deadline. Owned by one thread. Not encrypted: a
 * control socket belongs on the same machine or into a network of one's own.
 */
public final class TimedSocket implements AutoCloseable {
  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final ByteBuffer in = ByteBuffer.allocate(16 << 10).flip();
  private long deadlineNanos;

  private TimedSocket(SocketChannel channel, Selector selector, long deadlineNanos)
      throws IOException {
    this.channel = channel;
    this.selector = selector;
    this.deadlineNanos = deadlineNanos;
    channel.configureBlocking(false);
    this.key = channel.register(selector, 0);
  }

  /**
   * Connects.
   *
   * @param limit for connecting, and for all that follows until {@link #limit} gives more
   * @throws SocketTimeoutException when it takes longer
   */
  public static TimedSocket open(Place place, Duration limit) throws IOException {
    SocketAddress address = place.socketAddress();
    if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
      throw new UnknownHostException(inet.getHostString());
    }
    SocketChannel channel =
        address instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    @Nullable Selector selector = null;
    try {
      selector = Selector.open();
      TimedSocket socket = new TimedSocket(channel, selector, System.nanoTime() + limit.toNanos());
      if (!channel.connect(address)) {
        do {
          socket.await(SelectionKey.OP_CONNECT);
        } while (!channel.finishConnect());
      }
      return socket;
    } catch (IOException e) {
      close(channel, selector);
      throw e;
    } catch (RuntimeException e) {
      close(channel, selector);
      throw new IOException(e);
    }
  }

  private static void close(SocketChannel channel, @Nullable Selector selector) throws IOException {
    channel.close();
    if (selector != null) {
      selector.close();
    }
  }

  /** From now on. */
  public void limit(Duration limit) {
    deadlineNanos = System.nanoTime() + limit.toNanos();
  }

  public void write(byte[] bytes) throws IOException {
    ByteBuffer out = ByteBuffer.wrap(bytes);
    while (out.hasRemaining()) {
      if (channel.write(out) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  /** The next byte; -1 at the end. */
  public int read() throws IOException {
    if (!in.hasRemaining()) {
      in.clear();
      int count;
      while ((count = channel.read(in)) == 0) {
        await(SelectionKey.OP_READ);
      }
      in.flip();
      if (count < 0) {
        in.limit(0);
        return -1;
      }
    }
    return in.get() & 0xff;
  }

  /**
   * @throws IOException when the other side ends before
   */
  public byte[] read(int count) throws IOException {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      int next = read();
      if (next < 0) {
        throw new IOException("the connection was closed");
      }
      bytes[i] = (byte) next;
    }
    return bytes;
  }

  @Override
  public void close() {
    try {
      selector.close();
      channel.close();
    } catch (IOException e) {
      // It is gone either way.
    }
  }

  private void await(int operation) throws IOException {
    long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
    if (left <= 0) {
      throw new SocketTimeoutException("no answer in time");
    }
    key.interestOps(operation);
    selector.select(left);
    selector.selectedKeys().clear();
    if (Thread.currentThread().isInterrupted()) {
      throw new SocketTimeoutException("interrupted");
    }
  }
}
