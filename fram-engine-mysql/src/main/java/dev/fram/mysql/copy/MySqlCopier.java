// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.CopiedChunk;
import dev.fram.api.engine.CopyProgress;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.journal.Epoch;
import dev.fram.mysql.journal.JournalSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Copies ranges over its own two sessions, which it opens when it needs them and throws away after
 * any failure. A chunk's rows and its record commit in one transaction on the target, so a chunk
 * that failed has left nothing behind. Owned by one thread.
 */
public final class MySqlCopier implements ChunkCopier {
  private static final String DONE =
      "SELECT row_count, byte_count FROM fram.chunk_done"
          + " WHERE schema_name = ? AND table_name = ? AND number = ?";

  private final Connector sourceServer;
  private final Connector targetServer;
  private final long epoch;
  private @Nullable Connection source;
  private @Nullable Connection target;
  private Optional<CopyPlan> last = Optional.empty();

  public MySqlCopier(Connector source, Connector target, long epoch) {
    this.sourceServer = source;
    this.targetServer = target;
    this.epoch = epoch;
  }

  /** A piece of work on both servers. */
  private interface Work {
    CopiedChunk with(Connection from, Connection to) throws SQLException;
  }

  @Override
  public CopiedChunk copy(Chunk chunk, Snapshot snapshot, CopyProgress progress) {
    MySqlSnapshot ours = (MySqlSnapshot) snapshot;
    Optional<SnapshotSessions> exact = ours.readExactly(chunk.table());
    String fence = ours.fence(chunk.table()).text();
    if (exact.isEmpty()) {
      return attempt(
          "copying " + chunk.table(), (from, to) -> transfer(chunk, fence, progress, from, to));
    }
    return attempt(
        "copying " + chunk.table(),
        (unused, to) -> {
          Connection from = exact.get().take(chunk.table().toString());
          boolean done = false;
          try {
            CopiedChunk copied = transfer(chunk, fence, progress, from, to);
            done = true;
            return copied;
          } finally {
            if (done) {
              exact.get().back(from);
            } else {
              exact.get().lost(from);
            }
          }
        });
  }

  @Override
  public CopiedChunk copyWhole(TableId table) {
    return attempt(
        "copying " + table,
        (from, to) -> {
          Epoch.check(to, epoch, targetServer.name());
          Sql.run(to, "DELETE FROM " + Quoting.table(table));
          CopyPlan plan = CopyPlan.of(table, from, to);
          Sql.run(to, "START TRANSACTION");
          CopiedChunk copied = pass(plan, "", bytes -> {}, from, to);
          Epoch.check(to, epoch, targetServer.name());
          Sql.run(to, "COMMIT");
          return copied;
        });
  }

  /**
   * In two steps, because TRUNCATE commits by itself: a crash between them leaves rows that no
   * record speaks of, and whoever begins the table begins with this. A table that never had a row
   * is left as it is, for a TRUNCATE makes a new file; FOR UPDATE waits for rows that an earlier
   * session is just committing.
   */
  @Override
  public void empty(TableId table) {
    last = Optional.empty();
    attempt(
        "emptying " + table,
        (from, to) -> {
          Sql.run(to, "START TRANSACTION");
          Epoch.check(to, epoch, targetServer.name());
          Sql.update(to, JournalSchema.FORGET_CHUNKS, table.schema(), table.name());
          String any = "SELECT 1 FROM " + Quoting.table(table) + " LIMIT 1 FOR UPDATE";
          boolean rows = Sql.first(to, any, row -> row.getInt(1)).isPresent();
          Sql.run(to, "COMMIT");
          if (rows) {
            Sql.run(to, "TRUNCATE TABLE " + Quoting.table(table));
          }
          return new CopiedChunk(0, 0);
        });
  }

  @Override
  public void close() {
    discard(source);
    discard(target);
    source = null;
    target = null;
    last = Optional.empty();
  }

  private CopiedChunk transfer(
      Chunk chunk, String fence, CopyProgress progress, Connection from, Connection to)
      throws SQLException {
    TableId table = chunk.table();
    // The answer to a COMMIT may have been lost: then the chunk is there already.
    Optional<CopiedChunk> done =
        Sql.first(
            to,
            DONE,
            row -> new CopiedChunk(row.getLong(1), row.getLong(2)),
            table.schema(),
            table.name(),
            chunk.number());
    if (done.isPresent()) {
      return done.get();
    }
    CopyPlan plan = plan(table, from, to);
    Sql.run(to, "START TRANSACTION");
    CopiedChunk copied = pass(plan, chunk.range(), progress, from, to);
    // Last, because the lock it takes makes every change of the migration's row wait.
    Epoch.check(to, epoch, targetServer.name());
    Sql.update(
        to,
        JournalSchema.CHUNK_DONE,
        table.schema(),
        table.name(),
        chunk.number(),
        copied.rows(),
        copied.bytes(),
        fence);
    Sql.run(to, "COMMIT");
    return copied;
  }

  /** The next chunk is often the same table's; what changes meanwhile, the last look finds. */
  private CopyPlan plan(TableId table, Connection from, Connection to) throws SQLException {
    if (last.filter(plan -> plan.table().equals(table)).isEmpty()) {
      last = Optional.of(CopyPlan.of(table, from, to));
    }
    return last.orElseThrow();
  }

  private CopiedChunk pass(
      CopyPlan plan, String range, CopyProgress progress, Connection from, Connection to)
      throws SQLException {
    JsonRepair repair = new JsonRepair(plan);
    CopiedChunk copied = rows(plan, range, repair, progress, from, to);
    repair.mend(sourceServer, to);
    return copied;
  }

  private CopiedChunk rows(
      CopyPlan plan,
      String range,
      JsonRepair repair,
      CopyProgress progress,
      Connection from,
      Connection to)
      throws SQLException {
    try (RowStream rows = RowStream.open(from, plan, range, repair, progress)) {
      long written = new RowWriter(to, plan).write(rows);
      if (written != rows.count()) {
        throw new FramException(
            ErrorCode.CONSTRAINT_DIVERGENCE,
            targetServer.name()
                + ": of "
                + rows.count()
                + " rows of "
                + plan.table()
                + " the target took "
                + written
                + ".",
            "The target's table holds rows that are not the copy's: run fram cancel and begin"
                + " again with an empty target.");
      }
      return new CopiedChunk(rows.count(), rows.bytes());
    }
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
    // Which of the two servers it was, the message does not say by itself.
    String servers = sourceServer.name() + " to " + targetServer.name();
    return switch (e.getErrorCode()) {
      case 1146, 1054, 1049 ->
          new FramException(
              ErrorCode.SCHEMA_DRIFT,
              servers + ": " + doing + " failed: " + SqlErrors.message(e) + ".",
              "Table or column was dropped or renamed while it was copied: make both sides the"
                  + " same, or start again.",
              e);
      case 1153 ->
          new FramException(
              ErrorCode.SERVER_SETTING,
              servers + ": " + doing + " failed: a row is longer than max_allowed_packet.",
              "Set max_allowed_packet=1G on the target (SET GLOBAL is enough; no restart).",
              e);
      default -> SqlErrors.translate(e, servers, doing);
    };
  }

  private Connection sourceSession() {
    Connection current = source;
    if (current == null) {
      current = sourceServer.openStreaming("copy");
      source = current;
    }
    return current;
  }

  private Connection targetSession() throws SQLException {
    Connection current = target;
    if (current == null) {
      current = targetServer.openWriter("copy");
      target = current;
      // Parents may come after their children; the source has checked every row.
      Sql.run(current, "SET foreign_key_checks = 0");
    }
    return current;
  }

  private static void discard(@Nullable Connection session) {
    if (session != null) {
      Connector.abort(session);
    }
  }
}
