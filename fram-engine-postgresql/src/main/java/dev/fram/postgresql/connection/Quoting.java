// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.connection;

import dev.fram.api.model.TableId;

/**
 * The one place where names and constants become SQL text. Values are bound, not quoted, wherever
 * the server allows it.
 */
public final class Quoting {
  private Quoting() {}

  /** An identifier, always in double quotes (manual 4.1.1). */
  public static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** {@code "schema"."name"}. */
  public static String table(TableId table) {
    return identifier(table.schema()) + "." + identifier(table.name());
  }

  /** A string constant for statements that take no parameters (DDL, replication commands). */
  public static String literal(String value) {
    String quoted = "'" + value.replace("'", "''") + "'";
    // With a backslash the meaning would depend on standard_conforming_strings: E'' does not.
    return value.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
  }
}
