// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

/**
 * What the workload says differently to different products. Without state, for any thread. It
 * decides nothing: the writers, their books and the oracle are the same everywhere.
 */
sealed interface Dialect permits PostgresDialect, MySqlDialect {

  /** The language of the server at the other end; MariaDB speaks MySQL's. */
  static Dialect of(Connection connection) throws SQLException {
    boolean postgres =
        connection.getMetaData().getDatabaseProductName().equals(PostgresDialect.PRODUCT);
    return postgres ? new PostgresDialect() : new MySqlDialect();
  }

  /** Creates the tables of the oracle and the parts, with {@code rows} rows in the large table. */
  void createSchema(Connection connection, long rows, Set<WorkloadSchema.Part> parts)
      throws SQLException;

  /** Makes writers differ in how they talk to the server. */
  void tune(Connection connection, int writer) throws SQLException;

  /** Sets what the next commit promises, inside the transaction. */
  void promise(Connection connection, String synchronousCommit) throws SQLException;

  /** Inserts rows of app.item in the product's own way for many. */
  void insertMany(Connection connection, int writer, List<Long> ids) throws SQLException;

  /** The statement that changes one row of app.everything, whose id it binds. */
  String changeAwkwardRow();

  /** The statement that writes down a transaction as never committed, unless it is there. */
  String insertNever();

  /** Called before the first statement of a transaction that is to commit in two phases. */
  void beginTwoPhase(Connection connection, String id) throws SQLException;

  void prepare(Connection connection, String id) throws SQLException;

  void commitPrepared(Connection connection, String id) throws SQLException;

  /** Rolls back what was prepared under this name; nothing happens when there is none. */
  void rollbackPrepared(Connection connection, String id) throws SQLException;

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Binds the values in their order and tells how many rows were hit. */
  static int update(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int index = 0; index < values.length; index++) {
        statement.setObject(index + 1, values[index]);
      }
      return statement.executeUpdate();
    }
  }
}
