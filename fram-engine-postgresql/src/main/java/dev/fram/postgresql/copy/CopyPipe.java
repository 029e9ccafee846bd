// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.copy;

import dev.fram.api.engine.CopiedChunk;
import dev.fram.api.engine.CopyProgress;
import dev.fram.api.engine.CopyTurns;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * Passes COPY's bytes from one server to the other without looking at them. The server sends one
 * message a row and the driver holds one message at a time, so the memory it takes is the largest
 * row, in COPY's format, and one buffer. (A row may be 1 GB; with such rows the heap must be larger
 * than two of them.) Owned by one thread.
 */
public final class CopyPipe {
  private static final int BUFFER = 256 * 1024;

  private final byte[] buffer = new byte[BUFFER];
  private final CopyProgress progress;
  private final CopyTurns turns;
  private int filled;
  private long bytes;

  /**
   * @param progress told of bytes as they pass, since the last call
   */
  public CopyPipe(CopyProgress progress) {
    this.progress = progress;
    this.turns = new CopyTurns(progress);
  }

  /** Runs both statements against each other, to the end of both. */
  public CopiedChunk run(Connection source, String out, Connection target, String in)
      throws SQLException {
    CopyOut reading = source.unwrap(PGConnection.class).getCopyAPI().copyOut(out);
    CopyIn writing = target.unwrap(PGConnection.class).getCopyAPI().copyIn(in);
    byte[] message = reading.readFromCopy();
    while (message != null) {
      turns.row();
      pass(writing, message);
      message = reading.readFromCopy();
    }
    flush(writing);
    return new CopiedChunk(writing.endCopy(), bytes);
  }

  private void pass(CopyIn writing, byte[] message) throws SQLException {
    if (message.length > buffer.length - filled) {
      flush(writing);
    }
    if (message.length > buffer.length) {
      send(writing, message, message.length);
      return;
    }
    System.arraycopy(message, 0, buffer, filled, message.length);
    filled += message.length;
  }

  private void flush(CopyIn writing) throws SQLException {
    if (filled > 0) {
      send(writing, buffer, filled);
      filled = 0;
    }
  }

  private void send(CopyIn writing, byte[] data, int length) throws SQLException {
    turns.writing();
    writing.writeToCopy(data, 0, length);
    bytes += length;
    progress.accept(length);
    turns.reading();
  }
}
