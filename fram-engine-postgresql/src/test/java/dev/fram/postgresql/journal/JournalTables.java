// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.journal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Lets tests of other packages make schema fram without a journal. */
public final class JournalTables {
  private JournalTables() {}

  public static void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : JournalSchema.statements()) {
        statement.execute(sql);
      }
      for (String sql : InventoryRecords.STATEMENTS) {
        statement.execute(sql);
      }
    }
  }
}
