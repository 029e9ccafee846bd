// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.pgoutput;

import java.nio.charset.StandardCharsets;

/** Walks through one message, big-endian as the protocol is. Used by one thread, once. */
final class MessageReader {
  private final byte[] bytes;
  private int at;

  MessageReader(byte[] bytes) {
    this.bytes = bytes;
  }

  char letter() {
    return (char) bytes[at++];
  }

  int int8() {
    return bytes[at++] & 0xFF;
  }

  int int16() {
    return (int8() << 8) | int8();
  }

  int int32() {
    return (int16() << 16) | int16();
  }

  long int64() {
    return ((long) int32() << 32) | (int32() & 0xFFFFFFFFL);
  }

  String text() {
    int start = at;
    while (bytes[at] != 0) {
      at++;
    }
    String text = new String(bytes, start, at - start, StandardCharsets.UTF_8);
    at++;
    return text;
  }

  /** TupleData: which bytes belong to which column; nothing is copied. */
  Tuple tuple() {
    int columns = int16();
    int[] start = new int[columns];
    int[] length = new int[columns];
    for (int i = 0; i < columns; i++) {
      char kind = letter();
      switch (kind) {
        case 'n' -> length[i] = Tuple.NULL;
        case 'u' -> length[i] = Tuple.UNCHANGED;
        case 't' -> {
          length[i] = int32();
          start[i] = at;
          at += length[i];
        }
        default -> throw PgOutput.malformed("a column of kind '" + kind + "'");
      }
    }
    return Tuple.of(bytes, start, length);
  }
}
