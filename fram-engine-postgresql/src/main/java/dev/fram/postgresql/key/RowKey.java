// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.key;

import dev.fram.postgresql.connection.Quoting;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The columns by which the rows of a table are told apart in a comparison, and how a key is
 * written: what the output functions print, as it is for one column; for several with a comma
 * between, and a backslash before a comma or backslash within. SQL and the feed lead to the same
 * text, because all sessions have the same settings. Immutable.
 *
 * @param columns sorted by name, because a table may have been made with another order; none when
 *     nothing but the whole row names a row
 */
public record RowKey(List<String> columns) {
  /** Of a table whose rows are told apart as a whole. */
  public static final RowKey NONE = new RowKey(List.of());

  private static final char COMMA = ',';
  private static final char BACKSLASH = '\\';

  public RowKey {
    columns = columns.stream().sorted().toList();
  }

  public boolean none() {
    return columns.isEmpty();
  }

  /** A key's text. */
  public String text(List<String> values) {
    if (values.size() == 1) {
      return values.getFirst();
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      if (i > 0) {
        text.append(COMMA);
      }
      append(text, values.get(i));
    }
    return text.toString();
  }

  /** The values of which {@link #text} made it, in the order of the columns. */
  public List<String> values(String text) {
    if (columns.size() == 1) {
      return List.of(text);
    }
    List<String> values = new ArrayList<>();
    StringBuilder value = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == COMMA) {
        values.add(value.toString());
        value.setLength(0);
      } else {
        boolean escape = c == BACKSLASH && i + 1 < text.length();
        value.append(escape ? text.charAt(++i) : c);
      }
    }
    values.add(value.toString());
    return values;
  }

  /** A key's text in SQL. Not for a table that has none. */
  public String sql(String alias) {
    if (columns.size() == 1) {
      return printed(alias, columns.getFirst());
    }
    return columns.stream()
        .map(column -> escaped(printed(alias, column)))
        .collect(Collectors.joining(" || ',' || ", "(", ")"));
  }

  /** concat() is the plain way to an output function; a cast to text is not (inet, boolean). */
  public static String printed(String alias, String column) {
    return "concat(" + alias + "." + Quoting.identifier(column) + ")";
  }

  private static String escaped(String text) {
    String backslash = Quoting.literal("\\");
    return "replace(replace("
        + text
        + ", "
        + backslash
        + ", "
        + Quoting.literal("\\\\")
        + "), ',', "
        + Quoting.literal("\\,")
        + ")";
  }

  private static void append(StringBuilder text, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == COMMA || c == BACKSLASH) {
        text.append(BACKSLASH);
      }
      text.append(c);
    }
  }
}
