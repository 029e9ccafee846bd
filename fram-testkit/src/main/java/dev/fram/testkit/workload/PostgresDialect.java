// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.postgresql.PGConnection;

/** PostgreSQL: everything in one transaction, COPY, PREPARE TRANSACTION. */
record PostgresDialect() implements Dialect {
  static final String PRODUCT = "PostgreSQL";

  private static final int PG_14 = 14;
  private static final int PG_18 = 18;

  @Override
  public void createSchema(Connection connection, long rows, Set<WorkloadSchema.Part> parts)
      throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    run(connection, "core.sql");
    loadItems(connection, rows);
    if (parts.contains(WorkloadSchema.Part.TYPES)) {
      run(connection, "types.sql");
      addNewerTypes(connection);
    }
    if (parts.contains(WorkloadSchema.Part.NAMES)) {
      run(connection, "names.sql");
    }
    if (parts.contains(WorkloadSchema.Part.UNREPLICATED)) {
      run(connection, "unreplicated.sql");
    }
    connection.commit();
    connection.setAutoCommit(autoCommit);
    Dialect.execute(connection, "ANALYZE");
  }

  /** Every second writer keeps its statements prepared on the server from the first use. */
  @Override
  public void tune(Connection connection, int writer) throws SQLException {
    connection.unwrap(PGConnection.class).setPrepareThreshold(writer % 2 == 0 ? 1 : 5);
  }

  @Override
  public void promise(Connection connection, String synchronousCommit) throws SQLException {
    if (!synchronousCommit.equals("on")) {
      Dialect.execute(connection, "SET LOCAL synchronous_commit = " + synchronousCommit);
    }
  }

  @Override
  public void insertMany(Connection connection, int writer, List<Long> ids) throws SQLException {
    StringBuilder lines = new StringBuilder();
    for (long id : ids) {
      lines.append(writer).append('\t').append(id).append("\tcopied \\\\N in\\n\n");
    }
    try {
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(
              "COPY app.item (writer, id, body) FROM STDIN", new StringReader(lines.toString()));
    } catch (IOException fault) {
      throw new SQLException("the connection failed during COPY", "08006", fault);
    }
  }

  @Override
  public String changeAwkwardRow() {
    return "UPDATE app.everything SET version = version + 1, n = CASE WHEN n = 'NaN' THEN -0.00"
        + " ELSE 'NaN' END, t = t || E'\\\\', jb = jb || '{\"touched\": true}',"
        + " ints = ints[2:] WHERE id = ?";
  }

  @Override
  public String insertNever() {
    return "INSERT INTO app.ledger (writer, seq, kind) VALUES (?, ?, 'never') ON CONFLICT DO"
        + " NOTHING";
  }

  /** A transaction becomes one of two phases at its end only. */
  @Override
  public void beginTwoPhase(Connection connection, String id) {}

  @Override
  public void prepare(Connection connection, String id) throws SQLException {
    Dialect.execute(connection, "PREPARE TRANSACTION '" + id + "'");
    connection.setAutoCommit(true);
  }

  @Override
  public void commitPrepared(Connection connection, String id) throws SQLException {
    Dialect.execute(connection, "COMMIT PREPARED '" + id + "'");
  }

  @Override
  public void rollbackPrepared(Connection connection, String id) throws SQLException {
    boolean open;
    try (PreparedStatement query =
        connection.prepareStatement("SELECT 1 FROM pg_prepared_xacts WHERE gid = ?")) {
      query.setString(1, id);
      try (ResultSet rows = query.executeQuery()) {
        open = rows.next();
      }
    }
    if (open) {
      Dialect.execute(connection, "ROLLBACK PREPARED '" + id + "'");
    }
  }

  private static void loadItems(Connection connection, long rows) throws SQLException {
    Dialect.execute(connection, "ALTER TABLE app.item DISABLE TRIGGER count_change");
    String insert =
        """
        INSERT INTO app.item (writer, id, amount, body, wide)
        SELECT g % ?, 1 + g / ?, (g % 10007) / 4.0, md5(g::text) || ' loaded',
          CASE WHEN g % 500 = 0 THEN repeat(md5(g::text), 120) END
        FROM generate_series(0, ? - 1) g
        """;
    try (PreparedStatement load = connection.prepareStatement(insert)) {
      load.setInt(1, WorkloadSchema.WRITERS);
      load.setInt(2, WorkloadSchema.WRITERS);
      load.setLong(3, rows);
      load.executeUpdate();
    }
    Dialect.execute(connection, "ALTER TABLE app.item ENABLE TRIGGER count_change");
  }

  private static void addNewerTypes(Connection connection) throws SQLException {
    int major = connection.getMetaData().getDatabaseMajorVersion();
    if (major >= PG_14) {
      Dialect.execute(
          connection,
          "ALTER TABLE app.everything ADD mr int4multirange, ADD packed text COMPRESSION pglz;"
              + " UPDATE app.everything SET packed = repeat('pglz ', id * 40), mr ="
              + " (ARRAY['{}', '{[1,3),[5,9)}', '{(,0),[7,)}'])[1 + id % 3]::int4multirange");
    }
    if (major >= PG_18) {
      Dialect.execute(
          connection,
          "ALTER TABLE app.everything ADD virtual_made int GENERATED ALWAYS AS (id + 1) VIRTUAL");
    }
  }

  private static void run(Connection connection, String resource) throws SQLException {
    Dialect.execute(connection, WorkloadSchema.resource(resource));
  }
}
