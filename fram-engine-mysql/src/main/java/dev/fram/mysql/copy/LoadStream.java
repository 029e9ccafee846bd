// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;

/**
 * Rows in LOAD DATA's format, made as the driver asks for them: source and target are driven by one
 * thread, and no more than a few rows wait between them.
 */
final class LoadStream extends InputStream {
  private final RowStream rows;
  private final LoadLines lines = new LoadLines();
  private final byte[] single = new byte[1];
  private boolean begun;

  LoadStream(RowStream rows) {
    this.rows = rows;
  }

  @Override
  public int read() throws IOException {
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    return lines.empty() && !fill() ? -1 : lines.take(buffer, offset, length);
  }

  /** As many rows as fit; at least one. */
  private boolean fill() throws IOException {
    if (begun) {
      rows.reading();
    }
    lines.clear();
    try {
      while (!lines.many() && rows.next()) {
        row();
      }
      rows.writing();
    } catch (SQLException e) {
      throw new IOException(e);
    }
    begun = !lines.empty();
    return begun;
  }

  private void row() throws SQLException {
    for (int i = 0; i < rows.columns(); i++) {
      lines.field(rows.cell(i), i == 0);
    }
    lines.endOfLine();
  }
}
