// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * The database that the workload writes to: the tables that the oracle follows, and around them all
 * that is awkward to move. Made on one connection, in one transaction.
 */
public final class WorkloadSchema {
  /** The loaded rows of app.item belong in turn to this many writers. */
  public static final int WRITERS = 16;

  /** Rows that writers insert themselves have ids from here on. */
  static final long OWN_IDS = 1_000_000_000L;

  /** So many of the loaded rows, spread over the table, are changed by each writer. */
  private static final long LOADED_IN_USE = 1_000;

  private static final int PG_14 = 14;
  private static final int PG_18 = 18;

  private WorkloadSchema() {}

  /** A group of objects that a test may leave out. */
  public enum Part {
    /** Tables with every awkward type and with keys of every kind. */
    TYPES,
    /** Names that need quoting. */
    NAMES,
    /** What logical decoding does not carry: unlogged table, materialized view, large objects. */
    UNREPLICATED
  }

  /** Creates everything, with {@code rows} rows in the large table. */
  public static void create(Connection connection, long rows) throws SQLException {
    create(connection, rows, EnumSet.allOf(Part.class));
  }

  /** Creates the tables of the oracle and these parts; about 100,000 rows a second. */
  public static void create(Connection connection, long rows, Set<Part> parts) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    run(connection, resource("core.sql"));
    loadItems(connection, rows);
    if (parts.contains(Part.TYPES)) {
      run(connection, resource("types.sql"));
      addNewerTypes(connection);
    }
    if (parts.contains(Part.NAMES)) {
      run(connection, resource("names.sql"));
    }
    if (parts.contains(Part.UNREPLICATED)) {
      run(connection, resource("unreplicated.sql"));
    }
    connection.commit();
    connection.setAutoCommit(autoCommit);
    run(connection, "ANALYZE");
  }

  /** Each how manyeth loaded id of a writer it may change, when so many were loaded for it. */
  static long stride(long loadedForOneWriter) {
    return Math.max(1, loadedForOneWriter / LOADED_IN_USE);
  }

  private static void loadItems(Connection connection, long rows) throws SQLException {
    run(connection, "ALTER TABLE app.item DISABLE TRIGGER count_change");
    String insert =
        """
        INSERT INTO app.item (writer, id, amount, body, wide)
        SELECT g % ?, 1 + g / ?, (g % 10007) / 4.0, md5(g::text) || ' loaded',
          CASE WHEN g % 500 = 0 THEN repeat(md5(g::text), 120) END
        FROM generate_series(0, ? - 1) g
        """;
    try (PreparedStatement load = connection.prepareStatement(insert)) {
      load.setInt(1, WRITERS);
      load.setInt(2, WRITERS);
      load.setLong(3, rows);
      load.executeUpdate();
    }
    run(connection, "ALTER TABLE app.item ENABLE TRIGGER count_change");
  }

  private static void addNewerTypes(Connection connection) throws SQLException {
    int major = connection.getMetaData().getDatabaseMajorVersion();
    if (major >= PG_14) {
      run(
          connection,
          "ALTER TABLE app.everything ADD mr int4multirange, ADD packed text COMPRESSION pglz;"
              + " UPDATE app.everything SET packed = repeat('pglz ', id * 40), mr ="
              + " (ARRAY['{}', '{[1,3),[5,9)}', '{(,0),[7,)}'])[1 + id % 3]::int4multirange");
    }
    if (major >= PG_18) {
      run(
          connection,
          "ALTER TABLE app.everything ADD virtual_made int GENERATED ALWAYS AS (id + 1) VIRTUAL");
    }
  }

  private static String resource(String name) {
    try (InputStream bytes = WorkloadSchema.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(bytes, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
