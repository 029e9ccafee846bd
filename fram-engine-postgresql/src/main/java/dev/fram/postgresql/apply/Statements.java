// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.postgresql.connection.Quoting;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The statements that write one table. Each takes one parameter a column, an array with a value for
 * each row, so that one statement does for any number of rows. Stateless text; the parameters'
 * order is said with each.
 */
final class Statements {
  private final Layout layout;
  private final ValueForm form;
  private final String table;

  Statements(Layout layout, ValueForm form) {
    this.layout = layout;
    this.form = form;
    this.table = layout.target().inStatement();
  }

  /** Rows go in as text; COPY takes values for identity columns as they are. */
  String copy() {
    return "COPY "
        + Quoting.table(layout.table())
        + " ("
        + names(layout.written())
        + ") FROM STDIN"
        + (form == ValueForm.BYTES ? " (ENCODING 'SQL_ASCII')" : "");
  }

  /** Parameters: the key. */
  String delete() {
    return "DELETE FROM " + table + " AS t USING " + rows("k", layout.key()) + " WHERE " + byKey();
  }

  /** Whether rows are there. Parameters: the key. */
  String count() {
    return "SELECT count(*) FROM "
        + table
        + " AS t, "
        + rows("k", layout.key())
        + " WHERE "
        + byKey();
  }

  /** Parameters: the old key, then the columns that are set. */
  String update(List<Integer> set) {
    return "UPDATE "
        + table
        + " AS t SET "
        + set.stream()
            .map(i -> layout.column(i).quoted() + " = " + layout.column(i).value("v.c" + i))
            .collect(Collectors.joining(", "))
        + " FROM "
        + keyAndRows(set)
        + " WHERE "
        + byKey();
  }

  /**
   * Takes rows out and puts their final state in, all of them out before the first goes in: the
   * sort has to have seen every deleted row before it gives the first one away. Holes are filled
   * from the row that was taken out. Parameters: the old key, all written columns, then for each
   * row its place and a text with 1 for each written column that is sent and 0 for a hole.
   */
  String replace() {
    List<Integer> written = layout.written();
    String old =
        written.stream()
            .map(i -> "t." + layout.column(i).quoted() + " AS o" + i)
            .collect(Collectors.joining(", "));
    String finals =
        IntStream.range(0, written.size())
            .mapToObj(n -> finalValue(n, written.get(n)))
            .collect(Collectors.joining(", "));
    return "WITH d AS (DELETE FROM "
        + table
        + " AS t USING unnest("
        + parameters(layout.key())
        + ", "
        + parameters(written)
        + ", ?::int8[], ?::text[]) AS v ("
        + aliases("k", layout.key())
        + ", "
        + aliases("c", written)
        + ", place, mask) WHERE "
        + byKey()
        + " RETURNING v.*, "
        + old
        + ") INSERT INTO "
        + Quoting.table(layout.table())
        + " ("
        + names(written)
        + ") OVERRIDING SYSTEM VALUE SELECT "
        + finals
        + " FROM d ORDER BY place";
  }

  /**
   * Deletes one of the rows that are equal to a whole old row. Parameters: all written columns, as
   * text.
   */
  String deleteOne() {
    return "DELETE FROM " + table + " AS t WHERE ctid = " + oneRow();
  }

  /** Parameters: the columns that are set, then all written columns, as text. */
  String updateOne(List<Integer> set) {
    return "UPDATE "
        + table
        + " AS t SET "
        + set.stream()
            .map(i -> layout.column(i).quoted() + " = " + layout.column(i).value("v.c" + i))
            .collect(Collectors.joining(", "))
        + " FROM "
        + rows("c", set)
        + " WHERE t.ctid = "
        + oneRow();
  }

  private String finalValue(int n, int column) {
    return "CASE WHEN substr(mask, "
        + (n + 1)
        + ", 1) = '1' THEN "
        + layout.column(column).value("c" + column)
        + " ELSE o"
        + column
        + " END";
  }

  /**
   * Compares what the output functions print, which is what the source sent: many types have no
   * equality (json, xml, point), and others call different values equal. concat() is the plain way
   * to an output function (a cast to text is not: inet, boolean, char), num_nulls() the one way to
   * see a NULL that does not look into a composite value.
   */
  private String oneRow() {
    List<Integer> written = layout.written();
    return "(SELECT m.ctid FROM "
        + table
        + " AS m, unnest("
        + written.stream().map(i -> form.parameter("text[]")).collect(Collectors.joining(", "))
        + ") AS w ("
        + aliases("w", written)
        + ") WHERE "
        + written.stream()
            .map(i -> samePrinted("m." + layout.column(i).quoted(), "w.w" + i))
            .collect(Collectors.joining(" AND "))
        + " LIMIT 1)";
  }

  private static String samePrinted(String column, String text) {
    return "CASE WHEN num_nulls("
        + column
        + ") = 1 THEN "
        + text
        + " IS NULL ELSE concat("
        + column
        + ") = "
        + text
        + " END";
  }

  private String byKey() {
    return IntStream.range(0, layout.key().size())
        .mapToObj(this::sameKey)
        .collect(Collectors.joining(" AND "));
  }

  private String sameKey(int n) {
    int column = layout.key().get(n);
    TargetColumn target = layout.column(column);
    String name = "t." + target.quoted();
    String value = target.value("v.k" + column);
    return layout
        .operators()
        .map(all -> name + " " + all.get(n) + " " + value)
        // No index on the target to tell the operator: slow, but as exact as the text is.
        .orElseGet(() -> "concat(" + name + ") = concat(" + value + ")");
  }

  private String keyAndRows(List<Integer> columns) {
    return "unnest("
        + parameters(layout.key())
        + ", "
        + parameters(columns)
        + ") AS v ("
        + aliases("k", layout.key())
        + ", "
        + aliases("c", columns)
        + ")";
  }

  private String rows(String prefix, List<Integer> columns) {
    return "unnest(" + parameters(columns) + ") AS v (" + aliases(prefix, columns) + ")";
  }

  private String parameters(List<Integer> columns) {
    return columns.stream()
        .map(i -> form.parameter(layout.column(i).parameterType()))
        .collect(Collectors.joining(", "));
  }

  private static String aliases(String prefix, List<Integer> columns) {
    return columns.stream().map(i -> prefix + i).collect(Collectors.joining(", "));
  }

  private String names(List<Integer> columns) {
    return columns.stream().map(i -> layout.column(i).quoted()).collect(Collectors.joining(", "));
  }
}
