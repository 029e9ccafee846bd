// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import java.util.List;

/**
 * The tables of database {@code fram} on the target: the one definition that journal, copier and
 * applier share. Every write outside this package that depends on the epoch goes through {@link
 * #CHECK_EPOCH} in the same transaction. All texts compare byte by byte.
 */
public final class JournalSchema {
  /**
   * Locks the migration's row in share mode when the epoch is still ours; no row: fenced. A locking
   * read sees the newest commit, whatever the transaction's snapshot.
   */
  public static final String CHECK_EPOCH =
      "SELECT 1 FROM fram.migration WHERE only_one = 1 AND epoch = ? LOCK IN SHARE MODE";

  /** Records a chunk as copied. Parameters: schema, table, number, rows, bytes, fence. */
  public static final String CHUNK_DONE =
      "INSERT INTO fram.chunk_done"
          + " (schema_name, table_name, number, row_count, byte_count, fence)"
          + " VALUES (?, ?, ?, ?, ?, ?)";

  /** Forgets a table's copied chunks. Parameters: schema, table. */
  public static final String FORGET_CHUNKS =
      "DELETE FROM fram.chunk_done WHERE schema_name = ? AND table_name = ?";

  static final String DATABASE =
      "CREATE DATABASE IF NOT EXISTS fram DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

  private static final String OPTIONS =
      " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

  private static final String TABLE_NAME =
      "schema_name varchar(64) NOT NULL, table_name varchar(64) NOT NULL, ";

  /** Documents for the report; the one table that may be there before a migration is. */
  static final String KEPT =
      table("kept", "name varchar(64) NOT NULL PRIMARY KEY, document longtext NOT NULL");

  private static final String ONE_ROW = "only_one tinyint NOT NULL DEFAULT 1 PRIMARY KEY, ";

  private JournalSchema() {}

  // DDL commits by itself here: the migration's table comes last, and says that all are there.
  private static final List<String> STATEMENTS =
      List.of(
          DATABASE,
          table(
              "journal",
              "sequence bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, epoch bigint NOT NULL,"
                  + " step varchar(255) NOT NULL, detail longtext NOT NULL, outcome varchar(32),"
                  + " begun_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),"
                  + " ended_at datetime(3)"),
          table(
              "table_state",
              TABLE_NAME
                  + "stage varchar(32) NOT NULL, fence_kind varchar(16), fence longtext,"
                  + " definition text, storage text, row_count bigint NOT NULL,"
                  + " byte_count bigint NOT NULL, window_end longtext,"
                  + " PRIMARY KEY (schema_name, table_name)"),
          table(
              "key_chunk",
              TABLE_NAME
                  + "number int NOT NULL, of_chunks int NOT NULL, key_range longtext NOT NULL,"
                  + " PRIMARY KEY (schema_name, table_name, number)"),
          table(
              "chunk_done",
              TABLE_NAME
                  + "number int NOT NULL, row_count bigint NOT NULL, byte_count bigint NOT NULL,"
                  + " fence longtext NOT NULL, PRIMARY KEY (schema_name, table_name, number)"),
          table(
              "feed",
              ONE_ROW
                  + "epoch bigint NOT NULL, position longtext NOT NULL,"
                  + " sequence bigint NOT NULL DEFAULT 0, applied_at datetime(3)"),
          table("status", ONE_ROW + "status longtext NOT NULL, published_at datetime(3) NOT NULL"),
          table(
              "command",
              "id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, command longtext NOT NULL,"
                  + " answer longtext,"
                  + " submitted_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)"),
          KEPT,
          table(
              "migration",
              ONE_ROW
                  + "id varchar(16) NOT NULL, source text NOT NULL, scope longtext NOT NULL,"
                  + " phase varchar(64) NOT NULL, evidence longtext NOT NULL,"
                  + " epoch bigint NOT NULL, holder varchar(255) NOT NULL DEFAULT '',"
                  + " format int NOT NULL DEFAULT 1,"
                  + " created_at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)"));

  static List<String> statements() {
    return STATEMENTS;
  }

  static String table(String name, String columns) {
    return "CREATE TABLE IF NOT EXISTS fram." + name + " (" + columns + ")" + OPTIONS;
  }
}
