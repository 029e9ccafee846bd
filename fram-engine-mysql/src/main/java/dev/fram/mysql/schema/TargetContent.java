// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a target holds already in the databases that are to arrive. Names are compared as the target
 * compares them (lower_case_table_names).
 */
public final class TargetContent {
  private static final int SHOWN = 5;

  private static final String OBJECTS =
      "SELECT CASE table_type WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN 'SEQUENCE'"
          + " ELSE 'TABLE' END, table_schema, table_name FROM information_schema.tables"
          + " UNION ALL SELECT routine_type, routine_schema, routine_name"
          + " FROM information_schema.routines"
          + " UNION ALL SELECT 'EVENT', event_schema, event_name FROM information_schema.events"
          + " ORDER BY 2, 3";

  private final List<Entry> entries;
  private final Set<String> keys = new HashSet<>();
  private final boolean folds;

  /**
   * @param kind its kind in SQL's words
   * @param id its name
   */
  private record Entry(String kind, TableId id) {}

  private TargetContent(List<Entry> entries, boolean folds) {
    this.entries = List.copyOf(entries);
    this.folds = folds;
    entries.forEach(entry -> keys.add(key(entry.kind(), entry.id())));
  }

  /** What the target's databases of these names hold. */
  public static TargetContent read(Connection connection, List<String> databases)
      throws SQLException {
    boolean folds = Sql.number(connection, "SELECT @@lower_case_table_names") != 0;
    Set<String> wanted = new HashSet<>();
    databases.forEach(name -> wanted.add(fold(name, folds)));
    List<Entry> found =
        Sql.list(
            connection,
            OBJECTS,
            row -> new Entry(row.getString(1), new TableId(row.getString(2), row.getString(3))));
    return new TargetContent(
        found.stream()
            .filter(entry -> !Catalog.RESERVED.contains(entry.id().schema()))
            .filter(entry -> wanted.contains(fold(entry.id().schema(), folds)))
            .toList(),
        folds);
  }

  public boolean empty() {
    return entries.isEmpty();
  }

  /** {@code 7 objects (table a.b, view a.c, ...)}. */
  public String summary() {
    String shown =
        String.join(", ", entries.stream().limit(SHOWN).map(TargetContent::display).toList())
            + (entries.size() > SHOWN ? ", ..." : "");
    return entries.size() + " objects (" + shown + ")";
  }

  private static String display(Entry entry) {
    return entry.kind().toLowerCase(Locale.ROOT) + " " + entry.id();
  }

  /** Whether an object of that kind and name is there; tables, views and sequences share names. */
  boolean holds(SchemaObject object) {
    return keys.contains(key(object.kind().words(), object.id()));
  }

  // Routines and events never distinguish case.
  private String key(String kind, TableId id) {
    String what = relation(kind);
    String name =
        what.equals("RELATION") ? fold(id.name(), folds) : id.name().toLowerCase(Locale.ROOT);
    return what + "\n" + fold(id.schema(), folds) + "\n" + name;
  }

  private static String relation(String kind) {
    return Set.of("TABLE", "VIEW", "SEQUENCE").contains(kind) ? "RELATION" : kind;
  }

  private static String fold(String name, boolean folds) {
    return folds ? name.toLowerCase(Locale.ROOT) : name;
  }

  /** Throws when the target is not what the user said it would be. */
  void require(Allowance allowance, List<SchemaObject> arriving, String server) {
    if (empty()) {
      return;
    }
    if (allowance == Allowance.EMPTY) {
      throw new FramException(
          ErrorCode.TARGET_NOT_EMPTY,
          server + ": the databases in scope are not empty: " + summary() + ".",
          "Drop them there or name another server, or allow it with --allow-nonempty-target when"
              + " none of these is in the migration's scope.");
    }
    List<SchemaObject> taken =
        arriving.stream()
            .filter(object -> object.kind() != Kind.DATABASE && holds(object))
            .toList();
    if (!taken.isEmpty()) {
      throw new FramException(
          ErrorCode.TARGET_NOT_EMPTY,
          server
              + ": "
              + taken.size()
              + " objects of the source exist there already, the first is "
              + taken.getFirst()
              + ".",
          "Drop or rename them on the target, or leave them out with --exclude.");
    }
  }

  /** What a target may hold. */
  enum Allowance {
    EMPTY,
    OTHER_OBJECTS
  }
}
