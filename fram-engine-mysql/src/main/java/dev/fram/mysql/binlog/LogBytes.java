// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks through the bytes of one event, little-endian as the log is unless said otherwise. Used by
 * one thread, once. Reading past the end means a format this version does not know; it is said by
 * {@link IndexOutOfBoundsException}, which the feed turns into FEED_INVALID.
 */
final class LogBytes {
  private final byte[] bytes;
  private final int end;
  private int at;

  LogBytes(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  LogBytes(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  int left() {
    return end - at;
  }

  int at() {
    return at;
  }

  void skip(int count) {
    at += require(count);
  }

  int u8() {
    require(1);
    return bytes[at++] & 0xFF;
  }

  int u16() {
    return (int) unsigned(2);
  }

  int u24() {
    return (int) unsigned(3);
  }

  long u32() {
    return unsigned(4);
  }

  long u48() {
    return unsigned(6);
  }

  long i64() {
    return unsigned(8);
  }

  /** So many bytes, the lowest first. */
  long unsigned(int count) {
    require(count);
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (bytes[at++] & 0xFFL) << (8 * i);
    }
    return value;
  }

  /** So many bytes, the lowest first, the highest bit being the sign. */
  long signed(int count) {
    int shift = 64 - 8 * count;
    return unsigned(count) << shift >> shift;
  }

  /** So many bytes, the highest first. */
  long bigEndian(int count) {
    require(count);
    long value = 0;
    for (int i = 0; i < count; i++) {
      value = value << 8 | (bytes[at++] & 0xFF);
    }
    return value;
  }

  /** A length-encoded integer (the protocol's "Integer Types"). */
  long packed() {
    int first = u8();
    return switch (first) {
      case 0xFC -> unsigned(2);
      case 0xFD -> unsigned(3);
      case 0xFE -> unsigned(8);
      default -> first;
    };
  }

  int packedCount() {
    return Math.toIntExact(packed());
  }

  byte[] take(int count) {
    at += require(count);
    return Arrays.copyOfRange(bytes, at - count, at);
  }

  String text(int count) {
    at += require(count);
    return new String(bytes, at - count, count, StandardCharsets.UTF_8);
  }

  String zeroTerminated() {
    int start = at;
    while (u8() != 0) {}
    return new String(bytes, start, at - 1 - start, StandardCharsets.UTF_8);
  }

  String rest() {
    return text(left());
  }

  /** The next so many bytes as a reader of their own. */
  LogBytes part(int count) {
    at += require(count);
    return new LogBytes(bytes, at - count, at);
  }

  /** A bit for each of so many columns, the first in the lowest bit. */
  boolean[] bits(int count) {
    byte[] packed = take((count + 7) / 8);
    boolean[] bits = new boolean[count];
    for (int i = 0; i < count; i++) {
      bits[i] = (packed[i / 8] >> (i % 8) & 1) != 0;
    }
    return bits;
  }

  private int require(int count) {
    if (count < 0 || count > end - at) {
      throw new IndexOutOfBoundsException(count + " bytes wanted, " + (end - at) + " left");
    }
    return count;
  }
}
