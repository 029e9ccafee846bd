// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.model;

import java.util.Comparator;

/**
 * A table's name on both servers, exactly as the catalog spells it: never folded, never quoted.
 *
 * @param schema the schema (PostgreSQL) or database (MySQL)
 * @param name the table's own name
 */
public record TableId(String schema, String name) implements Comparable<TableId> {
  private static final Comparator<TableId> ORDER =
      Comparator.comparing(TableId::schema).thenComparing(TableId::name);

  @Override
  public int compareTo(TableId other) {
    return ORDER.compare(this, other);
  }

  /** For people: {@code schema.name}, unquoted. SQL is written with the engine's own quoting. */
  @Override
  public String toString() {
    return schema + "." + name;
  }
}
