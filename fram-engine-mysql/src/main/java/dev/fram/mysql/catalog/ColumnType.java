// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import java.util.Locale;
import java.util.Optional;

/**
 * A column's type.
 *
 * @param name the type's bare name in lower case: {@code bigint}, {@code varchar}
 * @param full with length, sign, members: {@code bigint unsigned}, {@code enum('a','b')}
 * @param charset the character set of a text column, an enum or a set
 * @param collation its collation
 */
public record ColumnType(
    String name, String full, Optional<String> charset, Optional<String> collation) {
  public boolean unsigned() {
    // Members of an enum may say anything.
    return !full.startsWith("enum(")
        && !full.startsWith("set(")
        && full.toLowerCase(Locale.ROOT).contains(" unsigned");
  }
}
