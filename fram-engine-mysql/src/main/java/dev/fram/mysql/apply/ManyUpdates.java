// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.catalog.Key;
import dev.fram.mysql.connection.Quoting;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How many rows of a table are updated by one statement: {@code INSERT .. ON DUPLICATE KEY UPDATE}.
 * It makes of each row, in their order, what an UPDATE of its own makes of it: the server puts the
 * constants into a row of the table, as any INSERT does, and takes them from there. In a join with
 * VALUES a constant would get its type from all rows' constants, and not always keep its bits.
 *
 * <p>It also does what it must not do, and both can be seen. A row that is not there is inserted:
 * the server counts 2 for a row that was there and has changed, and 1 for any other, so that the
 * statement was right only if it counts 2 for each. And a row with a unique value of ours is
 * updated in place of the one with our key, if that is missing: the key is set to NULL then, which
 * is an error. Stateless.
 */
final class ManyUpdates {
  /** What the server counts for a row that it has found and changed. */
  static final int COUNTED = 2;

  private static final String HEAD = " ON DUPLICATE KEY UPDATE ";

  /** A key's types that come out of IF(.., NULL) as they went in. */
  private static final Set<String> GUARDS =
      Set.of(
          "tinyint",
          "smallint",
          "mediumint",
          "int",
          "bigint",
          "char",
          "varchar",
          "binary",
          "varbinary");

  private ManyUpdates() {}

  /** What goes behind the rows; empty for a table whose rows are updated one by one. */
  static Optional<String> tail(CatalogTable table) {
    Optional<Key> primary =
        table.usableKey().filter(key -> key.kind() == Key.Kind.PRIMARY && key.sorts());
    if (primary.isEmpty() || table.columns().stream().anyMatch(c -> isOdd(c, primary.get()))) {
      return Optional.empty();
    }
    if (table.keys().stream().noneMatch(key -> key.kind() == Key.Kind.UNIQUE)) {
      return Optional.of(HEAD + all(table));
    }
    return primary.get().columns().stream()
        .map(name -> table.column(name).orElseThrow())
        .filter(column -> GUARDS.contains(column.type().name()))
        .findFirst()
        .map(guard -> HEAD + guarded(table, primary.get(), guard));
  }

  /** What makes a table another thing than rows with a key that is written as it is. */
  private static boolean isOdd(Column column, Key primary) {
    return column.is(Column.Trait.VERSIONING)
        || (column.computed()
            && primary.columns().stream().anyMatch(column.name()::equalsIgnoreCase));
  }

  /** The guard comes first: behind its assignment a column has its new value. */
  private static String guarded(CatalogTable table, Key primary, Column guard) {
    String same =
        primary.columns().stream()
            .map(name -> table.column(name).orElseThrow())
            .map(ManyUpdates::taken)
            .collect(Collectors.joining(" AND "));
    String name = Quoting.identifier(guard.name());
    String check = name + " = IF(" + same + ", VALUES(" + name + "), NULL)";
    Stream<String> others =
        table.written().stream().filter(c -> !c.equals(guard)).map(ManyUpdates::taken);
    return Stream.concat(Stream.of(check), others).collect(Collectors.joining(", "));
  }

  private static String all(CatalogTable table) {
    return table.written().stream().map(ManyUpdates::taken).collect(Collectors.joining(", "));
  }

  private static String taken(Column column) {
    String name = Quoting.identifier(column.name());
    return name + " = VALUES(" + name + ")";
  }
}
