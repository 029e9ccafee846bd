// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.catalog;

import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Reads columns. Stateless. */
final class Columns {
  private static final String COLUMNS =
      """
      SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, CHARACTER_SET_NAME,
        COLLATION_NAME, COLUMN_DEFAULT, GENERATION_EXPRESSION, IS_NULLABLE, EXTRA
      FROM information_schema.COLUMNS WHERE 1 = 1
      """;

  private Columns() {}

  static Map<TableId, List<Column>> read(Connection connection, Catalog.Place place)
      throws SQLException {
    Map<TableId, List<Column>> found = new TreeMap<>();
    Sql.list(
            connection,
            COLUMNS + place.condition() + " ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION",
            row -> Map.entry(Catalog.id(row), column(row)),
            place.values())
        .forEach(entry ->
            found.computeIfAbsent(entry.getKey(), none -> new ArrayList<>()).add(entry.getValue()));
    return found;
  }

  private static Column column(ResultSet row) throws SQLException {
    ColumnType type =
        new ColumnType(
            Catalog.text(row, 4).toLowerCase(Locale.ROOT),
            Catalog.text(row, 5),
            Optional.ofNullable(row.getString(6)),
            Optional.ofNullable(row.getString(7)));
    return new Column(
        row.getString(3),
        type,
        Optional.ofNullable(row.getString(8)),
        Catalog.text(row, 9),
        traits(row));
  }

  private static Set<Column.Trait> traits(ResultSet row) throws SQLException {
    String extra = Catalog.text(row, 11).toUpperCase(Locale.ROOT);
    Set<Column.Trait> found = EnumSet.noneOf(Column.Trait.class);
    add(found, Column.Trait.NULLABLE, "YES".equals(row.getString(10)));
    add(found, Column.Trait.AUTO_INCREMENT, extra.contains("AUTO_INCREMENT"));
    add(found, Column.Trait.VIRTUAL, extra.contains("VIRTUAL GENERATED"));
    add(found, Column.Trait.STORED, extra.contains("STORED GENERATED"));
    add(found, Column.Trait.INVISIBLE, extra.contains("INVISIBLE"));
    add(found, Column.Trait.COMPUTED_DEFAULT, extra.contains("DEFAULT_GENERATED"));
    add(found, Column.Trait.VERSIONING, Catalog.text(row, 9).matches("(?i)ROW (START|END)"));
    return found;
  }

  private static void add(Set<Column.Trait> traits, Column.Trait trait, boolean there) {
    if (there) {
      traits.add(trait);
    }
  }
}
