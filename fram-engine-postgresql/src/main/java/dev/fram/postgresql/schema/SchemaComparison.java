// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.Scope;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares the source's schema with the archive that the target was made from, object by object, in
 * pg_dump's own words: functions, types, policies, defaults, constraints, grants, whatever there
 * is. Takes a new archive, so it is for the time before the gate closes.
 */
final class SchemaComparison {
  /** What pg_restore -v writes before each entry, with numbers of this archive alone. */
  private static final Pattern MARK = Pattern.compile("^-- TOC entry .*$", Pattern.MULTILINE);

  private static final Pattern NAME =
      Pattern.compile(
          "^-- Name: (.*); Type: ([^;]*); Schema: ([^;]*); Owner: .*$", Pattern.MULTILINE);

  /**
   * Numbers of other entries; the mark that CLUSTER leaves, which is no definition; and the replica
   * identity, which Fram itself sets for a while (the fingerprints watch over everybody else's).
   */
  private static final Pattern NOISE =
      Pattern.compile(
          "^(-- Completed on .*|-- Dependencies: .*|-- TOC entry .*|ALTER TABLE .* CLUSTER ON .*"
              + "|ALTER TABLE .* REPLICA IDENTITY .*)$\n*",
          Pattern.MULTILINE);

  private static final Pattern GUARD =
      Pattern.compile(
          "^CREATE TRIGGER fram_guard(_row)? .* EXECUTE FUNCTION fram\\.(handed_over\\w*|guard)\\(",
          Pattern.MULTILINE);

  private static final Pattern TAIL = Pattern.compile("(\\s|^--$)*\\z", Pattern.MULTILINE);

  private final Connector source;
  private final ClientTools tools;
  private final Scope scope;
  private final Set<SchemaOption> options;

  SchemaComparison(Connector source, ClientTools tools, Scope scope, Set<SchemaOption> options) {
    this.source = source;
    this.tools = tools;
    this.scope = scope;
    this.options = options;
  }

  /** One line an object that came, went or was altered, sorted. */
  List<String> differences(SchemaArchive then) {
    Map<String, String> before = objects(then.text());
    Map<String, String> after = objects(now().text());
    List<String> differences = new ArrayList<>();
    Set<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    for (String name : names) {
      if (!before.containsKey(name)) {
        differences.add(name + " is new");
      } else if (!after.containsKey(name)) {
        differences.add(name + " is gone");
      } else if (!before.get(name).equals(after.get(name))) {
        differences.add(name + " was altered");
      }
    }
    return differences;
  }

  private SchemaArchive now() {
    try (Connection connection = source.open("schema")) {
      connection.setAutoCommit(false);
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      String snapshot = Sql.text(connection, "SELECT pg_export_snapshot()");
      SourceFacts facts = SourceCatalog.read(connection, scope);
      byte[] archive =
          DumpCommand.run(
              tools,
              source.endpoint(),
              snapshot,
              options,
              facts.leftOut().stream().map(SourceFacts.Relation::id).toList());
      connection.rollback();
      return SchemaArchive.of(archive, tools, options);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "reading the schema");
    }
  }

  /**
   * Definitions by type and name; several of one name (overloads have their own) stand together.
   */
  static Map<String, String> objects(String whole) {
    int last = whole.lastIndexOf("-- PostgreSQL database dump complete");
    String script = last < 0 ? whole : whole.substring(0, last);
    Map<String, String> objects = new TreeMap<>();
    Matcher mark = MARK.matcher(script);
    int start = mark.find() ? mark.start() : script.length();
    while (start < script.length()) {
      int end = mark.find() ? mark.start() : script.length();
      String piece = script.substring(start, end);
      Matcher name = NAME.matcher(piece);
      if (name.find() && !own(name.group(2), name.group(1)) && !guard(name.group(2), piece)) {
        objects.merge(name(name), definition(piece), String::concat);
      }
      start = end;
    }
    return objects;
  }

  /** Without what stands before the next entry's mark, or at the end of the script. */
  private static String definition(String piece) {
    String told = TAIL.matcher(NOISE.matcher(piece).replaceAll("")).replaceAll("");
    // What was left out leaves its empty lines.
    return told.replaceAll("\n{2,}", "\n");
  }

  private static boolean own(String type, String name) {
    return type.equals("STATISTICS DATA")
        || (type.startsWith("PUBLICATION") && name.startsWith("fram_"))
        || (type.equals("COMMENT") && name.startsWith("PUBLICATION fram_"))
        || (type.equals("COMMENT") && name.startsWith("PUBLICATION \"fram_"));
  }

  /**
   * What closes the source at the hand-over, and what closed a target that came with a base backup.
   */
  private static boolean guard(String type, String piece) {
    return type.equals("TRIGGER") && GUARD.matcher(piece).find();
  }

  private static String name(Matcher name) {
    String schema = name.group(3).equals("-") ? "" : name.group(3) + ".";
    return name.group(2) + " " + schema + name.group(1);
  }
}
