// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.journal;

import java.util.List;

/**
 * The tables of schema {@code fram} on the target: the one definition that journal, copier and
 * applier share. Every write outside this package that depends on the epoch goes through {@link
 * #CHECK_EPOCH} in the same transaction.
 */
public final class JournalSchema {
  /** Locks the migration's row in share mode when the epoch is still ours; no row: fenced. */
  public static final String CHECK_EPOCH = "SELECT 1 FROM fram.migration WHERE epoch = ? FOR SHARE";

  /** Records a chunk as copied. Parameters: schema, table, number, rows, bytes, fence. */
  public static final String CHUNK_DONE =
      "INSERT INTO fram.chunk_done (schema_name, table_name, number, rows, bytes, fence)"
          + " VALUES (?, ?, ?, ?, ?, ?)";

  /** Forgets a table's copied chunks. Parameters: schema, table. */
  public static final String FORGET_CHUNKS =
      "DELETE FROM fram.chunk_done WHERE schema_name = ? AND table_name = ?";

  private JournalSchema() {}

  private static final List<String> STATEMENTS =
      List.of(
          "CREATE SCHEMA IF NOT EXISTS fram",
          """
          CREATE TABLE IF NOT EXISTS fram.migration (
            only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
            id text NOT NULL,
            source text NOT NULL,
            scope text NOT NULL,
            phase text NOT NULL,
            evidence text NOT NULL,
            epoch bigint NOT NULL,
            holder text NOT NULL DEFAULT '',
            format int NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp())
          """,
          """
          CREATE TABLE IF NOT EXISTS fram.journal (
            sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            epoch bigint NOT NULL,
            step text NOT NULL,
            detail text NOT NULL,
            outcome text,
            begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            ended_at timestamptz)
          """,
          """
          CREATE TABLE IF NOT EXISTS fram.table_state (
            schema_name text NOT NULL,
            table_name text NOT NULL,
            stage text NOT NULL,
            fence_kind text,
            fence text,
            definition text,
            storage text,
            rows bigint NOT NULL,
            bytes bigint NOT NULL,
            window_end text,
            PRIMARY KEY (schema_name, table_name))
          """,
          """
          CREATE TABLE IF NOT EXISTS fram.key_chunk (
            schema_name text NOT NULL,
            table_name text NOT NULL,
            number int NOT NULL,
            of_chunks int NOT NULL,
            range text NOT NULL,
            PRIMARY KEY (schema_name, table_name, number))
          """,
          """
          CREATE TABLE IF NOT EXISTS fram.chunk_done (
            schema_name text NOT NULL,
            table_name text NOT NULL,
            number int NOT NULL,
            rows bigint NOT NULL,
            bytes bigint NOT NULL,
            fence text NOT NULL,
            PRIMARY KEY (schema_name, table_name, number))
          """,
          """
          CREATE TABLE IF NOT EXISTS fram.feed (
            only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
            epoch bigint NOT NULL,
            position pg_lsn NOT NULL,
            reference_xid bigint NOT NULL,
            sequence bigint NOT NULL DEFAULT 0,
            applied_at timestamptz)
          """,
          """
          CREATE TABLE IF NOT EXISTS fram.status (
            only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
            status text NOT NULL,
            published_at timestamptz NOT NULL)
          """,
          """
          CREATE TABLE IF NOT EXISTS fram.command (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            command text NOT NULL,
            answer text,
            submitted_at timestamptz NOT NULL DEFAULT clock_timestamp())
          """,
          KeptDocuments.TABLE,
          """
          CREATE TABLE IF NOT EXISTS fram.schema_archive (
            only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
            archive bytea NOT NULL,
            done text NOT NULL DEFAULT '')
          """);

  static List<String> statements() {
    return STATEMENTS;
  }
}
