// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.run.MigrationSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Function;

/**
 * What was read and is not applied yet, first in, first out: in memory up to a bound in bytes,
 * beyond it in files. Thread-safe; one thread puts, one takes. It is only a cache: when a run ends
 * it is thrown away, because nothing is confirmed to the source before it is durable on the target.
 */
final class Backlog implements AutoCloseable {
  /** The disk is asked for its free space once in so many bytes written. */
  private static final long ASK_EVERY = 1 << 20;

  private final MigrationSettings.Stream settings;
  private final EventCodec codec;
  private final SegmentFiles files;
  private final Deque<FeedEvent> memory = new ArrayDeque<>();
  private long memoryBytes;
  private long askAgainAt;

  /** Stands behind everything else; a newer one replaces it, any other event makes it needless. */
  private Optional<FeedEvent.Idle> idle = Optional.empty();

  Backlog(MigrationSettings.Stream settings, Path folder, Function<String, Position> positions) {
    this.settings = settings;
    this.codec = new EventCodec(positions);
    this.files = new SegmentFiles(folder);
  }

  synchronized void put(FeedEvent event) {
    if (event instanceof FeedEvent.Idle reached) {
      idle = Optional.of(reached);
    } else {
      idle = Optional.empty();
      store(event);
    }
    notifyAll();
  }

  /** The oldest event, waiting at most this long. */
  synchronized Optional<FeedEvent> poll(Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    while (empty()) {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        return Optional.empty();
      }
      try {
        wait(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }
    return Optional.of(take());
  }

  /** Whether there is memory left, or disk enough: else the reader must stop reading. */
  synchronized boolean hasRoom() {
    boolean inMemory = files.isEmpty() && memoryBytes < settings.backlogMemory();
    if (inMemory || files.writtenBytes() < askAgainAt) {
      return true;
    }
    try {
      OwnersOnly.folder(settings.backlogFolder());
      long free = Files.getFileStore(settings.backlogFolder()).getUsableSpace();
      boolean room = free >= settings.minFreeDisk();
      askAgainAt = room ? files.writtenBytes() + ASK_EVERY : 0;
      return room;
    } catch (IOException e) {
      throw new FramException(
          ErrorCode.RESOURCE_EXHAUSTED,
          "This machine: the backlog's folder " + settings.backlogFolder() + " cannot be used.",
          "Name another folder.",
          e);
    }
  }

  synchronized long bytes() {
    return memoryBytes + files.unreadBytes();
  }

  synchronized long bytesOnDisk() {
    return files.unreadBytes();
  }

  @Override
  public synchronized void close() {
    memory.clear();
    memoryBytes = 0;
    idle = Optional.empty();
    files.close();
  }

  private boolean empty() {
    return memory.isEmpty() && files.isEmpty() && idle.isEmpty();
  }

  /** Once something is on disk all that follows goes there too, until it is read: order. */
  private void store(FeedEvent event) {
    if (files.isEmpty() && memoryBytes + event.bytes() <= settings.backlogMemory()) {
      memory.addLast(event);
      memoryBytes += event.bytes();
      return;
    }
    try {
      files.append(codec.write(event));
    } catch (IOException e) {
      throw new FramException(ErrorCode.INTERNAL, "An event cannot be encoded.", "", e);
    }
  }

  private FeedEvent take() {
    if (!memory.isEmpty()) {
      FeedEvent event = memory.removeFirst();
      memoryBytes -= event.bytes();
      return event;
    }
    if (!files.isEmpty()) {
      try {
        return codec.read(files.take());
      } catch (IOException e) {
        throw new FramException(ErrorCode.INTERNAL, "An event cannot be decoded.", "", e);
      }
    }
    FeedEvent event = idle.orElseThrow();
    idle = Optional.empty();
    return event;
  }
}
