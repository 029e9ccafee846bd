// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.probe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The content of the scratch table: a number, a key in no order, and text that does not compress.
 * Stateless.
 */
public final class ScratchRows {
  /** Most bytes of a row: what every server keeps in one page, without setting it aside. */
  public static final int MOST_BYTES = 1_500;

  /** Fewest. */
  public static final int FEWEST_BYTES = 48;

  private static final int BLOCK = 1 << 16;
  private static final byte[] LETTERS = letters(BLOCK + MOST_BYTES);

  private ScratchRows() {}

  /** A number's key: never the same for two, and in no order. */
  public static long key(long number) {
    // The end of splitmix64, which is a bijection.
    long z = number + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Text for a row. */
  public static String filler(long number, int bytes) {
    int start = (int) Math.floorMod(key(number), (long) BLOCK);
    return new String(LETTERS, start, bytes, StandardCharsets.US_ASCII);
  }

  /** The letters left for the text of a row of so many bytes. */
  public static int fillerBytes(int rowBytes) {
    return Math.max(FEWEST_BYTES, Math.min(MOST_BYTES, rowBytes)) - FEWEST_BYTES + 8;
  }

  /** Rows as lines: number, key and text with tabs between, as every server's bulk load reads. */
  public static byte[] lines(long first, int rows, int rowBytes) {
    int filler = fillerBytes(rowBytes);
    byte[] lines = new byte[rows * (filler + 44)];
    int end = 0;
    for (long number = first; number < first + rows; number++) {
      byte[] head = (number + "\t" + key(number) + "\t").getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(head, 0, lines, end, head.length);
      end += head.length;
      int start = (int) Math.floorMod(key(number), (long) BLOCK);
      System.arraycopy(LETTERS, start, lines, end, filler);
      end += filler;
      lines[end++] = '\n';
    }
    return Arrays.copyOf(lines, end);
  }

  /** A long text without a pattern. */
  public static String noise(int bytes) {
    return new String(letters(bytes), StandardCharsets.US_ASCII);
  }

  private static byte[] letters(int bytes) {
    SplittableRandom random = new SplittableRandom(1);
    byte[] letters = new byte[bytes];
    for (int i = 0; i < letters.length; i++) {
      letters[i] = (byte) ('a' + random.nextInt(26));
    }
    return letters;
  }
}
