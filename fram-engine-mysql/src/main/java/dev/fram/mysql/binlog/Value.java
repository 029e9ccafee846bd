// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.util.Arrays;

/**
 * One cell of a row image, exactly as the log has it. What the log does not say (signedness,
 * character set, names of ENUM's members), the target's column of the same place says.
 *
 * <p>Byte arrays are not copied: nobody changes them.
 */
public sealed interface Value {

  /** SQL NULL. */
  enum Null implements Value {
    NULL
  }

  /**
   * TINYINT to BIGINT, sign-extended from the column's width as if it were signed. For an UNSIGNED
   * column take {@link #unsigned}.
   */
  record Int(long signed) implements Value {
    /**
     * The same bits in a column that is UNSIGNED.
     *
     * @param bytes the column's width: 1, 2, 3, 4 or 8
     */
    public String unsigned(int bytes) {
      return Long.toUnsignedString(bytes == 8 ? signed : signed & ((1L << (8 * bytes)) - 1));
    }
  }

  /** DECIMAL, in plain digits with all its decimals: {@code -0.50}. */
  record Decimal(String text) implements Value {}

  /** DOUBLE. */
  record Real(double value) implements Value {}

  /** FLOAT. */
  record Single(float value) implements Value {}

  /**
   * CHAR, VARCHAR, TEXT, BINARY, VARBINARY, BLOB, GEOMETRY (with its four bytes of SRID), VECTOR:
   * the column's own bytes in its own character set. The log strips CHAR's trailing blanks and
   * BINARY's trailing zero bytes: pad BINARY(n) before comparing.
   */
  @SuppressWarnings("ArrayRecordComponent") // see above; equality is by content
  record Bytes(byte[] bytes) implements Value {
    @Override
    public boolean equals(Object other) {
      return other instanceof Bytes theirs && Arrays.equals(theirs.bytes, bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return "Bytes[" + bytes.length + "]";
    }
  }

  /** A JSON document whose text says everything. */
  record Json(String text) implements Value {}

  /**
   * A JSON document with values that JSON's text has no form for (dates, decimals, bytes): an SQL
   * expression of type JSON that makes it, under a connection in utf8mb4.
   */
  record JsonExpression(String sql) implements Value {}

  /**
   * DATE, TIME, DATETIME, TIMESTAMP as the server prints them, with the column's fraction: {@code
   * 0000-00-00}, {@code -838:59:59.000000}. TIMESTAMP in UTC.
   */
  record Temporal(String text) implements Value {}

  /** BIT(n), big-endian, (n + 7) / 8 bytes. */
  @SuppressWarnings("ArrayRecordComponent") // see above
  record Bits(byte[] bytes) implements Value {
    @Override
    public boolean equals(Object other) {
      return other instanceof Bits theirs && Arrays.equals(theirs.bytes, bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /** ENUM's number (0 is the error value) or SET's bits. */
  record Ordinal(long number) implements Value {}

  /** YEAR; 0 is 0000. */
  record Year(int year) implements Value {}
}
