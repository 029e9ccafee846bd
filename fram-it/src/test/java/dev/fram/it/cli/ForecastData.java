// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Five kinds of data, of about a wanted size. */
enum ForecastData {
  SMALL_TABLES("many small tables") {
    @Override
    void fill(Statement to, boolean postgres, int megabytes) throws SQLException {
      int tables = 2 * megabytes;
      for (int i = 0; i < tables; i++) {
        to.execute("CREATE TABLE t" + i + " (id int PRIMARY KEY, a int, v varchar(400))");
        to.execute("CREATE INDEX t" + i + "_a ON t" + i + " (a)");
        // A quarter of a megabyte each.
        insert(to, "t" + i, "g, g % 97, " + text(postgres, 300), 800, postgres);
      }
    }
  },
  WIDE("one wide table") {
    @Override
    void fill(Statement to, boolean postgres, int megabytes) throws SQLException {
      String columns =
          IntStream.range(0, 30)
              .mapToObj(i -> "c" + i + (i % 2 == 0 ? " int" : " varchar(60)"))
              .collect(Collectors.joining(", "));
      String values =
          IntStream.range(0, 30)
              .mapToObj(i -> i % 2 == 0 ? "g + " + i : text(postgres, 32))
              .collect(Collectors.joining(", "));
      to.execute("CREATE TABLE wide (id int PRIMARY KEY, " + columns + ")");
      insert(to, "wide", "g, " + values, megabytes * 1_500, postgres);
    }
  },
  INDEXES("one table with many indexes") {
    @Override
    void fill(Statement to, boolean postgres, int megabytes) throws SQLException {
      to.execute(
          "CREATE TABLE entry (id int PRIMARY KEY, a int, b int, c int, d bigint, e varchar(40),"
              + " f varchar(40))");
      String scattered = "g % 1000003 * 1009 % 1000003";
      insert(
          to,
          "entry",
          "g, "
              + scattered
              + ", g % 1009, "
              + scattered
              + " + 1, "
              + scattered
              + ", "
              + text(postgres, 32)
              + ", "
              + text(postgres, 32),
          megabytes * 3_000,
          postgres);
      for (String column : List.of("a", "b", "c", "d", "e", "f")) {
        to.execute("CREATE INDEX entry_" + column + " ON entry (" + column + ")");
      }
    }
  },
  LARGE_VALUES("large values") {
    @Override
    void fill(Statement to, boolean postgres, int megabytes) throws SQLException {
      to.execute(
          "CREATE TABLE doc (id int PRIMARY KEY, v " + (postgres ? "text" : "longtext") + ")");
      insert(to, "doc", "g, " + text(postgres, 100_000), megabytes * 10, postgres);
    }
  },
  BUSY("a busy source") {
    @Override
    void fill(Statement to, boolean postgres, int megabytes) throws SQLException {
      to.execute("CREATE TABLE account (id int PRIMARY KEY, n int, v varchar(200))");
      insert(to, "account", "g, 0, " + text(postgres, 150), megabytes * 4_500, postgres);
      to.execute("CREATE INDEX account_n ON account (n)");
    }

    @Override
    Writing writing(ForecastServers servers) throws SQLException {
      Connection connection = servers.connect(database());
      CountDownLatch stop = new CountDownLatch(1);
      Thread writer =
          Thread.ofPlatform()
              .name("application")
              .start(() -> {
                try (Statement statement = connection.createStatement()) {
                  for (int i = 1; !stop.await(10, TimeUnit.MILLISECONDS); i++) {
                    statement.execute(
                        "UPDATE account SET n = n + 1 WHERE id = " + (1 + i * 31 % 1000));
                  }
                } catch (SQLException e) {
                  // The cutover closes the source: then there is nothing more to write.
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      return () -> {
        stop.countDown();
        join(writer);
        connection.close();
      };
    }
  };

  /** An application that writes until it is ended. */
  @FunctionalInterface
  interface Writing {
    void end() throws SQLException;
  }

  /** A statement of MySQL makes so many rows at most. */
  private static final int ROWS_AT_A_TIME = 50_000;

  private final String words;

  ForecastData(String words) {
    this.words = words;
  }

  abstract void fill(Statement to, boolean postgres, int megabytes) throws SQLException;

  String words() {
    return words;
  }

  String database() {
    return "forecast_" + name().toLowerCase(Locale.ROOT);
  }

  void load(ForecastServers servers, int megabytes) throws SQLException {
    try (Connection connection = servers.source(database());
        Statement statement = connection.createStatement()) {
      if (!servers.postgres()) {
        boolean maria = connection.getMetaData().getDatabaseProductName().equals("MariaDB");
        String depth = maria ? "max_recursive_iterations" : "cte_max_recursion_depth";
        statement.execute("SET SESSION " + depth + " = " + ROWS_AT_A_TIME);
      }
      fill(statement, servers.postgres(), megabytes);
      if (servers.postgres()) {
        statement.execute("VACUUM ANALYZE");
        statement.execute("CHECKPOINT");
      } else {
        // What a server knows of a table that was filled just now is of its beginning.
        for (String table : tables(statement)) {
          statement.execute("ANALYZE TABLE " + table);
        }
      }
    }
  }

  private static List<String> tables(Statement statement) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery("SHOW TABLES")) {
      while (rows.next()) {
        tables.add(rows.getString(1));
      }
    }
    return tables;
  }

  /** What the application does meanwhile. */
  Writing writing(ForecastServers servers) throws SQLException {
    return () -> {};
  }

  private static void join(Thread writer) {
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Text of this length, other for each row, that does not repeat itself within 32 letters. */
  private static String text(boolean postgres, int length) {
    String times = Integer.toString(Math.ceilDiv(length, 32));
    return postgres
        ? "left(repeat(md5(g::text), " + times + "), " + length + ")"
        : "LEFT(REPEAT(MD5(g), " + times + "), " + length + ")";
  }

  private static void insert(Statement to, String table, String values, int rows, boolean postgres)
      throws SQLException {
    for (int from = 1; from <= rows; from += ROWS_AT_A_TIME) {
      int until = Math.min(rows, from + ROWS_AT_A_TIME - 1);
      to.execute(
          "INSERT INTO "
              + table
              + (postgres
                  ? " SELECT " + values + " FROM generate_series(" + from + ", " + until + ") g"
                  : " WITH RECURSIVE n (g) AS (SELECT "
                      + from
                      + " UNION ALL SELECT g + 1 FROM n WHERE g < "
                      + until
                      + ") SELECT "
                      + values
                      + " FROM n"));
    }
  }
}
