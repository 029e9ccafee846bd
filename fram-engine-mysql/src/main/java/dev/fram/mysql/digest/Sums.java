// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import java.math.BigInteger;
import java.util.Optional;

/**
 * Sums of rows' digests, both in one exact decimal number of the server's: the upper halves' in
 * units of 2^96, the lower halves' below. So 2^32 rows have room before the one runs into the other
 * (which would still be the same on both servers), and 65 digits are enough.
 *
 * @param high sum of the upper halves, modulo 2^64
 * @param low sum of the lower halves, modulo 2^64
 * @param without how many rows have no digest, at least
 */
record Sums(long high, long low, long without) {
  static final BigInteger UNIT = BigInteger.TWO.pow(96);

  /** What a row without a digest adds: more than all others together. */
  static final BigInteger NONE = BigInteger.TEN.pow(60);

  /**
   * @param asked what the server made of {@link RowText#sums}; empty for no rows
   */
  static Sums read(Optional<String> asked) {
    BigInteger total = asked.map(BigInteger::new).orElse(BigInteger.ZERO);
    return new Sums(
        total.divide(UNIT).longValue(),
        total.mod(UNIT).longValue(),
        total.divide(NONE).longValue());
  }
}
