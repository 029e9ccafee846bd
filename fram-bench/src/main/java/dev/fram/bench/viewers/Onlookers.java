// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.viewers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Browsers that look at the page of a run, as far as the run can tell: connections that have asked
 * for its events. Owned by one thread; each has a thread of its own.
 *
 * @param count how many at once
 */
record Onlookers(int count, Kind kind) {
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int SMALLEST = 4096;

  /** What they do. */
  enum Kind {
    /** There is no page. */
    NO_PAGE,
    /** There is one, and nobody looks. */
    NOBODY,
    READING,
    /** They have asked, and take nothing: the pictures pile up on the other side. */
    NEVER_READING
  }

  static Onlookers none() {
    return new Onlookers(0, Kind.NO_PAGE);
  }

  static Onlookers nobody() {
    return new Onlookers(0, Kind.NOBODY);
  }

  boolean page() {
    return kind != Kind.NO_PAGE;
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** They come as soon as there is a page, and stay until they are closed. */
  Watching watch(int port) {
    return new Watching(this, port);
  }

  /** While they look on. */
  static final class Watching implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();
    private final CountDownLatch there = new CountDownLatch(1);
    private final CountDownLatch leave = new CountDownLatch(1);
    private final AtomicInteger connected = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final List<Thread> threads = new ArrayList<>();

    private Watching(Onlookers onlookers, int port) {
      // Fifty that knock until there is a page would take the time that is measured.
      if (onlookers.count() > 0) {
        threads.add(Thread.ofPlatform().name("scout").daemon().start(() -> awaitPage(port)));
      }
      for (int i = 0; i < onlookers.count(); i++) {
        threads.add(
            Thread.ofPlatform().name("viewer-" + i).daemon().start(() -> look(onlookers, port)));
      }
    }

    /** How many were let in. */
    int connected() {
      return connected.get();
    }

    /** What they were given, all together. */
    long bytes() {
      return bytes.get();
    }

    private void awaitPage(int port) {
      while (!over.get() && there.getCount() > 0) {
        try (Socket socket = new Socket()) {
          socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
          there.countDown();
        } catch (IOException notYet) {
          LockSupport.parkNanos(AGAIN_NANOS);
        }
      }
      there.countDown();
    }

    private void look(Onlookers onlookers, int port) {
      try {
        there.await();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return;
      }
      while (!over.get()) {
        try (Socket socket = new Socket()) {
          if (onlookers.kind() == Kind.NEVER_READING) {
            socket.setReceiveBufferSize(SMALLEST);
          }
          socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
          String ask = "GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n";
          socket.getOutputStream().write(ask.getBytes(StandardCharsets.US_ASCII));
          connected.incrementAndGet();
          stay(onlookers.kind(), socket);
        } catch (IOException notYetOrGone) {
          LockSupport.parkNanos(AGAIN_NANOS);
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }

    private void stay(Kind kind, Socket socket) throws IOException, InterruptedException {
      if (kind == Kind.NEVER_READING) {
        // They cost the machine nothing: what is measured is what they cost the migration.
        leave.await();
        return;
      }
      byte[] buffer = new byte[16_384];
      socket.setSoTimeout(200);
      while (!over.get()) {
        try {
          int read = socket.getInputStream().read(buffer);
          if (read < 0) {
            return;
          }
          bytes.addAndGet(read);
        } catch (SocketTimeoutException quiet) {
          // Nothing was shown for a while.
        }
      }
    }

    @Override
    public void close() {
      over.set(true);
      leave.countDown();
      for (Thread thread : threads) {
        try {
          thread.join();
        } catch (InterruptedException stopped) {
          Thread.currentThread().interrupt();
          throw new UncheckedIOException(new IOException(stopped));
        }
      }
    }
  }
}
