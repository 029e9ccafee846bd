// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.pgoutput;

import dev.fram.api.model.TableId;
import java.util.List;

/**
 * How the rows of a table are laid out from here on.
 *
 * @param oid the source's number of the table; rows refer to it
 * @param table its name
 * @param identity what an UPDATE or DELETE says about the row's old state
 * @param columns the columns that are sent, in order
 */
public record Relation(int oid, TableId table, Identity identity, List<Column> columns) {
  public Relation {
    columns = List.copyOf(columns);
  }

  /** {@code pg_class.relreplident}. */
  public enum Identity {
    DEFAULT,
    NOTHING,
    FULL,
    INDEX
  }

  /**
   * A column as it is sent.
   *
   * @param name its name
   * @param key whether it is part of the replica identity
   * @param type the source's type number; the same on every server only for built-in types
   * @param modifier the type's modifier (length, precision), -1 when it has none
   */
  public record Column(String name, boolean key, int type, int modifier) {}

  /** The column's number, or -1. */
  public int indexOf(String column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(column)) {
        return i;
      }
    }
    return -1;
  }
}
