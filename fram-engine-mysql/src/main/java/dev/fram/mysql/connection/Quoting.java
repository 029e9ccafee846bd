// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import dev.fram.api.model.TableId;
import java.util.Collection;
import java.util.HexFormat;
import java.util.stream.Collectors;

/**
 * The one place where names and constants become SQL text. Values are bound, not quoted, wherever
 * the server allows it.
 */
public final class Quoting {
  private Quoting() {}

  /** An identifier, always in backticks, whatever the session's sql_mode. */
  public static String identifier(String name) {
    return '`' + name.replace("`", "``") + '`';
  }

  /** {@code `database`.`name`}. */
  public static String table(TableId table) {
    return identifier(table.schema()) + "." + identifier(table.name());
  }

  /** Identifiers with commas between them. */
  public static String identifiers(Collection<String> names) {
    return names.stream().map(Quoting::identifier).collect(Collectors.joining(", "));
  }

  /**
   * A string constant for statements that take no parameters. Right under the fixed settings of
   * {@link Connector}'s sessions, where a backslash escapes.
   */
  public static String literal(String value) {
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
  }

  /** A byte string's constant: the same bytes in every sql_mode and character set. */
  public static String hex(byte[] bytes) {
    return "x'" + HexFormat.of().formatHex(bytes) + "'";
  }
}
