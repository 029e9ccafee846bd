// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.comparison;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything in which two servers differ, as lines for people: objects by SHOW CREATE, rows one by
 * one. Rows are compared as multisets, so that tables without a key and with duplicates count too.
 * Nobody may write meanwhile. Both connections are left in another database and time zone. Used on
 * the caller's thread; holds no rows in memory.
 */
public final class MySqlComparison {
  private static final int EXAMPLES_OF_A_TABLE = 5;
  private static final int SAMPLE = 160;

  private final Connection source;
  private final Connection target;
  private final List<String> differences = new ArrayList<>();

  private MySqlComparison(Connection source, Connection target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Compares all databases but the servers' own and {@code fram}.
   *
   * @param rowsLeftOut tables, quoted as {@code `db`.`table`}, of which only the definition counts
   * @return one line for each difference; empty when the servers are equal
   */
  public static List<String> differences(
      Connection source, Connection target, Set<String> rowsLeftOut) throws SQLException {
    MySqlComparison comparison = new MySqlComparison(source, target);
    for (Connection connection : List.of(source, target)) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET SESSION time_zone = '+00:00'");
        // SHOW CREATE VIEW leaves out the name of the chosen database: let it be the same one.
        statement.execute("USE information_schema");
      }
    }
    comparison.compareObjects();
    comparison.compareRows(rowsLeftOut);
    return List.copyOf(comparison.differences);
  }

  private void compareObjects() throws SQLException {
    MySqlObjects here = MySqlObjects.read(source);
    MySqlObjects there = MySqlObjects.read(target);
    for (String name : union(here.texts(), there.texts())) {
      String expected = here.texts().getOrDefault(name, "missing");
      String actual = there.texts().getOrDefault(name, "missing");
      if (!expected.equals(actual)) {
        differences.add(name + " is\n" + actual + "\ninstead of\n" + expected);
      }
    }
    here.counters()
        .forEach((table, counter) -> {
          long next = there.counters().getOrDefault(table, 0L);
          if (next < counter) {
            differences.add(table + " would give " + next + " next, the source " + counter);
          }
        });
  }

  private void compareRows(Set<String> leftOut) throws SQLException {
    Map<String, String> here = MySqlTables.rowTexts(source);
    Map<String, String> there = MySqlTables.rowTexts(target);
    for (String table : union(here, there)) {
      String text = here.get(table);
      if (text != null && there.containsKey(table) && !leftOut.contains(table)) {
        compareTable(table, rows(table, text));
      }
    }
  }

  private static String rows(String table, String text) {
    return "SELECT SHA2(r, 256) AS digest, LEFT(r, %d) AS sample FROM (SELECT %s AS r FROM %s) t"
            .formatted(SAMPLE, text, table)
        + " ORDER BY digest";
  }

  private void compareTable(String table, String sql) throws SQLException {
    int examples = 0;
    try (Statement sourceRows = streaming(source);
        Statement targetRows = streaming(target);
        ResultSet here = sourceRows.executeQuery(sql);
        ResultSet there = targetRows.executeQuery(sql)) {
      boolean moreHere = here.next();
      boolean moreThere = there.next();
      while ((moreHere || moreThere) && examples < EXAMPLES_OF_A_TABLE) {
        int order = moreHere && moreThere ? order(here, there) : moreHere ? -1 : 1;
        if (order < 0) {
          differences.add(table + ": only the source has " + here.getString(2));
          examples++;
        } else if (order > 0) {
          differences.add(table + ": only the target has " + there.getString(2));
          examples++;
        }
        moreHere = order <= 0 ? here.next() : moreHere;
        moreThere = order >= 0 ? there.next() : moreThere;
      }
    }
  }

  private static int order(ResultSet here, ResultSet there) throws SQLException {
    return here.getString(1).compareTo(there.getString(1));
  }

  /** Rows as they come: Connector/J does so for this value, MariaDB's driver for any. */
  private static Statement streaming(Connection connection) throws SQLException {
    Statement statement = connection.createStatement();
    boolean mariaDb = connection.getMetaData().getDriverName().contains("MariaDB");
    statement.setFetchSize(mariaDb ? 1000 : Integer.MIN_VALUE);
    return statement;
  }

  private static Set<String> union(Map<String, String> one, Map<String, String> two) {
    Map<String, String> all = new TreeMap<>(one);
    all.putAll(two);
    return new TreeSet<>(all.keySet());
  }
}
