// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one XA transaction until its outcome is known: in memory up to a bound, then in a
 * file that nobody else reads. Lost with the process, and read again from the source. Owned by the
 * feed's thread.
 */
final class XaBuffer implements AutoCloseable {
  static final int MEMORY = 1 << 20;

  private final List<FeedEvent> memory = new ArrayList<>();
  private final int limit;
  private long bytes;
  private @Nullable Path file;
  private @Nullable DataOutputStream out;
  private @Nullable DataInputStream in;

  XaBuffer(int limit) {
    this.limit = limit;
  }

  void add(FeedEvent event) {
    bytes += event.bytes();
    if (bytes <= limit) {
      memory.add(event);
      return;
    }
    try {
      DataOutputStream to = out == null ? spill() : out;
      to.writeBoolean(event instanceof FeedEvent.Row);
      to.writeInt(event.payload().length);
      to.write(event.payload());
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private DataOutputStream spill() throws IOException {
    file = Files.createTempFile("fram-xa-", ".rows");
    out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
    return out;
  }

  /** Everything, in order, once; the file is gone after the last. */
  Iterator<FeedEvent> drain() {
    try {
      if (out != null && file != null) {
        out.close();
        in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
      }
    } catch (IOException e) {
      throw unusable(e);
    }
    return new Drain(memory.iterator());
  }

  @Override
  public void close() {
    try {
      if (in != null) {
        in.close();
      }
      if (out != null) {
        out.close();
      }
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** First what is in memory, then the file. */
  private final class Drain implements Iterator<FeedEvent> {
    private final Iterator<FeedEvent> held;

    Drain(Iterator<FeedEvent> held) {
      this.held = held;
    }

    @Override
    public boolean hasNext() {
      try {
        if (held.hasNext() || (in != null && more(in))) {
          return true;
        }
      } catch (IOException e) {
        throw unusable(e);
      }
      close();
      in = null;
      return false;
    }

    @Override
    public FeedEvent next() {
      if (held.hasNext()) {
        return held.next();
      }
      if (in == null) {
        throw new NoSuchElementException();
      }
      try {
        boolean row = in.readBoolean();
        byte[] payload = in.readNBytes(in.readInt());
        return row ? new FeedEvent.Row(payload) : new FeedEvent.SchemaChange(payload);
      } catch (IOException e) {
        throw unusable(e);
      }
    }

    private boolean more(DataInputStream from) throws IOException {
      from.mark(1);
      boolean more = from.read() >= 0;
      from.reset();
      return more;
    }
  }

  private static FramException unusable(IOException e) {
    return new FramException(
        ErrorCode.RESOURCE_EXHAUSTED,
        "This machine: a large XA transaction cannot be kept in a temporary file.",
        "Free some space in the folder for temporary files (java.io.tmpdir).",
        e);
  }
}
