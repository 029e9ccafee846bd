// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import java.util.Optional;

/**
 * Which rows of a table are compared.
 *
 * @param where a condition in the servers' own SQL, as a person has written it; empty for every row
 * @param perMyriad of how many in ten thousand: chosen by a hash of the key, or of the whole row
 *     where the table has no key, the same on both servers
 */
public record Part(Optional<String> where, int perMyriad) {
  /** In {@code perMyriad}. */
  public static final int ALL = 10_000;

  /** All rows. */
  public static final Part WHOLE = new Part(Optional.empty(), ALL);

  public Part {
    if (perMyriad < 1 || perMyriad > ALL) {
      throw new IllegalArgumentException("of ten thousand: " + perMyriad);
    }
  }

  public boolean whole() {
    return where.isEmpty() && !sample();
  }

  /** Whether some rows are left out by chance. */
  public boolean sample() {
    return perMyriad < ALL;
  }
}
