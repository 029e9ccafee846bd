// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.postgresql.pgoutput.Tuple;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Writes rows in COPY's text format (manual, COPY, File Formats), byte for byte as the source
 * printed them. Stateless.
 */
final class CopyText {
  private static final int BUFFER = 64 * 1024;

  private CopyText() {}

  /** How many rows the server took. */
  static long copy(Connection connection, String sql, Iterator<byte[]> lines) throws SQLException {
    CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    try {
      while (lines.hasNext()) {
        byte[] bytes = lines.next();
        copy.writeToCopy(bytes, 0, bytes.length);
      }
      return copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  /** The rows as text, some at a time: each is made when it is asked for. */
  static Iterator<byte[]> lines(List<Tuple> rows, List<Integer> columns) {
    Iterator<Tuple> left = rows.iterator();
    ByteArrayOutputStream buffer = new ByteArrayOutputStream(BUFFER);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return left.hasNext();
      }

      @Override
      public byte[] next() {
        buffer.reset();
        do {
          line(buffer, left.next(), columns);
        } while (left.hasNext() && buffer.size() < BUFFER);
        return buffer.toByteArray();
      }
    };
  }

  static void line(ByteArrayOutputStream out, Tuple row, List<Integer> columns) {
    boolean first = true;
    for (int column : columns) {
      if (!first) {
        out.write('\t');
      }
      first = false;
      if (row.isNull(column)) {
        out.write('\\');
        out.write('N');
      } else {
        value(out, row.bytes(column));
      }
    }
    out.write('\n');
  }

  private static void value(ByteArrayOutputStream out, ByteBuffer value) {
    byte[] bytes = value.array();
    int end = value.arrayOffset() + value.limit();
    int written = value.arrayOffset() + value.position();
    for (int i = written; i < end; i++) {
      int letter = escape(bytes[i]);
      if (letter != 0) {
        out.write(bytes, written, i - written);
        out.write('\\');
        out.write(letter);
        written = i + 1;
      }
    }
    out.write(bytes, written, end - written);
  }

  /**
   * What stands after the backslash; 0 for what stands for itself. UTF-8 has no such byte twice.
   */
  private static int escape(byte value) {
    return switch (value) {
      case '\\' -> '\\';
      case '\n' -> 'n';
      case '\r' -> 'r';
      case '\t' -> 't';
      default -> 0;
    };
  }
}
