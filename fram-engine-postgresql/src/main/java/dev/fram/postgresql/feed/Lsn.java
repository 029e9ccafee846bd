// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import dev.fram.api.change.Position;
import java.util.Locale;

/**
 * A place in the write-ahead log, an unsigned 64-bit number, written {@code 16/B374D848} (manual
 * 8.20).
 */
public record Lsn(long value) implements Position, Comparable<Lsn> {

  /**
   * @throws IllegalArgumentException when the text is not an LSN
   */
  public static Lsn parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 1) {
      throw new IllegalArgumentException("not an LSN: " + text);
    }
    long high = Long.parseLong(text.substring(0, slash), 16);
    return new Lsn((high << 32) | Long.parseLong(text.substring(slash + 1), 16));
  }

  @Override
  public boolean covers(Position other) {
    return other instanceof Lsn lsn && compareTo(lsn) >= 0;
  }

  @Override
  public String text() {
    return String.format(Locale.ROOT, "%X/%X", value >>> 32, value & 0xFFFFFFFFL);
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return text();
  }
}
