// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.TableState;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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
                        + " storage, row_count, byte_count, window_end FROM fram.table_state",
                    TableRecords::state));
    Map<TableId, TableState> all = new TreeMap<>();
    states.forEach(state -> all.put(state.table(), state));
    return all;
  }

  static int save(Connection connection, TableState state) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            REPLACE INTO fram.table_state (schema_name, table_name, stage, fence_kind, fence,
              definition, storage, row_count, byte_count, window_end)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
          "INSERT INTO fram.key_chunk (schema_name, table_name, number, of_chunks, key_range)"
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
                "SELECT number, of_chunks, key_range FROM fram.key_chunk"
                    + " WHERE schema_name = ? AND table_name = ? ORDER BY number",
                row ->
                    new Chunk(
                        table,
                        row.getInt(1),
                        row.getInt(2),
                        MySqlJournal.text(row, 3),
                        Chunk.Kind.KEY),
                table.schema(),
                table.name()));
  }

  private static TableState state(ResultSet row) throws SQLException {
    return new TableState(
        new TableId(MySqlJournal.text(row, 1), MySqlJournal.text(row, 2)),
        TableState.Stage.valueOf(MySqlJournal.text(row, 3)),
        fence(row.getString(4), row.getString(5)),
        fingerprint(row.getString(6), row.getString(7)),
        row.getLong(8),
        row.getLong(9),
        Optional.ofNullable(row.getString(10)).map(BinlogPosition::parse));
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
