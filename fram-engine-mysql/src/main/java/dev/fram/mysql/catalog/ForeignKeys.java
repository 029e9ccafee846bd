// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads foreign keys. Stateless. */
final class ForeignKeys {
  private static final String COLUMNS =
      """
      SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA,
        REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
      FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL
      """;

  private static final String RULES =
      """
      SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE
      FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE 1 = 1
      """;

  private ForeignKeys() {}

  private record Name(TableId table, String constraint) {}

  private record Row(Name name, String column, TableId referenced, String referencedColumn) {}

  static Map<TableId, List<ForeignKey>> read(Connection connection, Catalog.Place place)
      throws SQLException {
    Map<TableId, Map<String, List<Row>>> rows = new TreeMap<>();
    for (Row row :
        Sql.list(
            connection,
            COLUMNS + place.condition() + " ORDER BY ORDINAL_POSITION",
            ForeignKeys::row,
            place.values())) {
      rows.computeIfAbsent(row.name().table(), none -> new TreeMap<>())
          .computeIfAbsent(row.name().constraint(), none -> new ArrayList<>())
          .add(row);
    }
    if (rows.isEmpty()) {
      return Map.of();
    }
    Map<Name, ForeignKey.Rules> rules = rules(connection, place);
    Map<TableId, List<ForeignKey>> found = new TreeMap<>();
    rows.forEach((table, byName) ->
        found.put(table, byName.values().stream().map(each -> key(each, rules)).toList()));
    return found;
  }

  private static Map<Name, ForeignKey.Rules> rules(Connection connection, Catalog.Place place)
      throws SQLException {
    Map<Name, ForeignKey.Rules> found = new java.util.HashMap<>();
    Sql.list(
            connection,
            // A foreign key always lives in its table's database.
            RULES + place.condition().replace("TABLE_SCHEMA", "CONSTRAINT_SCHEMA"),
            row ->
                Map.entry(
                    new Name(Catalog.id(row), row.getString(3)),
                    new ForeignKey.Rules(row.getString(4), row.getString(5))),
            place.values())
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  private static Row row(ResultSet row) throws SQLException {
    return new Row(
        new Name(Catalog.id(row), row.getString(3)),
        row.getString(4),
        new TableId(row.getString(5), row.getString(6)),
        row.getString(7));
  }

  private static ForeignKey key(List<Row> rows, Map<Name, ForeignKey.Rules> rules) {
    Row first = rows.getFirst();
    return new ForeignKey(
        first.name().constraint(),
        first.name().table(),
        rows.stream().map(Row::column).toList(),
        first.referenced(),
        rows.stream().map(Row::referencedColumn).toList(),
        // One that was dropped between the two questions.
        rules.getOrDefault(first.name(), new ForeignKey.Rules("RESTRICT", "RESTRICT")));
  }
}
