// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes payloads for the backlog: no other version of Fram ever reads them, so there is no version
 * in them. Numbers take as many bytes as they need. Used by one thread, once.
 */
final class PayloadWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);

  /** Seven bits a byte, the lowest first. */
  void number(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  void text(String text) {
    blob(text.getBytes(StandardCharsets.UTF_8));
  }

  void blob(byte[] bytes) {
    number(bytes.length);
    out.write(bytes, 0, bytes.length);
  }

  void value(Value value) {
    switch (value) {
      case Value.Null n -> out.write(PayloadReader.NULL);
      case Value.Int v -> tagged(PayloadReader.INT, zigzag(v.signed()));
      case Value.Decimal v -> tagged(PayloadReader.DECIMAL, v.text());
      case Value.Real v -> tagged(PayloadReader.REAL, Double.doubleToRawLongBits(v.value()));
      case Value.Single v ->
          tagged(PayloadReader.SINGLE, Float.floatToRawIntBits(v.value()) & 0xFFFFFFFFL);
      case Value.Bytes v -> tagged(PayloadReader.BYTES, v.bytes());
      case Value.Json v -> tagged(PayloadReader.JSON, v.text());
      case Value.JsonExpression v -> tagged(PayloadReader.JSON_EXPRESSION, v.sql());
      case Value.Temporal v -> tagged(PayloadReader.TEMPORAL, v.text());
      case Value.Bits v -> tagged(PayloadReader.BITS, v.bytes());
      case Value.Ordinal v -> tagged(PayloadReader.ORDINAL, v.number());
      case Value.Year v -> tagged(PayloadReader.YEAR, v.year());
    }
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  private void tagged(int tag, long value) {
    out.write(tag);
    number(value);
  }

  private void tagged(int tag, String text) {
    out.write(tag);
    text(text);
  }

  private void tagged(int tag, byte[] bytes) {
    out.write(tag);
    blob(bytes);
  }

  private static long zigzag(long value) {
    return (value << 1) ^ (value >> 63);
  }
}
