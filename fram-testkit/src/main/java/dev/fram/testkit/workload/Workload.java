// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * An application that writes to {@link WorkloadSchema} until it is stopped. Started and stopped by
 * one thread; the numbers may be asked for by any.
 *
 * <pre>{@code
 * try (Workload workload = Workload.start(provider, WorkloadOptions.standard())) {
 *   ...
 *   Oracle oracle = workload.stop();
 *   OracleReport report = oracle.check(target);
 * }
 * }</pre>
 */
public final class Workload implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final CountDownLatch stop;
  private final Counters counters;
  private final Optional<AcknowledgementFile> file;
  private final List<Writer> writers;
  private final List<Thread> threads;

  private Workload(
      CountDownLatch stop,
      Counters counters,
      Optional<AcknowledgementFile> file,
      List<Writer> writers,
      List<Thread> threads) {
    this.stop = stop;
    this.counters = counters;
    this.file = file;
    this.writers = writers;
    this.threads = threads;
  }

  /** Reads where the rows stand now, and starts the writers. */
  public static Workload start(ConnectionProvider provider, WorkloadOptions options)
      throws SQLException {
    if (options.writers() < 1 || options.writers() > WorkloadSchema.WRITERS) {
      throw new IllegalArgumentException(
          options.writers() + " writers; 1 to " + WorkloadSchema.WRITERS + " are possible.");
    }
    CountDownLatch stop = new CountDownLatch(1);
    Counters counters = new Counters();
    Optional<AcknowledgementFile> file = options.acknowledgements().map(Workload::open);
    List<Writer> writers = new ArrayList<>();
    try (Connection connection = provider.connect()) {
      long stride = WriterBook.readStride(connection);
      for (int number = 0; number < options.writers(); number++) {
        WriterBook book = WriterBook.read(connection, number, stride);
        writers.add(new Writer(book, provider, options, counters, file, stop));
      }
    }
    List<Thread> threads = new ArrayList<>();
    for (Writer writer : writers) {
      writer.pauses().reset();
      threads.add(Thread.ofPlatform().name("workload-" + writer.book().writer).start(writer));
    }
    return new Workload(stop, counters, file, List.copyOf(writers), List.copyOf(threads));
  }

  /** The numbers now; a pause that is going on counts as one. */
  public WorkloadStats stats() {
    boolean running = stop.getCount() > 0;
    return counters.stats(
        writers.stream()
            .map(Writer::pauses)
            .map(pauses -> running ? pauses.longestMillis() : pauses.finishedMillis())
            .toList());
  }

  /** Forgets the pauses so far: those of the step that begins now are wanted. */
  public void resetPauses() {
    writers.forEach(writer -> writer.pauses().reset());
  }

  /**
   * Stops the writers, each after its transaction; one that still waits for the server after ten
   * seconds is cut off, and its last commit counts as unanswered.
   */
  public Oracle stop() {
    stop.countDown();
    long deadline = System.nanoTime() + GRACE.toNanos();
    boolean interrupted = false;
    for (int index = 0; index < threads.size(); index++) {
      long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
      try {
        if (!threads.get(index).join(Duration.ofMillis(left))) {
          writers.get(index).abort();
          threads.get(index).join();
        }
      } catch (InterruptedException asked) {
        interrupted = true;
        writers.get(index).abort();
      }
    }
    file.ifPresent(AcknowledgementFile::close);
    if (interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the writers were stopping");
    }
    return new Oracle(writers.stream().map(Writer::book).toList());
  }

  @Override
  public void close() {
    if (stop.getCount() > 0) {
      stop();
    }
  }

  private static AcknowledgementFile open(Path file) {
    try {
      return new AcknowledgementFile(file);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }
}
