// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Schema fram with a migration in epoch 1, for tests of parts that only need it to be there. */
public final class JournalTables {
  private JournalTables() {}

  public static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : JournalSchema.statements()) {
        statement.execute(sql);
      }
      statement.execute(
          "INSERT INTO fram.migration (id, source, scope, phase, evidence, epoch)"
              + " VALUES ('0123abcd', 's', '{}', 'PLANNED', '{}', 1)");
    }
  }
}
