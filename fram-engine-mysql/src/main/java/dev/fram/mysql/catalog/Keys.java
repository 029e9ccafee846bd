// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Reads indexes. Stateless. */
final class Keys {
  private static final String PARTS =
      """
      SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART, INDEX_TYPE
      FROM information_schema.STATISTICS WHERE 1 = 1
      """;

  private static final Comparator<Key> ORDER =
      Comparator.comparing((Key key) -> key.kind() != Key.Kind.PRIMARY).thenComparing(Key::name);

  private Keys() {}

  /** One part of one index, as the catalog lists it. */
  private record Row(TableId table, String index, Key.Kind kind, Key.Part part) {}

  static Map<TableId, List<Key>> read(
      Connection connection, Catalog.Place place, Map<TableId, List<Column>> columns)
      throws SQLException {
    Map<TableId, Map<String, List<Row>>> parts = new TreeMap<>();
    for (Row row :
        Sql.list(
            connection,
            PARTS + place.condition() + " ORDER BY SEQ_IN_INDEX",
            Keys::row,
            place.values())) {
      parts
          .computeIfAbsent(row.table(), none -> new TreeMap<>())
          .computeIfAbsent(row.index(), none -> new ArrayList<>())
          .add(row);
    }
    Map<TableId, List<Key>> found = new TreeMap<>();
    parts.forEach((table, indexes) ->
        found.put(
            table,
            indexes.values().stream()
                .map(rows -> key(rows, columns.getOrDefault(table, List.of())))
                .sorted(ORDER)
                .toList()));
    return found;
  }

  private static Row row(ResultSet row) throws SQLException {
    long prefix = row.getLong(6);
    OptionalLong length = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(prefix);
    String name = row.getString(3);
    Key.Kind kind =
        switch (Catalog.text(row, 7)) {
          case "FULLTEXT" -> Key.Kind.FULLTEXT;
          case "SPATIAL", "RTREE" -> Key.Kind.SPATIAL;
          default -> "PRIMARY".equals(name) ? Key.Kind.PRIMARY : ordinary(row);
        };
    return new Row(
        Catalog.id(row), name, kind, new Key.Part(Optional.ofNullable(row.getString(5)), length));
  }

  private static Key.Kind ordinary(ResultSet row) throws SQLException {
    return row.getLong(4) == 0 ? Key.Kind.UNIQUE : Key.Kind.PLAIN;
  }

  private static Key key(List<Row> rows, List<Column> columns) {
    List<Key.Part> parts = rows.stream().map(Row::part).toList();
    Key.Kind kind = rows.getFirst().kind();
    boolean unique = kind == Key.Kind.PRIMARY || kind == Key.Kind.UNIQUE;
    boolean identifies = unique && parts.stream().allMatch(part -> names(part, columns));
    return new Key(rows.getFirst().index(), kind, parts, identifies);
  }

  /** Whether the part is a column that the log always has a value for. */
  private static boolean names(Key.Part part, List<Column> columns) {
    return part.column().isPresent()
        && columns.stream()
            .filter(column -> column.name().equalsIgnoreCase(part.column().orElseThrow()))
            .anyMatch(c -> !c.is(Column.Trait.NULLABLE) && !c.is(Column.Trait.VIRTUAL));
  }
}
