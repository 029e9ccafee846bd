// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.schema.SourceFacts.ForeignKey;
import dev.fram.postgresql.schema.SourceFacts.Named;
import dev.fram.postgresql.schema.SourceFacts.Part;
import dev.fram.postgresql.schema.SourceFacts.PartKind;
import dev.fram.postgresql.schema.SourceFacts.Relation;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads {@link SourceFacts} in the caller's transaction. */
final class SourceCatalog {
  private static final String OWN =
      " n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'fram') ";

  private static final String RELATIONS =
      "SELECT c.oid, n.nspname, c.relname, c.relkind, c.relispopulated,"
          + " (SELECT d.refobjid FROM pg_depend d WHERE d.classid = 'pg_class'::regclass"
          + "   AND d.objid = c.oid AND d.deptype IN ('a', 'i') AND c.relkind = 'S'"
          + "   AND d.refclassid = 'pg_class'::regclass LIMIT 1) AS owner"
          + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't' AND"
          + OWN
          + " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass"
          + "   AND d.objid = c.oid AND d.deptype = 'e')"
          + " ORDER BY 2, 3";

  /** Which view reads which relation (views and materialized views have a rule of their own). */
  private static final String VIEW_READS =
      "SELECT DISTINCT r.ev_class, d.refobjid FROM pg_rewrite r"
          + " JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid"
          + " AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class"
          + " JOIN pg_class c ON c.oid = r.ev_class AND c.relkind IN ('v', 'm')";

  private static final String PARTS =
      "WITH own AS (SELECT c.oid, n.nspname, c.relname FROM pg_class c"
          + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE"
          + OWN
          + ")"
          + " SELECT 'INDEX' AS kind, i.indexrelid AS oid, own.nspname, own.relname,"
          + "  x.relname AS name FROM pg_index i"
          + "  JOIN own ON own.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid"
          + " UNION ALL SELECT 'CONSTRAINT', o.oid, own.nspname, own.relname, o.conname"
          + "  FROM pg_constraint o JOIN own ON own.oid = o.conrelid"
          + " UNION ALL SELECT CASE WHEN t.tgparentid = 0 THEN 'TRIGGER'"
          + "   ELSE 'INHERITED_TRIGGER' END, t.oid, own.nspname, own.relname, t.tgname"
          + "  FROM pg_trigger t JOIN own ON own.oid = t.tgrelid"
          + "  JOIN pg_proc f ON f.oid = t.tgfoid"
          + "  WHERE NOT t.tgisinternal AND f.pronamespace <>"
          + "   COALESCE((SELECT oid FROM pg_namespace WHERE nspname = 'fram'), 0)"
          + " UNION ALL SELECT 'RULE', r.oid, own.nspname, own.relname, r.rulename"
          + "  FROM pg_rewrite r JOIN own ON own.oid = r.ev_class"
          + " UNION ALL SELECT 'POLICY', p.oid, own.nspname, own.relname, p.polname"
          + "  FROM pg_policy p JOIN own ON own.oid = p.polrelid";

  private static final String FOREIGN_KEYS =
      "SELECT o.oid, n.nspname, c.relname, o.conname, pg_get_constraintdef(o.oid),"
          + " o.convalidated, c.relkind = 'p', o.confrelid"
          + " FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid"
          + " JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE o.contype = 'f' AND o.conparentid = 0 AND"
          + OWN;

  private static final String SCHEMAS =
      "SELECT n.oid, n.nspname FROM pg_namespace n WHERE" + OWN + "ORDER BY 2";

  private static final String EVENT_TRIGGERS =
      "SELECT oid, evtname FROM pg_event_trigger WHERE NOT starts_with(evtname, 'fram_')"
          + " ORDER BY 2";

  private SourceCatalog() {}

  static SourceFacts read(Connection connection, Scope scope) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      List<Relation> all = new ArrayList<>();
      Map<Long, Long> sequenceOwners = new HashMap<>();
      try (ResultSet rows = statement.executeQuery(RELATIONS)) {
        while (rows.next()) {
          all.add(
              new Relation(
                  rows.getLong(1),
                  rows.getString(2),
                  rows.getString(3),
                  rows.getString(4),
                  rows.getBoolean(5)));
          long owner = rows.getLong(6);
          if (!rows.wasNull()) {
            sequenceOwners.put(rows.getLong(1), owner);
          }
        }
      }
      Set<Long> out = leftOut(statement, all, sequenceOwners, scope);
      return new SourceFacts(
          all.stream().filter(relation -> !out.contains(relation.oid())).toList(),
          parts(statement),
          foreignKeys(statement, out),
          named(statement, SCHEMAS),
          named(statement, publications(connection)),
          named(statement, EVENT_TRIGGERS),
          all.stream().filter(relation -> out.contains(relation.oid())).toList());
    }
  }

  private static Set<Long> leftOut(
      Statement statement, List<Relation> all, Map<Long, Long> sequenceOwners, Scope scope)
      throws SQLException {
    Set<Long> out = new HashSet<>();
    for (Relation relation : all) {
      boolean table = "rpf".contains(relation.kind());
      if (table && !scope.covers(new TableId(relation.schema(), relation.name()))) {
        out.add(relation.oid());
      }
    }
    sequenceOwners.forEach((sequence, owner) -> {
      if (out.contains(owner)) {
        out.add(sequence);
      }
    });
    if (!out.isEmpty()) {
      addReaders(statement, out);
    }
    return out;
  }

  /** A view over a table that is not moved cannot be created: it stays behind with its table. */
  private static void addReaders(Statement statement, Set<Long> out) throws SQLException {
    List<long[]> reads = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(VIEW_READS)) {
      while (rows.next()) {
        reads.add(new long[] {rows.getLong(1), rows.getLong(2)});
      }
    }
    boolean grown = true;
    while (grown) {
      grown = false;
      for (long[] read : reads) {
        grown |= out.contains(read[1]) && out.add(read[0]);
      }
    }
  }

  private static List<Part> parts(Statement statement) throws SQLException {
    List<Part> parts = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(PARTS)) {
      while (rows.next()) {
        parts.add(
            new Part(
                PartKind.valueOf(rows.getString(1).toUpperCase(Locale.ROOT)),
                rows.getLong(2),
                rows.getString(3),
                rows.getString(4),
                rows.getString(5)));
      }
    }
    return parts;
  }

  private static List<ForeignKey> foreignKeys(Statement statement, Set<Long> out)
      throws SQLException {
    List<ForeignKey> keys = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(FOREIGN_KEYS)) {
      while (rows.next()) {
        if (!out.contains(rows.getLong(8))) {
          keys.add(
              new ForeignKey(
                  rows.getLong(1),
                  rows.getString(2),
                  rows.getString(3),
                  rows.getString(4),
                  rows.getString(5),
                  rows.getBoolean(6),
                  rows.getBoolean(7)));
        }
      }
    }
    return keys;
  }

  /** Publications with their members: a member's oid comes with its publication's name. */
  private static String publications(Connection connection) throws SQLException {
    String ofSchemas =
        connection.getMetaData().getDatabaseMajorVersion() < 15
            ? ""
            : " UNION ALL SELECT s.oid, p.pubname FROM pg_publication_namespace s"
                + " JOIN pg_publication p ON p.oid = s.pnpubid";
    return "SELECT x.oid, x.pubname FROM (SELECT oid, pubname FROM pg_publication"
        + " UNION ALL SELECT r.oid, p.pubname FROM pg_publication_rel r"
        + " JOIN pg_publication p ON p.oid = r.prpubid"
        + ofSchemas
        + ") x WHERE NOT starts_with(x.pubname, 'fram_') ORDER BY 2, 1";
  }

  private static List<Named> named(Statement statement, String query) throws SQLException {
    List<Named> found = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery(query)) {
      while (rows.next()) {
        found.add(new Named(rows.getLong(1), rows.getString(2)));
      }
    }
    return found;
  }
}
