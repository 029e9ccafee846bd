// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.copy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.CopiedChunk;
import dev.fram.api.engine.CopyProgress;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Fingerprints;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.gate.TargetGuard;
import dev.fram.postgresql.journal.Epoch;
import dev.fram.postgresql.journal.JournalSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Copies ranges over its own two sessions, which it opens when it needs them and throws away after
 * any failure: what a failed COPY leaves in a session is not worth finding out. Owned by one
 * thread.
 */
public final class PostgresCopier implements ChunkCopier {
  private static final String REFERENCES =
      "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND confrelid = ?::regclass";

  private static final String SIZE = "SELECT pg_relation_size(?::regclass)";

  private final Connector sourceServer;
  private final Connector targetServer;
  private final TargetGuard guard;
  private final long epoch;
  private @Nullable Connection source;
  private @Nullable Connection target;

  public PostgresCopier(Connector source, Connector target, TargetGuard guard, long epoch) {
    this.sourceServer = source;
    this.targetServer = target;
    this.guard = guard;
    this.epoch = epoch;
  }

  /** A piece of work on both sessions. */
  private interface Work {
    CopiedChunk with(Connection from, Connection to) throws SQLException;
  }

  @Override
  public void connect() {
    boolean done = false;
    try {
      sourceSession();
      targetSession();
      done = true;
    } catch (SQLException e) {
      throw explain(e, "opening the sessions that copy");
    } finally {
      if (!done) {
        close();
      }
    }
  }

  @Override
  public CopiedChunk copy(Chunk chunk, Snapshot snapshot, CopyProgress progress) {
    PostgresSnapshot ours = (PostgresSnapshot) snapshot;
    return attempt(
        "copying " + chunk.table(),
        (from, to) -> {
          Optional<CopiedChunk> done = recorded(to, chunk);
          if (done.isPresent()) {
            return done.get();
          }
          begin(from, chunk.table(), ours);
          return transfer(chunk, ours, new CopyPipe(progress), from, to);
        });
  }

  @Override
  public CopiedChunk copyWhole(TableId table) {
    return attempt(
        "copying " + table,
        (from, to) -> {
          Sql.run(from, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
          lock(from, table);
          CopyStatement statement = CopyStatement.of(table, from, to);
          Sql.run(to, "BEGIN");
          // A table that others refer to cannot be truncated, whatever the session's role.
          boolean referenced = Sql.number(to, REFERENCES, Quoting.table(table)) > 0;
          Sql.run(to, (referenced ? "DELETE FROM ONLY " : "TRUNCATE ONLY ") + Quoting.table(table));
          String in = referenced ? statement.in() : statement.inFrozen();
          CopiedChunk copied = new CopyPipe(bytes -> {}).run(from, statement.out(""), to, in);
          Sql.run(from, "COMMIT");
          Epoch.check(to, epoch, targetServer.name());
          Sql.run(to, "COMMIT");
          return copied;
        });
  }

  @Override
  public void empty(TableId table) {
    attempt(
        "emptying " + table,
        (from, to) -> {
          Sql.run(to, "BEGIN; SET LOCAL lock_timeout = '10s'");
          Epoch.check(to, epoch, targetServer.name());
          // The lock waits for rows that an earlier session is just committing; a table that never
          // had one is left as it is, for a TRUNCATE makes new files.
          Sql.run(to, "LOCK TABLE ONLY " + Quoting.table(table) + " IN SHARE MODE");
          if (Sql.number(to, SIZE, Quoting.table(table)) > 0) {
            Sql.run(to, "TRUNCATE ONLY " + Quoting.table(table));
          }
          Sql.update(to, JournalSchema.FORGET_CHUNKS, table.schema(), table.name());
          Sql.run(to, "COMMIT");
          return new CopiedChunk(0, 0);
        });
  }

  @Override
  public void close() {
    discard(source);
    discard(target);
    source = null;
    target = null;
  }

  // The answer to a COMMIT may have been lost: then the chunk is there already, under this snapshot
  // or, for a range of keys, under the one of the earlier try, which its record names.
  private static Optional<CopiedChunk> recorded(Connection to, Chunk chunk) throws SQLException {
    return Sql.first(
        to,
        "SELECT rows, bytes FROM fram.chunk_done"
            + " WHERE schema_name = ? AND table_name = ? AND number = ?",
        row -> new CopiedChunk(row.getLong(1), row.getLong(2)),
        chunk.table().schema(),
        chunk.table().name(),
        chunk.number());
  }

  private void begin(Connection from, TableId table, PostgresSnapshot snapshot)
      throws SQLException {
    Sql.run(from, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    try {
      Sql.run(from, "SET TRANSACTION SNAPSHOT " + Quoting.literal(snapshot.name()));
    } catch (SQLException e) {
      // 22023 up to 16, 42704 since: no session holds it any more.
      if ("22023".equals(e.getSQLState()) || "42704".equals(e.getSQLState())) {
        throw snapshot.broken(table, "the session that held the snapshot has ended");
      }
      throw e;
    }
    lock(from, table);
    // Guard G4, under the lock that keeps any rewrite away until the rows are read.
    String storage = Sql.text(from, Fingerprints.STORAGE_OF, Quoting.table(table));
    if (!storage.equals(Fingerprints.nodeOf(snapshot.fingerprint(table)))) {
      throw snapshot.broken(table, "the table was rewritten or truncated since the snapshot");
    }
  }

  private static void lock(Connection from, TableId table) throws SQLException {
    Sql.run(
        from,
        "SET LOCAL lock_timeout = '1s'; LOCK TABLE ONLY "
            + Quoting.table(table)
            + " IN ACCESS SHARE MODE");
  }

  private CopiedChunk transfer(
      Chunk chunk, PostgresSnapshot snapshot, CopyPipe pipe, Connection from, Connection to)
      throws SQLException {
    CopyStatement statement = CopyStatement.of(chunk.table(), from, to);
    Sql.run(to, "BEGIN");
    boolean alone = chunk.of() == 1;
    if (alone) {
      Sql.run(to, "TRUNCATE ONLY " + Quoting.table(chunk.table()));
    }
    CopiedChunk copied =
        pipe.run(
            from,
            statement.out(CopyStatement.condition(chunk)),
            to,
            alone ? statement.inFrozen() : statement.in());
    Sql.run(from, "COMMIT");
    // Last, because the lock it takes makes every change of the migration's row wait.
    Epoch.check(to, epoch, targetServer.name());
    Sql.update(
        to,
        JournalSchema.CHUNK_DONE,
        chunk.table().schema(),
        chunk.table().name(),
        chunk.number(),
        copied.rows(),
        copied.bytes(),
        snapshot.fence(chunk.table()).text());
    Sql.run(to, "COMMIT");
    return copied;
  }

  private CopiedChunk attempt(String doing, Work work) {
    boolean done = false;
    try {
      CopiedChunk copied = work.with(sourceSession(), targetSession());
      done = true;
      return copied;
    } catch (SQLException e) {
      throw explain(e, doing);
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private FramException explain(SQLException e, String doing) {
    String state = e.getSQLState() == null ? "" : e.getSQLState();
    // Which of the two servers it was, the message does not say by itself.
    String servers = sourceServer.name() + " to " + targetServer.name();
    return switch (state) {
      case "42P01", "42703", "3F000" ->
          new FramException(
              ErrorCode.SCHEMA_DRIFT,
              servers + ": " + doing + " failed: " + SqlErrors.message(e) + ".",
              "Table or column was dropped or renamed while it was copied: make both sides the"
                  + " same, or start again.",
              e);
      default -> SqlErrors.translate(e, servers, doing);
    };
  }

  private Connection sourceSession() {
    Connection current = source;
    if (current == null) {
      current = sourceServer.open("copy");
      source = current;
    }
    return current;
  }

  private Connection targetSession() throws SQLException {
    Connection current = target;
    if (current == null) {
      current = targetServer.open("copy");
      target = current;
      guard.passFor(current);
      // A chunk whose commit is answered must survive a crash of the target: the run goes on with
      // the next one and never looks back.
      Sql.run(current, "SET synchronous_commit = on");
    }
    return current;
  }

  private static void discard(@Nullable Connection session) {
    if (session != null) {
      Connector.abort(session);
    }
  }
}
