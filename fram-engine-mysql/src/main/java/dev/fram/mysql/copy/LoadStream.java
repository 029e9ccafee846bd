// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * Rows in LOAD DATA's format, made as the driver asks for them: source and target are driven by one
 * thread, and no more than a row waits between them.
 */
final class LoadStream extends InputStream {
  private static final byte[] NULL = {'\\', 'N'};

  private final RowStream rows;
  private byte[] line = new byte[64 * 1024];
  private int end;
  private int at;

  LoadStream(RowStream rows) {
    this.rows = rows;
  }

  @Override
  public int read() throws IOException {
    return at < end || fill() ? line[at++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (at >= end && !fill()) {
      return -1;
    }
    int count = Math.min(length, end - at);
    System.arraycopy(line, at, buffer, offset, count);
    at += count;
    return count;
  }

  /** As many rows as fit; at least one. */
  private boolean fill() throws IOException {
    if (end > 0) {
      rows.reading();
    }
    at = 0;
    end = 0;
    try {
      while (end < line.length / 2 && rows.next()) {
        row();
      }
      rows.writing();
    } catch (SQLException e) {
      throw new IOException(e);
    }
    return end > 0;
  }

  private void row() throws SQLException {
    for (int i = 0; i < rows.columns(); i++) {
      if (i > 0) {
        put((byte) '\t');
      }
      byte[] cell = rows.cell(i);
      if (cell == null) {
        put(NULL[0]);
        put(NULL[1]);
      } else {
        escaped(cell);
      }
    }
    put((byte) '\n');
  }

  private void escaped(byte[] cell) {
    for (byte each : cell) {
      switch (each) {
        case '\\', '\t', '\n' -> {
          put((byte) '\\');
          put(each);
        }
        case 0 -> {
          put((byte) '\\');
          put((byte) '0');
        }
        default -> put(each);
      }
    }
  }

  private void put(byte value) {
    if (end == line.length) {
      line = Arrays.copyOf(line, line.length * 2);
    }
    line[end++] = value;
  }
}
