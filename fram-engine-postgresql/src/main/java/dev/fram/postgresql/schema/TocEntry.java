// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of an archive's table of contents, as {@code pg_restore -l} prints it: {@code 215; 1259
 * 16386 TABLE public orders shop}. Names in it are for people only (they may hold blanks): objects
 * are told apart by the source's catalog and oid.
 *
 * @param dumpId the archive's own number
 * @param catalog oid of the system catalog the object is in; 0 for entries that belong to another
 * @param oid the object's oid on the source
 * @param type the entry's type
 * @param label schema, name and owner, as printed
 */
record TocEntry(int dumpId, long catalog, long oid, String type, String label) {
  private static final Pattern LINE = Pattern.compile("^(\\d+); (\\d+) (\\d+) (.*)$");

  /** Longer ones first: {@code INDEX ATTACH} is not an {@code INDEX} named ATTACH. */
  private static final List<String> TYPES =
      List.of(
          "TEXT SEARCH CONFIGURATION",
          "TEXT SEARCH DICTIONARY",
          "PUBLICATION TABLES IN SCHEMA",
          "MATERIALIZED VIEW DATA",
          "FOREIGN DATA WRAPPER",
          "PROCEDURAL LANGUAGE",
          "TEXT SEARCH TEMPLATE",
          "DATABASE PROPERTIES",
          "TEXT SEARCH PARSER",
          "STATISTICS DATA",
          "SEQUENCE OWNED BY",
          "SUBSCRIPTION TABLE",
          "PUBLICATION TABLE",
          "MATERIALIZED VIEW",
          "CHECK CONSTRAINT",
          "OPERATOR FAMILY",
          "OPERATOR CLASS",
          "SECURITY LABEL",
          "FK CONSTRAINT",
          "EVENT TRIGGER",
          "ACCESS METHOD",
          "FOREIGN TABLE",
          "LARGE OBJECTS",
          "SEQUENCE SET",
          "BLOB METADATA",
          "TABLE ATTACH",
          "INDEX ATTACH",
          "USER MAPPING",
          "ROW SECURITY",
          "DEFAULT ACL",
          "SUBSCRIPTION",
          "PUBLICATION",
          "SHELL TYPE",
          "TABLE DATA",
          "STATISTICS",
          "CONSTRAINT",
          "CONVERSION",
          "COLLATION",
          "TRANSFORM",
          "AGGREGATE",
          "PROCEDURE",
          "EXTENSION",
          "STDSTRINGS",
          "SEARCHPATH",
          "OPERATOR",
          "SEQUENCE",
          "FUNCTION",
          "ENCODING",
          "DATABASE",
          "COMMENT",
          "TRIGGER",
          "DEFAULT",
          "DOMAIN",
          "POLICY",
          "SCHEMA",
          "SERVER",
          "TABLE",
          "INDEX",
          "BLOBS",
          "BLOB",
          "TYPE",
          "CAST",
          "VIEW",
          "RULE",
          "ACL");

  /** Reads a line; empty for comments. */
  static Optional<TocEntry> parse(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String rest = matcher.group(4);
    String type =
        TYPES.stream()
            .filter(known -> rest.startsWith(known + " "))
            .findFirst()
            // A type of a later release: one word, and handled like any object of its section.
            .orElseGet(() -> rest.substring(0, Math.max(0, rest.indexOf(' '))));
    return Optional.of(
        new TocEntry(
            Integer.parseInt(matcher.group(1)),
            Long.parseLong(matcher.group(2)),
            Long.parseLong(matcher.group(3)),
            type,
            rest.substring(type.length()).strip()));
  }

  /** What {@code pg_restore -L} needs to see; the rest of a line is a comment to it. */
  String listLine() {
    return dumpId + ";";
  }

  /** For people: {@code INDEX public orders_pkey}. */
  String display() {
    return type + " " + label;
  }
}
