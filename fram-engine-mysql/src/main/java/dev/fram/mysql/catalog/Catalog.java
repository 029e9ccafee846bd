// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import dev.fram.api.engine.Fingerprint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.api.probe.TargetProbe;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads a server's information_schema. Stateless but for what is in scope; usable from any thread,
 * on the caller's connection. It takes no lock on a table.
 */
public final class Catalog {
  /** Databases that are never migrated: the servers' own, and Fram's. */
  public static final Set<String> RESERVED =
      Set.of("fram", "mysql", "sys", "information_schema", "performance_schema");

  private static final String TABLES =
      """
      SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, TABLE_ROWS, DATA_LENGTH
      FROM information_schema.TABLES
      WHERE TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE')
      """;

  // CREATE_OPTIONS does not tell of PARTITION BY KEY() (seen on 8.0.33).
  private static final String PARTITIONED =
      """
      SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME FROM information_schema.PARTITIONS
      WHERE PARTITION_NAME IS NOT NULL
      """;

  private final Scope scope;
  private final List<String> databases;

  /**
   * @param databases the only ones looked at; none means all that are not reserved
   */
  public Catalog(Scope scope, List<String> databases) {
    this.scope = scope;
    this.databases = List.copyOf(databases);
  }

  /** Whether a table of that name would be migrated. */
  public boolean covers(TableId table) {
    return coversDatabase(table.schema()) && scope.covers(table);
  }

  /** Whether anything of that database may be migrated. */
  public boolean coversDatabase(String name) {
    return !RESERVED.contains(name) && (databases.isEmpty() || databases.contains(name));
  }

  /** Every table in scope, sorted by name. */
  public List<CatalogTable> tables(Connection connection) throws SQLException {
    return read(connection, new Place("", List.of())).stream()
        .filter(table -> covers(table.id()))
        .toList();
  }

  /** One table, in scope or not; empty when there is none of that name. */
  public static Optional<CatalogTable> table(Connection connection, TableId id)
      throws SQLException {
    // The catalog may ignore case; the caller does not.
    return read(connection, Place.of(id)).stream()
        .filter(found -> found.id().equals(id))
        .findFirst();
  }

  /** What each table in scope looks like. */
  public Map<TableId, Fingerprint> fingerprints(Connection connection) throws SQLException {
    Map<TableId, Fingerprint> found = new TreeMap<>();
    tables(connection).forEach(table -> found.put(table.id(), Fingerprints.of(table)));
    return found;
  }

  private static List<CatalogTable> read(Connection connection, Place place) throws SQLException {
    Set<TableId> partitioned =
        new TreeSet<>(
            Sql.list(connection, PARTITIONED + place.condition(), Catalog::id, place.values()));
    Map<TableId, CatalogTable.Storage> storage = new TreeMap<>();
    Sql.list(
            connection,
            TABLES + place.condition(),
            row -> Map.entry(id(row), storage(row, partitioned)),
            place.values())
        .forEach(entry -> storage.put(entry.getKey(), entry.getValue()));
    Map<TableId, List<Column>> columns = Columns.read(connection, place);
    Map<TableId, List<Key>> keys = Keys.read(connection, place, columns);
    Map<TableId, List<ForeignKey>> foreignKeys = ForeignKeys.read(connection, place);
    return storage.entrySet().stream()
        // Of Fram's own tables only the one that is compared while it is measured.
        .filter(entry ->
            !RESERVED.contains(entry.getKey().schema())
                || entry.getKey().equals(TargetProbe.SCRATCH))
        .map(entry ->
            new CatalogTable(
                entry.getKey(),
                entry.getValue(),
                columns.getOrDefault(entry.getKey(), List.of()),
                keys.getOrDefault(entry.getKey(), List.of()),
                foreignKeys.getOrDefault(entry.getKey(), List.of())))
        .sorted(Comparator.comparing(CatalogTable::id))
        .toList();
  }

  /** The table that a row of information_schema begins with. */
  static TableId id(ResultSet row) throws SQLException {
    return new TableId(row.getString(1), row.getString(2));
  }

  /** An empty text for NULL. */
  static String text(ResultSet row, int column) throws SQLException {
    return Optional.ofNullable(row.getString(column)).orElse("");
  }

  private static CatalogTable.Storage storage(ResultSet row, Set<TableId> partitioned)
      throws SQLException {
    return new CatalogTable.Storage(
        text(row, 3),
        text(row, 4),
        text(row, 5),
        partitioned.contains(id(row)),
        row.getLong(6),
        row.getLong(7));
  }

  /** Narrows a query of information_schema to one table, or not at all. */
  record Place(String condition, List<String> names) {
    private static final String RESERVED_OUT =
        " AND TABLE_SCHEMA NOT IN"
            + " ('fram', 'mysql', 'sys', 'information_schema', 'performance_schema')";

    Place {
      condition = condition.isEmpty() ? RESERVED_OUT : condition;
    }

    static Place of(TableId table) {
      return new Place(
          " AND TABLE_SCHEMA = ? AND TABLE_NAME = ?", List.of(table.schema(), table.name()));
    }

    Object[] values() {
      return names.toArray();
    }
  }
}
