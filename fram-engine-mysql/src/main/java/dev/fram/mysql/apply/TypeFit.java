// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.mysql.binlog.ColumnType;
import java.util.Map;
import java.util.Set;

/** Which of the catalog's types the log writes under which number. Types it does not know, fit. */
final class TypeFit {
  private static final Set<String> SPATIAL =
      Set.of(
          "geometry",
          "point",
          "linestring",
          "polygon",
          "multipoint",
          "multilinestring",
          "multipolygon",
          "geometrycollection",
          "geomcollection");

  private static final Map<Integer, Set<String>> NAMES =
      Map.ofEntries(
          Map.entry(ColumnType.TINY, Set.of("tinyint")),
          Map.entry(ColumnType.SHORT, Set.of("smallint")),
          Map.entry(ColumnType.INT24, Set.of("mediumint")),
          Map.entry(ColumnType.LONG, Set.of("int")),
          Map.entry(ColumnType.LONGLONG, Set.of("bigint")),
          Map.entry(ColumnType.FLOAT, Set.of("float")),
          Map.entry(ColumnType.DOUBLE, Set.of("double", "real")),
          Map.entry(ColumnType.DECIMAL, Set.of("decimal")),
          Map.entry(ColumnType.YEAR, Set.of("year")),
          Map.entry(ColumnType.DATE, Set.of("date")),
          Map.entry(ColumnType.TIME, Set.of("time")),
          Map.entry(ColumnType.DATETIME, Set.of("datetime")),
          Map.entry(ColumnType.TIMESTAMP, Set.of("timestamp")),
          Map.entry(ColumnType.BIT, Set.of("bit")),
          Map.entry(ColumnType.ENUM, Set.of("enum")),
          Map.entry(ColumnType.SET, Set.of("set")),
          Map.entry(ColumnType.JSON, Set.of("json")),
          Map.entry(ColumnType.GEOMETRY, SPATIAL),
          Map.entry(ColumnType.VARCHAR, Set.of("varchar", "varbinary")));

  private TypeFit() {}

  static boolean fits(int logged, String name) {
    Set<String> names = NAMES.get(logged);
    return names == null || names.contains(name);
  }
}
