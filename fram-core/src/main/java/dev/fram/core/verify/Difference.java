// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.model.TableId;
import java.util.List;

/**
 * A row that is not the same on both servers.
 *
 * @param key its key in the engine's notation, or its digest where the table has no key
 * @param columns which columns differ, with both values where they may be shown; empty for rows
 *     that are missing or extra
 */
public record Difference(TableId table, String key, Kind kind, List<String> columns) {
  static final String WHOLE_ROW = "row ";

  /** Whether the table has no key, so that the row is named by its digest. */
  boolean withoutKey() {
    return key.startsWith(WHOLE_ROW);
  }

  /** For people. */
  String sentence() {
    String row = table + " " + key + ": ";
    return switch (kind) {
      case MISSING -> row + "missing on the target";
      case EXTRA -> row + "only on the target";
      case DIFFERENT -> row + "different in " + String.join(", ", columns);
    };
  }

  /** What is wrong with it, seen from the target. */
  public enum Kind {
    MISSING,
    EXTRA,
    DIFFERENT
  }
}
