// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.journal;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.TableState;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The journal's part on tables and chunks. Usable from any thread, as its session is. */
final class TableRecords {
  private final SharedSession session;

  TableRecords(SharedSession session) {
    this.session = session;
  }

  Map<TableId, TableState> all() {
    List<TableState> states =
        session.read(
            "reading the tables' states",
            c ->
                Sql.list(
                    c,
                    "SELECT schema_name, table_name, stage, fence_kind, fence, definition,"
                        + " storage, rows, bytes, window_end FROM fram.table_state",
                    TableRecords::state));
    Map<TableId, TableState> all = new TreeMap<>();
    states.forEach(state -> all.put(state.table(), state));
    return all;
  }

  static int save(Connection connection, TableState state) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            INSERT INTO fram.table_state AS t (schema_name, table_name, stage, fence_kind, fence,
              definition, storage, rows, bytes, window_end)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (schema_name, table_name) DO UPDATE SET stage = excluded.stage,
              fence_kind = excluded.fence_kind, fence = excluded.fence,
              definition = excluded.definition, storage = excluded.storage,
              rows = excluded.rows, bytes = excluded.bytes,
              window_end = excluded.window_end
            """)) {
      statement.setString(1, state.table().schema());
      statement.setString(2, state.table().name());
      statement.setString(3, state.stage().name());
      set(statement, 4, state.fence().map(TableRecords::kind));
      set(statement, 5, state.fence().map(Fence::text));
      set(statement, 6, state.fingerprint().map(Fingerprint::definition));
      set(statement, 7, state.fingerprint().map(Fingerprint::storage));
      statement.setLong(8, state.rows());
      statement.setLong(9, state.bytes());
      set(statement, 10, state.windowEnd().map(Position::text));
      return statement.executeUpdate();
    }
  }

  Set<Integer> copiedChunks(TableId table) {
    return Set.copyOf(
        session.read(
            "reading the copied chunks of " + table,
            c ->
                Sql.list(
                    c,
                    "SELECT number FROM fram.chunk_done WHERE schema_name = ? AND table_name = ?",
                    row -> row.getInt(1),
                    table.schema(),
                    table.name())));
  }

  static int saveKeyChunks(Connection connection, TableId table, List<Chunk> chunks)
      throws SQLException {
    Sql.update(
        connection,
        "DELETE FROM fram.key_chunk WHERE schema_name = ? AND table_name = ?",
        table.schema(),
        table.name());
    for (Chunk chunk : chunks) {
      Sql.update(
          connection,
          "INSERT INTO fram.key_chunk (schema_name, table_name, number, of_chunks, range)"
              + " VALUES (?, ?, ?, ?, ?)",
          table.schema(),
          table.name(),
          chunk.number(),
          chunk.of(),
          chunk.range());
    }
    return chunks.size();
  }

  List<Chunk> keyChunks(TableId table) {
    return session.read(
        "reading the cut of " + table,
        c ->
            Sql.list(
                c,
                "SELECT number, of_chunks, range FROM fram.key_chunk"
                    + " WHERE schema_name = ? AND table_name = ? ORDER BY number",
                row ->
                    new Chunk(
                        table,
                        row.getInt(1),
                        row.getInt(2),
                        PostgresJournal.text(row, 3),
                        Chunk.Kind.KEY),
                table.schema(),
                table.name()));
  }

  Map<TableId, List<Chunk>> missingChunks() {
    List<Chunk> missing =
        session.read(
            "looking for chunks to copy again",
            c ->
                Sql.list(
                    c,
                    """
                    SELECT schema_name, table_name, k.number, k.of_chunks, k.range
                    FROM fram.key_chunk k JOIN fram.table_state t USING (schema_name, table_name)
                      LEFT JOIN fram.chunk_done d USING (schema_name, table_name, number)
                    WHERE d.number IS NULL AND t.stage IN ('COPIED', 'READY_TO_FOLLOW')
                    ORDER BY 1, 2, 3
                    """,
                    row ->
                        new Chunk(
                            new TableId(PostgresJournal.text(row, 1), PostgresJournal.text(row, 2)),
                            row.getInt(3),
                            row.getInt(4),
                            PostgresJournal.text(row, 5),
                            Chunk.Kind.KEY)));
    Map<TableId, List<Chunk>> tables = new TreeMap<>();
    missing.forEach(c -> tables.computeIfAbsent(c.table(), t -> new ArrayList<>()).add(c));
    return tables;
  }

  private static TableState state(ResultSet row) throws SQLException {
    return new TableState(
        new TableId(PostgresJournal.text(row, 1), PostgresJournal.text(row, 2)),
        TableState.Stage.valueOf(PostgresJournal.text(row, 3)),
        fence(row.getString(4), row.getString(5)),
        fingerprint(row.getString(6), row.getString(7)),
        row.getLong(8),
        row.getLong(9),
        Optional.ofNullable(row.getString(10)).map(Lsn::parse));
  }

  private static String kind(Fence fence) {
    return switch (fence) {
      case Fence.Exact exact -> "exact";
      case Fence.Fuzzy fuzzy -> "fuzzy";
    };
  }

  private static Optional<Fence> fence(@Nullable String kind, @Nullable String text) {
    if (kind == null || text == null) {
      return Optional.empty();
    }
    return Optional.of("exact".equals(kind) ? new Fence.Exact(text) : new Fence.Fuzzy(text));
  }

  private static Optional<Fingerprint> fingerprint(
      @Nullable String definition, @Nullable String storage) {
    return definition == null || storage == null
        ? Optional.empty()
        : Optional.of(new Fingerprint(definition, storage));
  }

  private static void set(PreparedStatement statement, int place, Optional<String> value)
      throws SQLException {
    statement.setString(place, value.orElse(null));
  }
}
