// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * MariaDB's compressed events ({@code log_bin_compress}) and compressed columns (server sources
 * {@code binlog_buf_uncompress}, {@code Field_longstr::uncompress}).
 */
final class MariaDbCompression {
  private MariaDbCompression() {}

  /**
   * The rest of an event: one byte with the number of length bytes, the length (highest first), the
   * data.
   */
  static byte[] event(LogBytes in) {
    int length = Math.toIntExact(in.bigEndian(in.u8() & 0x07));
    return inflate(in.take(in.left()), length, new Inflater());
  }

  /** A column's value: an empty value is empty, a first byte of 0 means it is stored plain. */
  static byte[] column(LogBytes in) {
    if (in.left() == 0) {
      return new byte[0];
    }
    int method = in.u8();
    if (method == 0) {
      return in.take(in.left());
    }
    int length = Math.toIntExact(in.bigEndian(method & 0x07));
    boolean raw = (method & 0x08) != 0;
    return inflate(in.take(in.left()), length, new Inflater(raw));
  }

  private static byte[] inflate(byte[] data, int length, Inflater inflater) {
    try {
      inflater.setInput(data);
      byte[] plain = new byte[length];
      int filled = 0;
      while (filled < length && !inflater.finished() && !inflater.needsInput()) {
        filled += inflater.inflate(plain, filled, length - filled);
      }
      return filled == length ? plain : Arrays.copyOf(plain, filled);
    } catch (DataFormatException e) {
      throw new IndexOutOfBoundsException("compressed data cannot be read");
    } finally {
      inflater.end();
    }
  }
}
