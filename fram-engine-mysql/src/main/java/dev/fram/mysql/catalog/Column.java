// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import java.util.Optional;
import java.util.Set;

/**
 * A column; its place is its index in {@link CatalogTable#columns()}.
 *
 * @param name its name
 * @param type its type
 * @param defaultText the default as information_schema spells it; empty for none and for NULL
 * @param expression what a generated column is computed from; empty for others
 * @param traits what else is special about it
 */
public record Column(
    String name,
    ColumnType type,
    Optional<String> defaultText,
    String expression,
    Set<Trait> traits) {
  public Column {
    traits = Set.copyOf(traits);
  }

  /** What may be special about a column. */
  public enum Trait {
    NULLABLE,
    AUTO_INCREMENT,
    /** Computed when it is read. */
    VIRTUAL,
    /** Computed when it is written, and kept. */
    STORED,
    INVISIBLE,
    /** A MariaDB system-versioning column (ROW START, ROW END). */
    VERSIONING,
    /** The default is an expression that the server evaluates. */
    COMPUTED_DEFAULT
  }

  public boolean is(Trait trait) {
    return traits.contains(trait);
  }

  /** Whether the server computes it: it is never written. */
  public boolean computed() {
    return is(Trait.VIRTUAL) || is(Trait.STORED) || is(Trait.VERSIONING);
  }
}
