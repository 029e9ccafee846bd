// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.model.TableId;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One piece between the parentheses of CREATE TABLE.
 *
 * @param kind what it is
 * @param name a key's or constraint's name; a column's; empty where it has none
 * @param text as the server printed it
 */
record TablePart(Kind kind, String name, String text) {
  private static final Pattern COLLATED =
      Pattern.compile("^(`\\.*` \\w+(?:\\([^()]*\\))?) COLLATE (\\w+)");

  /** What a piece is; whatever else there is stays in the table (columns, checks, periods). */
  enum Kind {
    COLUMN,
    PRIMARY,
    UNIQUE,
    INDEX,
    FULLTEXT,
    FOREIGN_KEY,
    OTHER;

    boolean secondary() {
      return this == UNIQUE || this == INDEX || this == FULLTEXT;
    }
  }

  static TablePart parse(String text) {
    String outside = SqlText.outside(text);
    Kind kind = kind(outside);
    int name = outside.indexOf('`');
    boolean named = kind != Kind.PRIMARY && kind != Kind.OTHER && name >= 0;
    return new TablePart(kind, named ? SqlText.identifier(text, name) : "", text);
  }

  private static Kind kind(String outside) {
    if (outside.startsWith("`")) {
      return Kind.COLUMN;
    }
    if (outside.startsWith("PRIMARY KEY")) {
      return Kind.PRIMARY;
    }
    if (outside.startsWith("UNIQUE KEY")) {
      return Kind.UNIQUE;
    }
    if (outside.startsWith("FULLTEXT KEY")) {
      return Kind.FULLTEXT;
    }
    if (outside.startsWith("KEY")
        || outside.startsWith("SPATIAL KEY")
        || outside.startsWith("VECTOR KEY")) {
      return Kind.INDEX;
    }
    boolean foreign = outside.startsWith("CONSTRAINT") && outside.contains("` FOREIGN KEY (");
    return foreign ? Kind.FOREIGN_KEY : Kind.OTHER;
  }

  /** Whether the words stand in it, outside quotes and as words of their own. */
  boolean says(String words) {
    return (SqlText.outside(text) + " ").contains(" " + words + " ");
  }

  /** A key's first column; empty for an expression. */
  Optional<String> firstColumn() {
    int open = afterName(SqlText.outside(text)).orElse(-1);
    return open >= 0 && text.startsWith("`", open + 1)
        ? Optional.of(SqlText.identifier(text, open + 1))
        : Optional.empty();
  }

  // The name itself may hold a parenthesis, but outside() has a filler there.
  private static Optional<Integer> afterName(String outside) {
    int open = outside.indexOf('(');
    return open < 0 ? Optional.empty() : Optional.of(open);
  }

  /** A unique key as an ordinary one of the same name. */
  TablePart notUnique() {
    return new TablePart(Kind.INDEX, name, text.substring("UNIQUE ".length()));
  }

  /** A column without this collation, when it stands right behind its type. */
  TablePart withoutCollation(String collation) {
    Matcher column = COLLATED.matcher(SqlText.outside(text));
    return column.find() && column.group(2).equals(collation)
        ? new TablePart(kind, name, SqlText.without(text, column.end(1), column.end(2)))
        : this;
  }

  /** The table that a foreign key points at. */
  TableId references(String database) {
    String outside = SqlText.outside(text);
    int first = outside.indexOf('`', outside.indexOf(" REFERENCES "));
    int after = SqlText.afterQuoted(text, first);
    String name = SqlText.identifier(text, first);
    return text.startsWith(".`", after)
        ? new TableId(name, SqlText.identifier(text, after + 1))
        : new TableId(database, name);
  }

  /** Whether the server itself may change the child's rows (ON DELETE or UPDATE). */
  boolean cascades() {
    String outside = SqlText.outside(text).toUpperCase(Locale.ROOT);
    String rules = outside.substring(outside.indexOf(" REFERENCES "));
    return rules.contains(" CASCADE")
        || rules.contains(" SET NULL")
        || rules.contains(" SET DEFAULT");
  }
}
