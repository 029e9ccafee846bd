// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.postgresql.connection.Quoting;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Empties tables in one statement, without CASCADE: the source's list is complete, and tables that
 * are not in it, or have seen it already, must stay as they are.
 */
final class Truncation {
  /** "cannot truncate a table referenced in a foreign key constraint" is a missing feature. */
  private static final String REFERENCED = "0A000";

  private Truncation() {}

  static void run(TargetSession session, List<TargetTable> tables) throws SQLException {
    String list =
        tables.stream()
            .map(table -> "ONLY " + Quoting.table(table.id()))
            .collect(Collectors.joining(", "));
    session.savepoint();
    try (Statement statement = session.connection().createStatement()) {
      try {
        statement.execute("TRUNCATE " + list);
      } catch (SQLException e) {
        if (!REFERENCED.equals(e.getSQLState())) {
          throw e;
        }
        // A table outside the list refers to one inside it. The server refuses even when no row
        // does; row by row it is possible.
        session.rollbackToSavepoint();
        for (TargetTable table : tables) {
          statement.execute("DELETE FROM " + table.inStatement());
        }
      }
    }
    session.release();
  }
}
