// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.reverse;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.stream.OwnersOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * Rows that are on no other server, one a line. They are values of the user's: nobody but the owner
 * may read the file. It is made with the first row, and Fram never removes it. Owned by one thread.
 */
final class RescueFile implements AutoCloseable {
  private static final String NAME = "stray-writes.jsonl";

  private final Path file;
  private final long most;
  private final FileChannel open;
  private long bytes;

  private RescueFile(Path file, long most, FileChannel open) throws IOException {
    this.file = file;
    this.most = most;
    this.open = open;
    this.bytes = open.size();
  }

  static Path in(Path folder) {
    return folder.resolve(NAME);
  }

  /**
   * Goes on behind what is there.
   *
   * @param most in bytes: nothing is written beyond that
   */
  static RescueFile open(Path folder, long most) {
    Path file = in(folder);
    try {
      OwnersOnly.folder(folder);
      Set<OpenOption> how =
          Set.of(
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND,
              // The folder may be everybody's: a link there could lead anywhere.
              LinkOption.NOFOLLOW_LINKS);
      return new RescueFile(file, most, FileChannel.open(file, how, OwnersOnly.file()));
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Returns false when the file is full: the row is in no file. */
  boolean append(byte[] line) {
    if (bytes + line.length + 1 > most) {
      return false;
    }
    ByteBuffer buffer = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
    try {
      while (buffer.hasRemaining()) {
        bytes += open.write(buffer);
      }
      return true;
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Until here it outlives a crash of this machine. */
  void force() {
    try {
      open.force(false);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  @Override
  public void close() {
    try {
      open.close();
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  private static FramException failed(Path file, IOException cause) {
    return new FramException(
        ErrorCode.RESOURCE_EXHAUSTED,
        "This machine: the file " + file + " cannot be written.",
        "Look at the disk's space and rights, or name another folder (backlog-folder).",
        cause);
  }
}
