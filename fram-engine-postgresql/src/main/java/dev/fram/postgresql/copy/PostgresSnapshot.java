// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.copy;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Fingerprints;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.feed.Lsn;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * One exported snapshot (ALGORITHMS A1, guards G2 to G4). Its session stays idle in a read-only
 * transaction for as long as it is open, which holds back the source's vacuum. Owned by the thread
 * that took it; copiers of other threads only read its name.
 */
public final class PostgresSnapshot implements Snapshot {
  private final String name;
  private final String visible;
  private final Lsn armedAt;
  private final Map<TableId, Fingerprint> prints;
  private final String serverRun;
  private final Sessions sessions;

  /** The session that holds the snapshot, and the one for questions about the present. */
  private record Sessions(Connector source, Connection holder, SharedSession questions) {}

  private PostgresSnapshot(
      String[] exported,
      Lsn armedAt,
      Map<TableId, Fingerprint> prints,
      String serverRun,
      Sessions sessions) {
    this.name = exported[0];
    this.visible = exported[1];
    this.armedAt = armedAt;
    this.prints = prints;
    this.serverRun = serverRun;
    this.sessions = sessions;
  }

  /**
   * Takes a snapshot. The order of its parts is the proof: looks first, then the snapshot, then the
   * position that vouches for it.
   *
   * @param questions a session for short questions, which stays the caller's
   * @param mark writes a marker into the log and returns its position
   */
  public static PostgresSnapshot take(
      Connector source, SharedSession questions, List<Table> tables, Supplier<Lsn> mark) {
    return take(source, questions, tables, mark, Optional::empty);
  }

  /** A snapshot of somebody else's that this one is to be; held until it is closed. */
  public interface Given extends AutoCloseable {
    /** What {@code SET TRANSACTION SNAPSHOT} wants. */
    String name();

    @Override
    void close();
  }

  /**
   * The same of a snapshot that is given, after the looks at the tables.
   *
   * @param given asked once; empty for a new one
   */
  public static PostgresSnapshot take(
      Connector source,
      SharedSession questions,
      List<Table> tables,
      Supplier<Lsn> mark,
      Supplier<Optional<Given>> given) {
    String serverRun = serverRun(questions);
    Map<TableId, Fingerprint> prints = looks(source, questions, tables);
    Connection holder = source.open("snapshot");
    try {
      begin(holder, given.get());
      String[] exported =
          Sql.list(
                  holder,
                  "SELECT pg_export_snapshot(), pg_current_snapshot()::text",
                  row -> new String[] {row.getString(1), row.getString(2)})
              .get(0);
      // A marker, not only the insert position: its commit forces the log up to here onto the disk,
      // so that a crash can no longer take back what the snapshot saw (guard G2).
      Lsn armedAt = mark.get();
      return new PostgresSnapshot(
          exported, armedAt, prints, serverRun, new Sessions(source, holder, questions));
    } catch (SQLException | RuntimeException e) {
      Connector.abort(holder);
      throw e instanceof SQLException sql
          ? SqlErrors.translate(sql, source.name(), "taking a snapshot")
          : (RuntimeException) e;
    }
  }

  private static void begin(Connection holder, Optional<Given> given) throws SQLException {
    Sql.run(holder, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (given.isPresent()) {
      try (Given held = given.get()) {
        Sql.run(holder, "SET TRANSACTION SNAPSHOT " + Quoting.literal(held.name()));
      }
    }
  }

  /** What {@code SET TRANSACTION SNAPSHOT} wants. */
  String name() {
    return name;
  }

  @Override
  public Fence fence(TableId table) {
    return new Fence.Exact(visible);
  }

  @Override
  public Position armedAt() {
    return armedAt;
  }

  @Override
  public List<Chunk> chunks(Table table, long chunkBytes) {
    Storage storage =
        sessions.questions.read("measuring " + table.id(), c -> storage(c, table.id()));
    // Before 14 a range of pages is found by reading all of them.
    boolean divisible = storage.heap && storage.version >= 140_000;
    long bytes = Math.max(table.bytes(), storage.pages * 8192);
    return StorageRanges.cut(table.id(), divisible ? storage.pages : 1, bytes, chunkBytes);
  }

  private record Storage(long pages, boolean heap, int version) {}

  /**
   * Measuring waits for whoever holds the table exclusively (TRUNCATE, VACUUM FULL), and every
   * other question with it. The catalog's own figure will do: the last range has no end.
   */
  private static Storage storage(Connection connection, TableId table) throws SQLException {
    Sql.run(connection, "SET lock_timeout = '1s'");
    try {
      return storage(
          connection, table, "pg_relation_size(c.oid) / current_setting('block_size')::int");
    } catch (SQLException e) {
      if (!"55P03".equals(e.getSQLState())) {
        throw e;
      }
      return storage(connection, table, "c.relpages::bigint");
    } finally {
      Sql.run(connection, "SET lock_timeout = 0");
    }
  }

  private static Storage storage(Connection connection, TableId table, String pages)
      throws SQLException {
    return Sql.first(
            connection,
            "SELECT "
                + pages
                + ", a.amname = 'heap', current_setting('server_version_num')::int"
                + " FROM pg_class c JOIN pg_am a ON a.oid = c.relam"
                + " WHERE c.oid = ?::regclass",
            row -> new Storage(row.getLong(1), row.getBoolean(2), row.getInt(3)),
            Quoting.table(table))
        .orElse(new Storage(1, false, 0));
  }

  @Override
  public Fingerprint fingerprint(TableId table) {
    Fingerprint print = prints.get(table);
    if (print == null) {
      throw new IllegalArgumentException("the snapshot was not taken for " + table);
    }
    return print;
  }

  @Override
  public void verifyPinned(TableId table) {
    String now = serverRun(sessions.questions);
    if (!now.equals(serverRun)) {
      throw broken(table, "the server was restarted or failed over since the snapshot");
    }
    String storage = look(sessions.questions, table).map(Fingerprints::nodeOf).orElse("none");
    if (!storage.equals(Fingerprints.nodeOf(fingerprint(table)))) {
      throw broken(table, "the table was rewritten or truncated since the snapshot");
    }
  }

  /** Everything copied of a table under this snapshot is worthless. */
  FramException broken(TableId table, String why) {
    return new FramException(
        ErrorCode.SNAPSHOT_BROKEN,
        sessions.source.name() + ": the copy of " + table + " is void: " + why + ".",
        "The table is copied again.");
  }

  @Override
  public void close() {
    Connector.abort(sessions.holder);
  }

  private static Map<TableId, Fingerprint> looks(
      Connector source, SharedSession questions, List<Table> tables) {
    Map<TableId, Fingerprint> all =
        tables.size() == 1 ? Map.of() : questions.read("looking at the tables", Fingerprints::all);
    Map<TableId, Fingerprint> prints = new TreeMap<>();
    for (Table table : tables) {
      Optional<Fingerprint> print =
          tables.size() == 1
              ? look(questions, table.id())
              : Optional.ofNullable(all.get(table.id()));
      prints.put(table.id(), print.orElseThrow(() -> gone(source, table.id())));
    }
    return prints;
  }

  private static Optional<Fingerprint> look(SharedSession questions, TableId table) {
    return questions.read("looking at " + table, c -> Fingerprints.of(c, table));
  }

  /**
   * Names this run of this server.
   *
   * @throws FramException UNSUPPORTED on a standby: its snapshots do not list what is in progress
   */
  private static String serverRun(SharedSession questions) {
    return questions.read(
        "asking for the server's identity",
        c -> {
          String[] run =
              Sql.list(
                      c,
                      "SELECT pg_is_in_recovery()::text, system_identifier || '/' || timeline_id"
                          + " || '/' || pg_postmaster_start_time()"
                          + " FROM pg_control_system(), pg_control_checkpoint()",
                      row -> new String[] {row.getString(1), row.getString(2)})
                  .get(0);
          if (run[0].startsWith("t")) {
            throw new FramException(
                ErrorCode.UNSUPPORTED,
                questions.name() + ": this server is a standby (pg_is_in_recovery is true).",
                "Name the primary as the source: a standby's snapshots do not tell which"
                    + " transactions are in progress.");
          }
          return run[1];
        });
  }

  private static FramException gone(Connector source, TableId table) {
    return new FramException(
        ErrorCode.SCHEMA_DRIFT,
        source.name() + ": table " + table + " is not there any more.",
        "Start the migration again, or bring the table back.");
  }
}
