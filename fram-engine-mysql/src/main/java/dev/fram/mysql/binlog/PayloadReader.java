// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link PayloadWriter} wrote. Used by one thread, once. */
final class PayloadReader {
  static final int NULL = 0;
  static final int INT = 1;
  static final int DECIMAL = 2;
  static final int REAL = 3;
  static final int SINGLE = 4;
  static final int BYTES = 5;
  static final int JSON = 6;
  static final int JSON_EXPRESSION = 7;
  static final int TEMPORAL = 8;
  static final int BITS = 9;
  static final int ORDINAL = 10;
  static final int YEAR = 11;

  private final byte[] bytes;
  private int at;

  PayloadReader(byte[] bytes) {
    this.bytes = bytes;
  }

  long number() {
    long value = 0;
    int shift = 0;
    byte next;
    do {
      next = bytes[at++];
      value |= (next & 0x7FL) << shift;
      shift += 7;
    } while (next < 0);
    return value;
  }

  int count() {
    return (int) number();
  }

  String text() {
    int length = count();
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  byte[] blob() {
    int length = count();
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  Value value() {
    int tag = bytes[at++];
    return switch (tag) {
      case NULL -> Value.Null.NULL;
      case INT -> new Value.Int(unzigzag(number()));
      case DECIMAL -> new Value.Decimal(text());
      case REAL -> new Value.Real(Double.longBitsToDouble(number()));
      case SINGLE -> new Value.Single(Float.intBitsToFloat((int) number()));
      case BYTES -> new Value.Bytes(blob());
      case JSON -> new Value.Json(text());
      case JSON_EXPRESSION -> new Value.JsonExpression(text());
      case TEMPORAL -> new Value.Temporal(text());
      case BITS -> new Value.Bits(blob());
      case ORDINAL -> new Value.Ordinal(number());
      case YEAR -> new Value.Year(count());
      default -> throw new IllegalArgumentException("a value of unknown kind " + tag);
    };
  }

  private static long unzigzag(long value) {
    return (value >>> 1) ^ -(value & 1);
  }
}
