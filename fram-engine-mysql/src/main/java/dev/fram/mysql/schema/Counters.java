// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SchemaObject.Fact;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What counts by itself: AUTO_INCREMENT and MariaDB's sequences. Rows that are applied move a
 * table's counter too, but not beyond what a transaction that rolled back has used. Most is done
 * before the gate closes, with a margin; under the gate only what has outrun it.
 */
final class Counters {
  /** What a table may use up between the preparation and the gate without being asked again. */
  private static final BigInteger MARGIN = BigInteger.valueOf(10_000);

  /** A column with less room than this many margins gets none. */
  private static final BigInteger ROOM = BigInteger.valueOf(100);

  private Counters() {}

  /**
   * Raises the counters that are behind the source's; returns how many tables were altered.
   *
   * @param tables those that came with the schema
   */
  static int raise(List<SchemaObject> tables, Connection source, Connection target)
      throws SQLException {
    List<SchemaObject> counting =
        tables.stream().filter(table -> table.fact(Fact.COUNTS).isPresent()).toList();
    Map<TableId, BigInteger> wanted = counters(source, counting);
    Map<TableId, BigInteger> found = counters(target, counting);
    int altered = 0;
    for (SchemaObject table : counting) {
      BigInteger next = wanted.getOrDefault(table.id(), BigInteger.ONE);
      if (found.getOrDefault(table.id(), BigInteger.ONE).compareTo(next) < 0) {
        Sql.run(
            target,
            "ALTER TABLE "
                + Quoting.table(table.id())
                + " AUTO_INCREMENT = "
                + withMargin(next, table.fact(Fact.COUNTS).orElse("")));
        altered++;
      }
    }
    return altered;
  }

  private static Map<TableId, BigInteger> counters(Connection connection, List<SchemaObject> tables)
      throws SQLException {
    Map<TableId, BigInteger> found = new TreeMap<>();
    List<String> databases = tables.stream().map(SchemaObject::database).distinct().toList();
    for (String database : databases) {
      Sql.list(
              connection,
              "SELECT table_name, auto_increment FROM information_schema.tables"
                  + " WHERE table_schema = ? AND auto_increment IS NOT NULL",
              row -> Map.entry(row.getString(1), row.getString(2)),
              database)
          .forEach(entry ->
              found.put(new TableId(database, entry.getKey()), new BigInteger(entry.getValue())));
    }
    return found;
  }

  /** The next value with its margin, where the column's type leaves room for one. */
  static BigInteger withMargin(BigInteger next, String column) {
    BigInteger room = maximum(column).subtract(next);
    return room.compareTo(MARGIN.multiply(ROOM)) > 0 ? next.add(MARGIN) : next;
  }

  private static BigInteger maximum(String column) {
    String type = SqlText.outside(column).replaceFirst("^`\\.*` ", "").toLowerCase(Locale.ROOT);
    int bits =
        type.startsWith("tinyint")
            ? 8
            : type.startsWith("smallint")
                ? 16
                : type.startsWith("mediumint")
                    ? 24
                    : type.startsWith("int") ? 32 : type.startsWith("bigint") ? 64 : 0;
    boolean unsigned = type.contains(" unsigned");
    return bits == 0
        ? BigInteger.ZERO
        : BigInteger.ONE.shiftLeft(unsigned ? bits : bits - 1).subtract(BigInteger.ONE);
  }

  /** Sets the target's sequences beyond everything the source's may have handed out. */
  static void sequences(List<SchemaObject> sequences, Connection source, Connection target)
      throws SQLException {
    for (SchemaObject sequence : sequences) {
      String name = Quoting.table(sequence.id());
      List<long[]> state =
          Sql.list(
              source,
              "SELECT next_not_cached_value, cycle_count FROM " + name,
              row -> new long[] {row.getLong(1), row.getLong(2)});
      for (long[] values : state) {
        Sql.number(target, "SELECT SETVAL(" + name + ", " + values[0] + ", 0, " + values[1] + ")");
      }
    }
  }
}
