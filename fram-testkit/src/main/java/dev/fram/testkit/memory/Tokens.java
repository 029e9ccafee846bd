// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.model.TableId;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;

/**
 * The unique column of tables that have {@code unique} in their name: what stands behind the {@code
 * #} of a value.
 */
final class Tokens {
  private Tokens() {}

  static boolean unique(TableId table) {
    return table.name().contains("unique");
  }

  static String of(String value) {
    return value.substring(value.indexOf('#') + 1);
  }

  static boolean duplicates(Map<Long, String> rows) {
    Set<String> seen = new HashSet<>();
    return rows.values().stream().anyMatch(value -> !seen.add(of(value)));
  }

  /** What a server does that replaces: whoever holds the same token has to go. */
  static void evict(NavigableMap<Long, String> rows, long key, String value) {
    rows.entrySet().removeIf(e -> e.getKey() != key && of(e.getValue()).equals(of(value)));
  }
}
