// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.model;

import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Names one migration everywhere: journal, log lines, slot, publication. Eight lower-case hex
 * digits, so that it is legal inside every identifier of every product.
 */
public record MigrationId(String value) {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{8}");

  public MigrationId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("a migration id is eight hex digits, not: " + value);
    }
  }

  /** A new id from the given source of randomness. */
  public static MigrationId random(RandomGenerator random) {
    return new MigrationId(String.format(Locale.ROOT, "%08x", random.nextInt()));
  }

  @Override
  public String toString() {
    return value;
  }
}
