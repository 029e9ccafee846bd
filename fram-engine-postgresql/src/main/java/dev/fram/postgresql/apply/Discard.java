// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.copy.KeyRanges;
import dev.fram.postgresql.feed.KeyRange;
import dev.fram.postgresql.journal.JournalSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Throws away the copy of a chunk, or of a whole table, on the target: the rows together with the
 * record that they are there. What is missing then is copied again before anything else is applied.
 * Works in the caller's transaction.
 */
final class Discard {
  private static final String RANGE =
      "SELECT range FROM fram.key_chunk WHERE schema_name = ? AND table_name = ? AND number = ?";

  private static final String REFERENCES =
      "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND confrelid = ?::regclass";

  private Discard() {}

  static void copy(Connection connection, TableId table, OptionalInt chunk) throws SQLException {
    Sql.run(connection, "SET LOCAL lock_timeout = '10s'");
    if (chunk.isPresent()) {
      chunk(connection, table, chunk.getAsInt());
    } else {
      // A table that others refer to cannot be truncated, whatever the session's role.
      boolean referenced = Sql.number(connection, REFERENCES, Quoting.table(table)) > 0;
      Sql.run(
          connection, (referenced ? "DELETE FROM ONLY " : "TRUNCATE ONLY ") + Quoting.table(table));
      Sql.update(connection, JournalSchema.FORGET_CHUNKS, table.schema(), table.name());
    }
  }

  private static void chunk(Connection connection, TableId table, int number) throws SQLException {
    Optional<KeyRange> range =
        Sql.first(
            connection,
            RANGE,
            row -> KeyRange.parse(row.getString(1)),
            table.schema(),
            table.name(),
            number);
    String condition = range.map(KeyRanges::condition).orElse("");
    Sql.run(
        connection,
        "DELETE FROM ONLY "
            + Quoting.table(table)
            + (condition.isEmpty() ? "" : " WHERE " + condition));
    Sql.update(
        connection,
        JournalSchema.FORGET_CHUNKS + " AND number = ?",
        table.schema(),
        table.name(),
        number);
  }
}
