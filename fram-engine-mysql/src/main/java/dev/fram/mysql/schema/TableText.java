// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What SHOW CREATE TABLE printed, cut into its pieces and joined again. Text rather than
 * information_schema: a property that Fram has never heard of comes along by itself.
 *
 * @param head up to and with the first parenthesis
 * @param parts columns, keys, constraints
 * @param tail from the closing parenthesis: options, partitions
 */
record TableText(String head, List<TablePart> parts, String tail) {
  private static final Pattern TABLE_COLLATION = Pattern.compile(" COLLATE=(\\w+)");

  TableText {
    parts = List.copyOf(parts);
  }

  static TableText parse(String create) {
    String outside = SqlText.outside(create);
    int open = outside.indexOf('(');
    int close = SqlText.closing(outside, open);
    return new TableText(
        create.substring(0, open + 1),
        SqlText.pieces(create.substring(open + 1, close)).stream().map(TablePart::parse).toList(),
        create.substring(close));
  }

  TableText with(List<TablePart> kept) {
    return new TableText(head, kept, tail);
  }

  TableText withTail(String newTail) {
    return new TableText(head, parts, newTail);
  }

  /**
   * Without the collations that columns only have from the table. MySQL keeps whether a column's
   * was given, and prints it without its character set when it was not: written out it would be.
   */
  TableText withInheritedCollations() {
    Matcher option = TABLE_COLLATION.matcher(SqlText.outside(tail));
    if (!option.find()) {
      return this;
    }
    String inherited = option.group(1);
    return with(parts.stream().map(part -> part.withoutCollation(inherited)).toList());
  }

  List<TablePart> of(TablePart.Kind kind) {
    return parts.stream().filter(part -> part.kind() == kind).toList();
  }

  /** As the server prints it. */
  String sql() {
    return head
        + "\n  "
        + String.join(",\n  ", parts.stream().map(TablePart::text).toList())
        + "\n"
        + tail;
  }
}
