// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.mysql.schema.TablePart.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a table is made when (ALGORITHMS B3): at once its columns, checks and the key by which
 * its rows are copied; after the copy its other keys; after the fuzzy window its other unique keys,
 * when it has a window; its foreign keys apart.
 *
 * @param bare the table as it is created
 * @param indexes keys for after the copy
 * @param late keys for after the fuzzy window
 * @param keys all keys but the primary one, in the source's order
 * @param placeholder the key that stands in for a late unique one, because AUTO_INCREMENT needs one
 */
record TablePlan(
    TableText bare,
    List<TablePart> indexes,
    List<TablePart> late,
    List<TablePart> keys,
    Optional<String> placeholder) {

  /**
   * @param usableKey the name of the unique key that stands in for a primary one; empty when there
   *     is a primary key, or no key at all
   * @param fuzzy whether the table may be copied with a fuzzy window
   */
  static TablePlan of(TableText table, Optional<String> usableKey, boolean fuzzy) {
    Optional<TablePart> auto = automatic(table, usableKey);
    boolean standIn = fuzzy && auto.isPresent() && auto.get().kind() == Kind.UNIQUE;
    List<TablePart> bare = new ArrayList<>();
    List<TablePart> indexes = new ArrayList<>();
    List<TablePart> late = new ArrayList<>();
    boolean lateText = fuzzy && ownsDocumentId(table);
    for (TablePart part : table.parts()) {
      boolean atOnce =
          (usableKey.equals(Optional.of(part.name())) && part.kind() == Kind.UNIQUE)
              || (auto.equals(Optional.of(part)) && !standIn);
      if (!part.kind().secondary()) {
        if (part.kind() != Kind.FOREIGN_KEY) {
          bare.add(part);
        }
      } else if (atOnce) {
        bare.add(part);
      } else if ((fuzzy && part.kind() == Kind.UNIQUE)
          || (lateText && part.kind() == Kind.FULLTEXT)) {
        late.add(part);
        if (auto.equals(Optional.of(part))) {
          bare.add(part.notUnique());
        }
      } else {
        indexes.add(part);
      }
    }
    return new TablePlan(
        table.with(bare),
        List.copyOf(indexes),
        List.copyOf(late),
        table.parts().stream().filter(part -> part.kind().secondary()).toList(),
        standIn ? auto.map(TablePart::name) : Optional.empty());
  }

  /** The key that AUTO_INCREMENT needs, when the primary or usable one does not serve. */
  private static Optional<TablePart> automatic(TableText table, Optional<String> usableKey) {
    Optional<TablePart> column =
        table.of(Kind.COLUMN).stream().filter(c -> c.says("AUTO_INCREMENT")).findFirst();
    if (column.isEmpty()) {
      return Optional.empty();
    }
    List<TablePart> leading =
        table.parts().stream()
            .filter(p -> p.kind() == Kind.PRIMARY || p.kind().secondary())
            .filter(p -> p.firstColumn().equals(Optional.of(column.get().name())))
            .toList();
    boolean served =
        leading.stream()
            .anyMatch(p -> p.kind() == Kind.PRIMARY || usableKey.equals(Optional.of(p.name())));
    return served ? Optional.empty() : leading.stream().findFirst();
  }

  /** InnoDB makes this key itself with the first FULLTEXT one, unless it is there. */
  private static boolean ownsDocumentId(TableText table) {
    return table.of(Kind.UNIQUE).stream()
        .anyMatch(part -> part.name().equalsIgnoreCase("FTS_DOC_ID_INDEX"));
  }
}
