// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.pgoutput;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The values of one row as the server printed them, by the relation's column number. A value is
 * NULL, or text, or a hole: a column kept out of line that did not change is not sent (ALGORITHMS
 * A4). Holds references into the messages it came from; immutable.
 */
public final class Tuple {
  static final int NULL = -1;
  static final int UNCHANGED = -2;

  private final byte[][] data;
  private final int[] start;
  private final int[] length;

  private Tuple(byte[][] data, int[] start, int[] length) {
    this.data = data;
    this.start = start;
    this.length = length;
  }

  static Tuple of(byte[] message, int[] start, int[] length) {
    byte[][] data = new byte[start.length][];
    Arrays.fill(data, message);
    return new Tuple(data, start, length);
  }

  public int columns() {
    return length.length;
  }

  public boolean isNull(int column) {
    return length[column] == NULL;
  }

  /** Whether the value was not sent because it did not change. */
  public boolean isHole(int column) {
    return length[column] == UNCHANGED;
  }

  public boolean hasHoles() {
    for (int each : length) {
      if (each == UNCHANGED) {
        return true;
      }
    }
    return false;
  }

  /** The value's text. Only for a column that is neither NULL nor a hole. */
  public String text(int column) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(data[column], start[column], length[column]))
          .toString();
    } catch (CharacterCodingException e) {
      throw new FramException(
          ErrorCode.UNSUPPORTED,
          "A changed row holds text that is not valid UTF-8 (column number " + (column + 1) + ").",
          "Report this: only a database in SQL_ASCII can hold such text, and no key may be made of it.",
          e);
    }
  }

  /** The value's bytes, one to a character: equal strings are equal bytes. */
  public String rawText(int column) {
    return new String(
        data[column], start[column], Math.max(0, length[column]), StandardCharsets.ISO_8859_1);
  }

  /** Where the value's bytes are, for writing them on without a copy. */
  public ByteBuffer bytes(int column) {
    return ByteBuffer.wrap(data[column], start[column], length[column]);
  }

  /** Estimated size of the values, in bytes. */
  public int size() {
    int sum = 0;
    for (int each : length) {
      sum += Math.max(0, each) + 4;
    }
    return sum;
  }

  /** This row with its holes in {@code columns} filled from {@code older} (which may have some). */
  public Tuple filledFrom(Tuple older, int[] columns) {
    boolean needed = false;
    for (int column : columns) {
      needed |= length[column] == UNCHANGED;
    }
    if (!needed) {
      return this;
    }
    byte[][] mergedData = data.clone();
    int[] mergedStart = start.clone();
    int[] mergedLength = length.clone();
    for (int column : columns) {
      if (length[column] == UNCHANGED) {
        mergedData[column] = older.data[column];
        mergedStart[column] = older.start[column];
        mergedLength[column] = older.length[column];
      }
    }
    return new Tuple(mergedData, mergedStart, mergedLength);
  }
}
