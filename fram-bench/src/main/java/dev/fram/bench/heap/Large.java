// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.heap;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.MySqlArena;
import dev.fram.bench.data.PostgresArena;
import dev.fram.testkit.server.MySqlServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The large things on the source, and whether they are on the target. A megabyte is 10^6 bytes.
 * Used by one thread.
 */
final class Large {
  /** 100,000 rows of a kilobyte. */
  static final int STEP_MEGABYTES = 100;

  private final BenchArena arena;
  private final Words words;
  private long mark;

  /** What differs between the products. */
  private record Words(String tables, String rows, String value) {}

  private static final Words POSTGRESQL =
      new Words(
          """
          CREATE TABLE large_transaction (id bigint PRIMARY KEY, filler text);
          CREATE TABLE large_row (id int PRIMARY KEY, body text);
          ALTER TABLE large_row ALTER COLUMN body SET STORAGE EXTERNAL;
          """,
          "SELECT i, repeat(md5(i::text), 31) FROM generate_series(1, 100000::bigint * %d) i",
          "repeat('0123456789', 100000 * %d)");

  private static final Words MYSQL =
      new Words(
          """
          CREATE TABLE large_transaction (id bigint PRIMARY KEY, filler text);
          CREATE TABLE large_row (id int PRIMARY KEY, body longtext);
          """,
          "SELECT a.aid + 100000 * (b.aid - 1), repeat(md5(a.aid), 31) FROM accounts b JOIN accounts a WHERE b.aid <= %d AND a.aid <= 100000",
          "repeat('0123456789', 100000 * %d)");

  private Large(BenchArena arena, Words words) {
    this.arena = arena;
    this.words = words;
  }

  /** Makes the empty tables; MySQL's limits are set so that such rows can exist. */
  static Large prepare(BenchArena arena, int rowMegabytes) throws SQLException {
    Large made =
        switch (arena) {
          case PostgresArena postgres -> new Large(arena, POSTGRESQL);
          case MySqlArena mysql -> {
            // No value may be larger than a tenth of the redo log.
            String redo = "SET GLOBAL innodb_redo_log_capacity = " + rowMegabytes * 12_000_000L;
            for (MySqlServer server : List.of(mysql.source(), mysql.target())) {
              server.execute("", redo + "; SET GLOBAL max_allowed_packet = 1073741824");
            }
            yield new Large(arena, MYSQL);
          }
        };
    made.execute(made.words.tables);
    return made;
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = arena.connectSource();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Writes rows of a kilobyte in one transaction. */
  void writeTransaction(int megabytes) throws SQLException {
    execute(
        "INSERT INTO large_transaction (id, filler) "
            + words.rows.formatted(megabytes / STEP_MEGABYTES));
  }

  /** Writes one row with one value. */
  void writeRow(int megabytes) throws SQLException {
    execute(
        "INSERT INTO large_row (id, body) VALUES (1, " + words.value.formatted(megabytes) + ")");
  }

  /** Takes all of it away again. */
  void clear() throws SQLException {
    execute("TRUNCATE TABLE large_row");
    execute("TRUNCATE TABLE large_transaction");
  }

  /** The last change of all, by which it is known that the others have arrived. */
  void writeMark() throws SQLException {
    mark++;
    execute("UPDATE marker SET round = " + mark + " WHERE id = 1");
  }

  boolean markHasArrived() throws SQLException {
    return onTarget("SELECT round FROM marker WHERE id = 1") == mark;
  }

  long transactionRows() throws SQLException {
    return onTarget("SELECT count(*) FROM large_transaction");
  }

  long rowBytes() throws SQLException {
    return onTarget("SELECT coalesce(max(octet_length(body)), 0) FROM large_row");
  }

  private long onTarget(String question) throws SQLException {
    try (Connection connection = arena.first().connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(question)) {
      return rows.next() ? rows.getLong(1) : 0;
    }
  }
}
