// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.pgoutput.Relation;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The layouts that the feed has told of so far, by the source's table number. A rolled-back
 * transaction takes its layouts back: its changes come again, from before the layout changed. Owned
 * by the applier's thread.
 */
final class Relations {
  private final Map<Integer, Relation> known = new HashMap<>();
  private final Map<Integer, Layout> bound = new HashMap<>();
  private final Map<Integer, @Nullable Relation> before = new HashMap<>();

  void begin() {
    before.clear();
  }

  void rollback() {
    before.forEach((oid, relation) -> {
      bound.remove(oid);
      if (relation == null) {
        known.remove(oid);
      } else {
        known.put(oid, relation);
      }
    });
    before.clear();
  }

  /**
   * Takes in a layout.
   *
   * @return whether the table had another one before
   */
  boolean put(Relation relation) {
    Relation old = known.put(relation.oid(), relation);
    bound.remove(relation.oid());
    if (!before.containsKey(relation.oid())) {
      before.put(relation.oid(), old);
    }
    return old != null && !old.equals(relation);
  }

  Relation get(int oid) {
    Relation relation = known.get(oid);
    if (relation == null) {
      throw new FramException(
          ErrorCode.FEED_INVALID,
          "The source's change stream names table number "
              + Integer.toUnsignedString(oid)
              + " before it has told its columns.",
          "Report this with the source's exact version; the source is unharmed.");
    }
    return relation;
  }

  /** Whether {@link #bind} asks no server. */
  boolean isBound(int oid) {
    return bound.containsKey(oid);
  }

  /**
   * The layout lined up with the target's table. Looked up when the first row needs it, not when
   * the layout arrives: what comes before a table's copy may have a layout that is long gone.
   *
   * @throws FramException SCHEMA_DRIFT when it does not fit the target
   */
  Layout bind(int oid, Connection target) throws SQLException {
    Layout layout = bound.get(oid);
    if (layout == null) {
      Relation relation = get(oid);
      layout =
          Layout.of(
              relation,
              TargetTable.load(target, relation.table())
                  .orElseThrow(() ->
                      new FramException(
                          ErrorCode.SCHEMA_DRIFT,
                          "Table " + relation.table() + " is missing on the target.",
                          "Create it there as it is on the source, or start a new"
                              + " migration.")));
      bound.put(oid, layout);
    }
    return layout;
  }
}
