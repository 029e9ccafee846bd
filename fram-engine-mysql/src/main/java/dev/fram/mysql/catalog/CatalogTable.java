// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A table as the catalog shows it.
 *
 * @param id its name
 * @param storage where its rows are
 * @param columns its columns in their order
 * @param keys its indexes, the primary key first, then by name
 * @param foreignKeys what it refers to
 */
public record CatalogTable(
    TableId id,
    Storage storage,
    List<Column> columns,
    List<Key> keys,
    List<ForeignKey> foreignKeys) {
  /** Engines that only point at rows kept elsewhere. */
  private static final Set<String> WITHOUT_ROWS =
      Set.of("federated", "mrg_myisam", "connect", "spider", "blackhole", "sequence");

  public CatalogTable {
    columns = List.copyOf(columns);
    keys = List.copyOf(keys);
    foreignKeys = List.copyOf(foreignKeys);
  }

  /**
   * @param type {@code TABLES.TABLE_TYPE}: BASE TABLE, or MariaDB's SEQUENCE, SYSTEM VERSIONED
   * @param engine the storage engine's name
   * @param collation the default collation
   * @param partitioned whether it is cut into partitions
   * @param rows the server's estimate
   * @param bytes size of its data, secondary indexes left out
   */
  public record Storage(
      String type, String engine, String collation, boolean partitioned, long rows, long bytes) {}

  /** Whether changes are transactional and in the log, so that a copy can be followed. */
  public boolean transactional() {
    return "innodb".equals(storage.engine().toLowerCase(Locale.ROOT));
  }

  /**
   * The key by which rows are found on the target and the table is cut into chunks: the primary
   * key, or else the shortest unique one without NULLs.
   */
  public Optional<Key> usableKey() {
    return keys.stream()
        .filter(Key::identifies)
        .min(
            Comparator.comparing((Key key) -> key.kind() != Key.Kind.PRIMARY)
                .thenComparing(key -> !key.sorts())
                .thenComparingInt(key -> key.parts().size())
                .thenComparing(Key::name));
  }

  /** The column of that name. */
  public Optional<Column> column(String name) {
    // Column names do not distinguish case (manual, "Identifier Case Sensitivity").
    return columns.stream().filter(column -> column.name().equalsIgnoreCase(name)).findFirst();
  }

  /** The columns that are copied and written; the server computes the others. */
  public List<Column> written() {
    return columns.stream().filter(column -> !column.computed()).toList();
  }

  /**
   * What the core needs to know of it.
   *
   * @param bond its bond, as {@link Bonds} finds it
   */
  public Table toTable(Optional<String> bond) {
    return new Table(id, storage.rows(), storage.bytes(), transfer(), bond);
  }

  private Table.Transfer transfer() {
    if (transactional() && !"SEQUENCE".equals(storage.type())) {
      return Table.Transfer.COPY_AND_FOLLOW;
    }
    return WITHOUT_ROWS.contains(storage.engine().toLowerCase(Locale.ROOT))
            || "SEQUENCE".equals(storage.type())
        ? Table.Transfer.DEFINITION_ONLY
        : Table.Transfer.COPY_AT_CUTOVER;
  }
}
