// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a target's database holds already, extensions' members and Fram's schema left out. */
public final class TargetContent {
  private static final int SHOWN = 5;

  private static final String OBJECTS =
      """
      WITH own AS (SELECT oid, nspname FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'fram')),
      member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
      SELECT own.nspname, c.relname, 'relation' FROM pg_class c JOIN own ON own.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
        AND NOT EXISTS (SELECT 1 FROM member m
          WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
      UNION ALL
      SELECT own.nspname, f.proname, 'function' FROM pg_proc f JOIN own ON own.oid = f.pronamespace
        WHERE NOT EXISTS (SELECT 1 FROM member m
          WHERE m.classid = 'pg_proc'::regclass AND m.objid = f.oid)
      UNION ALL
      SELECT own.nspname, t.typname, 'type' FROM pg_type t JOIN own ON own.oid = t.typnamespace
        WHERE t.typtype IN ('e', 'd', 'r') AND NOT EXISTS (SELECT 1 FROM member m
          WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
      ORDER BY 3, 1, 2
      """;

  private final List<TableId> relations;
  private final int others;

  private TargetContent(List<TableId> relations, int others) {
    this.relations = relations;
    this.others = others;
  }

  public static TargetContent read(Connection connection) throws SQLException {
    List<TableId> relations = new ArrayList<>();
    int others = 0;
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(OBJECTS)) {
      while (rows.next()) {
        if (rows.getString(3).equals("relation")) {
          relations.add(new TableId(rows.getString(1), rows.getString(2)));
        } else {
          others++;
        }
      }
    }
    return new TargetContent(List.copyOf(relations), others);
  }

  public boolean empty() {
    return relations.isEmpty() && others == 0;
  }

  /** {@code 7 relations (a.b, a.c, ...) and 2 functions or types}. */
  public String summary() {
    String shown =
        String.join(", ", relations.stream().limit(SHOWN).map(TableId::toString).toList())
            + (relations.size() > SHOWN ? ", ..." : "");
    return relations.size()
        + " relations"
        + (relations.isEmpty() ? "" : " (" + shown + ")")
        + " and "
        + others
        + " functions or types";
  }

  /** The names of these that are taken on the target. */
  public List<TableId> collisions(Iterable<TableId> names) {
    Set<TableId> taken = new HashSet<>(relations);
    List<TableId> collisions = new ArrayList<>();
    names.forEach(name -> {
      if (taken.contains(name)) {
        collisions.add(name);
      }
    });
    return collisions;
  }

  /** Throws when the target is not what the user said it would be. */
  void require(boolean mayHoldObjects, SourceFacts facts, String server) {
    if (empty()) {
      return;
    }
    if (!mayHoldObjects) {
      throw new FramException(
          ErrorCode.TARGET_NOT_EMPTY,
          server + ": the database is not empty: " + summary() + ".",
          "Name an empty database, or allow it with --allow-nonempty-target when none of these is"
              + " in the migration's scope.");
    }
    List<TableId> collisions =
        collisions(facts.relations().stream().map(SourceFacts.Relation::id).toList());
    if (!collisions.isEmpty()) {
      throw new FramException(
          ErrorCode.TARGET_NOT_EMPTY,
          server
              + ": "
              + collisions.size()
              + " relations of the source exist there already, the first is "
              + collisions.get(0)
              + ".",
          "Drop or rename them on the target, or leave them out with --exclude.");
    }
  }
}
