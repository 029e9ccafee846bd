// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Optional;

/** A statement that a target may forbid: when it fails, the transaction goes on without it. */
final class Attempt {
  private Attempt() {}

  /**
   * Runs one statement or script under a savepoint.
   *
   * @return why it failed; empty when it did not
   */
  static Optional<SQLException> run(Connection connection, String sql) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
      connection.releaseSavepoint(before);
      return Optional.empty();
    } catch (SQLException e) {
      if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
        throw e;
      }
      connection.rollback(before);
      return Optional.of(e);
    }
  }
}
