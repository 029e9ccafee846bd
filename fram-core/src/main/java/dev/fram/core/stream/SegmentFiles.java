// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * First-in-first-out records in files: length, CRC32C, bytes. A file is deleted as soon as it was
 * read. Nothing is forced to disk: it is a cache, after a crash the source sends everything again.
 * Not thread-safe: the backlog guards it.
 */
final class SegmentFiles implements AutoCloseable {
  /** A file's size; also how much disk may stay in use by records that were read already. */
  private static final long SEGMENT_BYTES = 16L << 20;

  private static final class Segment {
    final Path file;
    long bytes;
    long unread;

    Segment(Path file) {
      this.file = file;
    }
  }

  private final Path folder;
  private final Deque<Segment> segments = new ArrayDeque<>();
  private @Nullable DataOutputStream writer;
  private @Nullable DataInputStream reader;
  private long made;
  private long unreadBytes;
  private long writtenBytes;

  SegmentFiles(Path folder) {
    this.folder = folder;
  }

  boolean isEmpty() {
    return unreadBytes == 0;
  }

  long unreadBytes() {
    return unreadBytes;
  }

  long writtenBytes() {
    return writtenBytes;
  }

  void append(byte[] record) {
    try {
      DataOutputStream out = writable();
      CRC32C crc = new CRC32C();
      crc.update(record);
      out.writeInt(record.length);
      out.writeInt((int) crc.getValue());
      out.write(record);
      Segment last = segments.getLast();
      last.bytes += record.length + 8L;
      last.unread++;
      unreadBytes += record.length + 8L;
      writtenBytes += record.length + 8L;
      if (last.bytes >= SEGMENT_BYTES) {
        seal();
      }
    } catch (IOException e) {
      throw failed("written", e);
    }
  }

  /** The oldest record; only when there is one. */
  byte[] take() {
    try {
      DataInputStream in = readable();
      int length = in.readInt();
      int expected = in.readInt();
      byte[] record = in.readNBytes(length);
      CRC32C crc = new CRC32C();
      crc.update(record);
      if (record.length != length || (int) crc.getValue() != expected) {
        throw new IOException("a record's checksum does not match");
      }
      consumed(length + 8L);
      return record;
    } catch (IOException e) {
      throw failed("read", e);
    }
  }

  @Override
  public void close() {
    try {
      seal();
      if (reader != null) {
        reader.close();
        reader = null;
      }
      while (!segments.isEmpty()) {
        Files.deleteIfExists(segments.removeFirst().file);
      }
      unreadBytes = 0;
    } catch (IOException e) {
      throw failed("removed", e);
    }
  }

  private DataOutputStream writable() throws IOException {
    DataOutputStream out = writer;
    if (out == null) {
      OwnersOnly.folder(folder);
      if (made == 0) {
        removeLeftovers();
      }
      Segment segment = new Segment(folder.resolve("backlog-" + made++ + ".segment"));
      out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(segment.file)));
      segments.addLast(segment);
      writer = out;
    }
    return out;
  }

  /** What a process that died has left: nobody will ever read it. */
  private void removeLeftovers() throws IOException {
    try (DirectoryStream<Path> old = Files.newDirectoryStream(folder, "backlog-*.segment")) {
      for (Path file : old) {
        Files.deleteIfExists(file);
      }
    }
  }

  private DataInputStream readable() throws IOException {
    DataInputStream in = reader;
    if (in == null) {
      Segment first = segments.getFirst();
      if (writer != null && first == segments.getLast()) {
        seal();
      }
      in = new DataInputStream(new BufferedInputStream(Files.newInputStream(first.file)));
      reader = in;
    }
    return in;
  }

  private void consumed(long bytes) throws IOException {
    unreadBytes -= bytes;
    Segment first = segments.getFirst();
    first.unread--;
    if (first.unread == 0 && reader != null) {
      reader.close();
      reader = null;
      segments.removeFirst();
      Files.deleteIfExists(first.file);
    }
  }

  private void seal() throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }

  private FramException failed(String verb, IOException cause) {
    return new FramException(
        ErrorCode.RESOURCE_EXHAUSTED,
        "This machine: the backlog's files in " + folder + " could not be " + verb + ".",
        "Look at the disk's space and rights, or name another folder.",
        cause);
  }
}
