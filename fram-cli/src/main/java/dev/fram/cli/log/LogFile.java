// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the log into a file, in a thread of its own. Whoever logs never waits: when the file takes
 * nothing (a full disk, no permission, a disk that hangs) lines are left out and counted, the user
 * is told once, and the file is tried again from time to time. Thread-safe.
 */
public final class LogFile extends UnsynchronizedAppenderBase<ILoggingEvent> {
  private static final int MOST_WAITING = 8192;
  private static final Duration AGAIN = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** What the writing thread is given. */
  private sealed interface Entry {
    record Line(ByteBuffer bytes) implements Entry {}

    /** Reached once all that was given before it is settled. */
    record Mark(CountDownLatch reached, boolean last) implements Entry {}
  }

  private final Path path;
  private final JsonLine form;
  private final Consumer<String> tell;
  private final BlockingQueue<Entry> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong lost = new AtomicLong();
  private final AtomicReference<Optional<String>> trouble = new AtomicReference<>(Optional.empty());
  private @Nullable FileChannel file;
  private long failedNanos;
  private boolean failing;
  private boolean told;

  /**
   * @param path where the lines go; created for its owner alone, or continued
   * @param command which command of fram is running
   * @param tell gets the one sentence that says what is wrong with the file
   */
  public LogFile(Path path, String command, Consumer<String> tell) {
    this.path = path;
    this.form = new JsonLine(command, ProcessHandle.current().pid());
    this.tell = tell;
  }

  @Override
  public void start() {
    super.start();
    Thread thread = new Thread(this::write, "log-file");
    // A file that hangs must not keep the program from ending.
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (!waiting.offer(new Entry.Line(ByteBuffer.wrap(form.of(event, migration()))))) {
      lost.incrementAndGet();
    }
  }

  private String migration() {
    return Optional.ofNullable(getContext())
        .map(context -> context.getProperty("migration"))
        .map(String::strip)
        .orElse("");
  }

  /** What is wrong with the file now, as a sentence. */
  public Optional<String> trouble() {
    return trouble.get();
  }

  /** Waits for a moment until what was logged so far is written. */
  public void flush() {
    settle(new Entry.Mark(new CountDownLatch(1), false));
  }

  /** Writes what is left, as far as that takes no longer than a moment. */
  @Override
  public void stop() {
    if (isStarted()) {
      super.stop();
      Entry.Mark end = new Entry.Mark(new CountDownLatch(1), true);
      if (!settle(end)) {
        // The thread hangs: what waits is given up, so that it ends if it ever comes back.
        waiting.clear();
        waiting.offer(end);
      }
    }
  }

  /** Whether the mark is in the queue. */
  private boolean settle(Entry.Mark mark) {
    try {
      if (!waiting.offer(mark, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return false;
      }
      mark.reached().await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The writing thread: all below is its own. */
  private void write() {
    try {
      while (true) {
        switch (waiting.take()) {
          case Entry.Line line -> put(line.bytes());
          case Entry.Mark mark -> {
            if (mark.last()) {
              close();
            }
            mark.reached().countDown();
            if (mark.last()) {
              return;
            }
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void put(ByteBuffer line) {
    if (failing && System.nanoTime() - failedNanos < AGAIN.toNanos()) {
      lost.incrementAndGet();
      return;
    }
    try {
      FileChannel open = open();
      long missing = lost.get();
      if (missing > 0) {
        all(open, ByteBuffer.wrap(form.lost(missing, System.currentTimeMillis(), migration())));
        lost.addAndGet(-missing);
      }
      all(open, line);
      failing = false;
      trouble.set(Optional.empty());
    } catch (IOException e) {
      lost.incrementAndGet();
      failed(e);
    }
  }

  private FileChannel open() throws IOException {
    if (file != null) {
      return file;
    }
    FileChannel opened =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    file = opened;
    if (failing) {
      // Half a line may stand there.
      all(opened, ByteBuffer.wrap(new byte[] {'\n'}));
    }
    return opened;
  }

  private static void all(FileChannel open, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      open.write(bytes);
    }
  }

  private void failed(IOException e) {
    close();
    failing = true;
    failedNanos = System.nanoTime();
    String sentence =
        "The log file " + path + " takes nothing: " + reason(e) + ". Fram goes on without it.";
    trouble.set(Optional.of(sentence));
    if (!told) {
      told = true;
      tell.accept(sentence);
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException none -> "its folder does not exist";
      case AccessDeniedException denied -> "permission denied";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  private void close() {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        // What could not be written is told by the next line that cannot be written.
        failing = true;
      }
      file = null;
    }
  }
}
