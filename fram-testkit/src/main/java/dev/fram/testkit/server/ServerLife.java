// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server's process from its first start to the end of this JVM: it keeps its port over restarts
 * and leaves nothing behind. Any thread, one at a time. It does not know which product it runs.
 */
final class ServerLife implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerLife.class);
  private static final int PORT_TRIES = 5;
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private final ServerProgram program;
  private final Thread atExit;
  private Optional<ServerProcess> process = Optional.empty();
  private int port;

  ServerLife(ServerProgram program) {
    this.program = program;
    this.atExit = Thread.ofPlatform().name("stop-server").unstarted(this::endAtExit);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** First start in a folder: finds a free port. */
  synchronized void begin() throws IOException {
    for (int attempt = 1; process.isEmpty(); attempt++) {
      port = freePort();
      program.listenOn(port);
      try {
        launch();
      } catch (ServerException failed) {
        boolean taken = program.home().logTail().contains("Address already in use");
        if (!taken || attempt == PORT_TRIES) {
          throw failed;
        }
      }
    }
    LOG.info("{} listens on 127.0.0.1:{}", program.name(), port);
  }

  /** Starts it again after a stop or a crash, on the same port. Nothing happens when it runs. */
  synchronized void start() {
    if (!running()) {
      attempt("start", this::launch);
    }
  }

  /** Stops it with a signal; one that takes over a minute becomes the program's own end signal. */
  synchronized void stop(String signal) {
    attempt("stop", () -> end(signal, STOP_LIMIT));
  }

  /** SIGKILL to the process and to all that it started, as a crash of the machine would. */
  synchronized void kill9() {
    attempt(
        "kill",
        () -> {
          if (process.isPresent()) {
            process.get().kill();
            process = Optional.empty();
          }
        });
  }

  synchronized boolean running() {
    return process.isPresent() && process.get().alive();
  }

  synchronized long pid() {
    return process
        .orElseThrow(() -> new IllegalStateException("the server on " + port + " does not run"))
        .pid();
  }

  synchronized int port() {
    return port;
  }

  /** Stops it within seconds whatever its clients do; removes its folder unless it was given. */
  @Override
  public synchronized void close() {
    attempt(
        "close",
        () -> {
          boolean removed = program.home().keep() == ServerHome.Keep.REMOVE;
          // An orderly end writes down what is thrown away then.
          end(removed ? program.endSignal() : program.stopSignal(), CLOSE_LIMIT);
          if (removed) {
            FolderCopy.delete(program.home().folder());
          }
        });
    if (Thread.currentThread() != atExit) {
      forgetHook();
    }
  }

  /** Lifecycle work that meets the disk or a process. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  void attempt(String what, Work work) {
    try {
      work.run();
    } catch (IOException failed) {
      throw new ServerException(
          what + " of the server on port " + port() + " failed: " + failed.getMessage(), failed);
    }
  }

  private void forgetHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException goingDown) {
      LOG.debug("the process is ending anyway", goingDown);
    }
  }

  private void endAtExit() {
    try {
      close();
    } catch (RuntimeException problem) {
      LOG.warn("the server on port {} may be left", port(), problem);
    }
  }

  private void launch() throws IOException {
    ServerProcess started = ServerProcess.start(program);
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!program.ready(started.pid())) {
      if (!started.alive() || System.nanoTime() > deadline) {
        started.kill();
        throw new ServerException(
            program.name()
                + " did not start on port "
                + port
                + ". The end of "
                + program.home().log()
                + ":\n"
                + program.home().logTail());
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    process = Optional.of(started);
  }

  private void end(String signal, Duration limit) throws IOException {
    if (process.isEmpty()) {
      return;
    }
    ServerProcess running = process.get();
    if (!running.end(signal, limit) && !running.end(program.endSignal(), CLOSE_LIMIT)) {
      running.kill();
    }
    process = Optional.empty();
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
