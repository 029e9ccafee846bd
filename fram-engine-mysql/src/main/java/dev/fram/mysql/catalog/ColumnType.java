// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
  private static final Pattern BINARY = Pattern.compile("^binary\\((\\d+)\\)");

  public boolean unsigned() {
    // Members of an enum may say anything.
    return !full.startsWith("enum(")
        && !full.startsWith("set(")
        && full.toLowerCase(Locale.ROOT).contains(" unsigned");
  }

  /** How wide an integer is. */
  public int integerBytes() {
    return switch (name) {
      case "tinyint" -> 1;
      case "smallint" -> 2;
      case "mediumint" -> 3;
      case "int", "integer" -> 4;
      default -> 8;
    };
  }

  /** Whether the server prints numbers with zeros in front. */
  public boolean zerofill() {
    return unsigned() && full.toLowerCase(Locale.ROOT).contains(" zerofill");
  }

  /** The length of a BINARY, which the log leaves zero bytes at the end of out of. */
  public OptionalInt binaryLength() {
    Matcher length = BINARY.matcher(full);
    return length.find() ? OptionalInt.of(Integer.parseInt(length.group(1))) : OptionalInt.empty();
  }
}
