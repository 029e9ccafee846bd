// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import java.util.List;

/**
 * What SHOW CREATE TABLE printed, cut into its pieces and joined again. Text rather than
 * information_schema: a property that Fram has never heard of comes along by itself.
 *
 * @param head up to and with the first parenthesis
 * @param parts columns, keys, constraints
 * @param tail from the closing parenthesis: options, partitions
 */
record TableText(String head, List<TablePart> parts, String tail) {
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
