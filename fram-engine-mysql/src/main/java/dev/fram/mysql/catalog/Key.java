// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An index.
 *
 * @param name its name; {@code PRIMARY} for the primary key
 * @param kind what kind
 * @param parts what it is made of, in order
 * @param identifies whether it names each row: unique, and no part of it can be NULL or computed
 *     when read
 */
public record Key(String name, Kind kind, List<Part> parts, boolean identifies) {
  public Key {
    parts = List.copyOf(parts);
  }

  /** What kind of index. */
  public enum Kind {
    PRIMARY,
    UNIQUE,
    PLAIN,
    FULLTEXT,
    SPATIAL
  }

  /**
   * One part of a key.
   *
   * @param column its column; empty for an expression
   * @param prefix how many characters of the column count; empty for all
   */
  public record Part(Optional<String> column, OptionalLong prefix) {}

  /** The names of its columns, in the key's order; expressions are left out. */
  public List<String> columns() {
    return parts.stream().flatMap(part -> part.column().stream()).toList();
  }

  /** Whether it sorts by whole columns, so that a table can be cut along it. */
  public boolean sorts() {
    return parts.stream().allMatch(p -> p.column().isPresent() && p.prefix().isEmpty());
  }
}
