// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * MySQL and MariaDB: the schema is a database of its own, many rows go into one statement, two
 * phases are XA. MySQL 9.7 has MD5 no more, SHA2 is in all of them. The connection that creates the
 * schema must allow several statements in one.
 */
record MySqlDialect() implements Dialect {
  private static final long ROWS_OF_A_STATEMENT = 100_000;

  /** So many of the loaded items have a tag, and with it notes and lines. */
  private static final int ITEMS_FOR_A_TAG = 50;

  /** An ENUM of more than 255 members takes two bytes a value. */
  private static final int MANY_MEMBERS = 300;

  private static final int SET_MEMBERS = 64;
  private static final int MYSQL_9 = 9;

  @Override
  public void createSchema(Connection connection, long rows, Set<WorkloadSchema.Part> parts)
      throws SQLException {
    run(connection, "core.sql");
    load(connection, rows);
    run(connection, "triggers.sql");
    if (parts.contains(WorkloadSchema.Part.TYPES)) {
      run(connection, "types.sql");
      createLongLists(connection);
      createOnlyOnMySql(connection);
    }
    if (parts.contains(WorkloadSchema.Part.NAMES)) {
      run(connection, "names.sql");
    }
    if (parts.contains(WorkloadSchema.Part.OBJECTS)) {
      run(connection, "objects.sql");
    }
    if (parts.contains(WorkloadSchema.Part.EVENTS)) {
      run(connection, "events.sql");
    }
  }

  /**
   * Every second writer reads what is committed now, as many applications do. The default of 50
   * seconds for a lock would look like a lost connection.
   */
  @Override
  public void tune(Connection connection, int writer) throws SQLException {
    Dialect.execute(connection, "SET SESSION innodb_lock_wait_timeout = 10");
    if (writer % 2 == 0) {
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    }
  }

  /** What a commit promises is a setting of the server here. */
  @Override
  public void promise(Connection connection, String synchronousCommit) {}

  @Override
  public void insertMany(Connection connection, int writer, List<Long> ids) throws SQLException {
    String rows =
        ids.stream()
            .map(id -> "(" + writer + ", " + id + ", 'many \\\\N at once\\n')")
            .collect(Collectors.joining(", "));
    Dialect.execute(connection, "INSERT INTO app.item (writer, id, body) VALUES " + rows);
  }

  @Override
  public String changeAwkwardRow() {
    return "UPDATE app.everything SET version = version + 1, n = -n, f8 = f8 * -1,"
        + " t = CONCAT(t, '\\\\'), b64 = b64 ^ 5, vb = CONCAT(UNHEX('00'), LEFT(vb, 50)),"
        + " j = JSON_SET(j, '$.touched', version), s = s ^ 1, g = POINT(version, 1) WHERE id = ?";
  }

  /** Never INSERT IGNORE, which hides more than a row that is there. */
  @Override
  public String insertNever() {
    return "INSERT INTO app.ledger (writer, seq, kind) VALUES (?, ?, 'never')"
        + " ON DUPLICATE KEY UPDATE kind = kind";
  }

  @Override
  public void beginTwoPhase(Connection connection, String id) throws SQLException {
    Dialect.execute(connection, "XA START '" + id + "'");
  }

  @Override
  public void prepare(Connection connection, String id) throws SQLException {
    Dialect.execute(connection, "XA END '" + id + "'");
    Dialect.execute(connection, "XA PREPARE '" + id + "'");
  }

  @Override
  public void commitPrepared(Connection connection, String id) throws SQLException {
    Dialect.execute(connection, "XA COMMIT '" + id + "'");
  }

  @Override
  public void rollbackPrepared(Connection connection, String id) throws SQLException {
    boolean open = false;
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("XA RECOVER")) {
      while (rows.next()) {
        open |= rows.getString("data").equals(id);
      }
    }
    if (open) {
      Dialect.execute(connection, "XA ROLLBACK '" + id + "'");
    }
  }

  private static void load(Connection connection, long rows) throws SQLException {
    for (long first = 0; first < rows; first += ROWS_OF_A_STATEMENT) {
      String series = series(first, Math.min(rows - first, ROWS_OF_A_STATEMENT));
      Dialect.execute(
          connection,
          "INSERT INTO app.item (writer, id, amount, body, wide) SELECT g % 16, 1 + g DIV 16,"
              + " (g % 10007) / 4, CONCAT(LEFT(SHA2(g, 256), 32), ' loaded'),"
              + " IF(g % 500 = 0, REPEAT(LEFT(SHA2(g, 256), 32), 120), NULL) FROM "
              + series);
      Dialect.execute(
          connection,
          "INSERT INTO app.sbtest1 (id, k, c, pad) SELECT g + 1, g % 5003,"
              + " CONCAT(LEFT(SHA2(g, 256), 32), '-', LEFT(SHA2(g + 1, 256), 32), '-', LEFT(SHA2(g + 2, 256), 32)), LEFT(SHA2(g + 3, 256), 32) FROM "
              + series);
      Dialect.execute(
          connection,
          "INSERT INTO app.reading SELECT g % 16, 1 + g DIV 16, g % 30 FROM "
              + series
              + " WHERE g % 8 = 0");
      Dialect.execute(
          connection,
          "INSERT INTO app.item_tag (writer, id, tag) SELECT g % 16, 1 + g DIV 16, 1 FROM "
              + series
              + " WHERE g % "
              + ITEMS_FOR_A_TAG
              + " = 0");
    }
  }

  /** The numbers from {@code first} on as a derived table: neither product has a series. */
  private static String series(long first, long number) {
    String digits =
        LongStream.range(0, 10)
            .mapToObj(digit -> "SELECT " + digit + " AS n")
            .collect(Collectors.joining(" UNION ALL "));
    return "(SELECT g FROM (SELECT %d + a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n AS g"
            .formatted(first)
        + " FROM (%1$s) a, (%1$s) b, (%1$s) c, (%1$s) d, (%1$s) e) digits WHERE g < %2$d) series"
            .formatted(digits, first + number);
  }

  private static void createLongLists(Connection connection) throws SQLException {
    Dialect.execute(
        connection,
        "CREATE TABLE app.long_lists (id int PRIMARY KEY, e enum("
            + members("member ", MANY_MEMBERS)
            + "), s set("
            + members("bit ", SET_MEMBERS)
            + "))");
    Dialect.execute(
        connection,
        "INSERT INTO app.long_lists SELECT g, g, 1 << (g % 64) FROM app.numbers WHERE g <= "
            + MANY_MEMBERS);
  }

  private static String members(String prefix, int number) {
    return IntStream.rangeClosed(1, number)
        .mapToObj(member -> "'" + prefix + member + "'")
        .collect(Collectors.joining(", "));
  }

  private static void createOnlyOnMySql(Connection connection) throws SQLException {
    if (connection.getMetaData().getDatabaseProductVersion().contains("MariaDB")) {
      return;
    }
    run(connection, "only-mysql.sql");
    if (connection.getMetaData().getDatabaseMajorVersion() >= MYSQL_9) {
      Dialect.execute(
          connection,
          "CREATE TABLE app.vectors (id int PRIMARY KEY, v vector(4));"
              + " INSERT INTO app.vectors SELECT g, TO_VECTOR(CONCAT('[', g, ',0.1,-1e30,0]'))"
              + " FROM app.numbers");
    }
  }

  private static void run(Connection connection, String resource) throws SQLException {
    Dialect.execute(connection, WorkloadSchema.resource("mysql/" + resource));
  }
}
