// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.repair;

import static java.util.stream.Collectors.joining;

import dev.fram.api.change.Position;
import dev.fram.api.engine.CopiedChunk;
import dev.fram.api.engine.Repairer;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.apply.TargetSession;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.copy.CopyPipe;
import dev.fram.postgresql.copy.CopyStatement;
import dev.fram.postgresql.digest.KeyedRows;
import dev.fram.postgresql.digest.PostgresSourceMoment;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.key.RowKey;
import dev.fram.postgresql.replica.Turnstile;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/**
 * Deletes rows of the target and copies them anew out of a moment of the source: by COPY, which
 * brings every value as the first copy did, identity columns included, and lets the server compute
 * what it computes. First the deletes, then the rows, so that two that have swapped a unique value
 * are no conflict. Its session is an applier's: it locks the feed's row, and no trigger or foreign
 * key fires. Owned by one thread.
 */
public final class PostgresRepairer implements Repairer {
  private final TargetSession session;

  private PostgresRepairer(TargetSession session) {
    this.session = session;
  }

  /**
   * @param epoch the lease's epoch
   */
  public static PostgresRepairer open(Connector target, MigrationId id, long epoch) {
    return new PostgresRepairer(TargetSession.open(target, "repair", id, epoch));
  }

  @Override
  public void rows(SourceMoment source, TableId table, Collection<String> keys, Position at) {
    write(
        source,
        table,
        at,
        (from, to, key) -> {
          String gone = condition(KeyedRows.places(to, table, key, keys, KeyedRows.Reading.LOCKED));
          Sql.run(to, "DELETE FROM ONLY " + Quoting.table(table) + " WHERE " + gone);
          List<String> there = KeyedRows.places(from, table, key, keys, KeyedRows.Reading.PLAIN);
          copy(table, from, to, condition(there), there.size());
        });
  }

  @Override
  public void whole(SourceMoment source, TableId table, Position at) {
    write(
        source,
        table,
        at,
        (from, to, key) -> {
          // Not TRUNCATE: who reads the target at a moment of its own is to see its rows.
          Sql.run(to, "DELETE FROM ONLY " + Quoting.table(table));
          CopyStatement statement = CopyStatement.of(table, from, to);
          new CopyPipe(bytes -> {}).run(from, statement.out(""), to, statement.in());
        });
  }

  /** What is done within the target's transaction. */
  private interface Work {
    void with(Connection from, Connection to, RowKey key) throws SQLException;
  }

  /** Whoever tells a subscription to go on does so under the lock that is held now. */
  private void requireStanding(Connection target) throws SQLException {
    if (Turnstile.told(target).filter(told -> !told.stands() && !told.ended()).isPresent()) {
      throw new FramException(
          ErrorCode.LOCK_TIMEOUT,
          session.server() + ": the subscription is on its way to where it was told to stand.",
          "It is tried again.");
    }
  }

  private void write(SourceMoment source, TableId table, Position at, Work work) {
    Connection to = session.connection();
    try {
      session.lockFeed((Lsn) at);
      requireStanding(to);
      ((PostgresSourceMoment) source)
          .read(
              table,
              (from, key) -> {
                try {
                  work.with(from, to, key);
                  return 0;
                } catch (SQLException e) {
                  throw translated(e, table);
                }
              });
      to.commit();
    } catch (SQLException e) {
      rollback(to, e);
      throw translated(e, table);
    } catch (RuntimeException e) {
      rollback(to, e);
      throw e;
    }
  }

  /** What failed holds the feed's row no longer, for whose it is now. */
  private static void rollback(Connection to, Exception cause) {
    try {
      to.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static void copy(
      TableId table, Connection from, Connection to, String condition, int expected)
      throws SQLException {
    if (expected == 0) {
      return;
    }
    CopyStatement statement = CopyStatement.of(table, from, to);
    CopiedChunk copied =
        new CopyPipe(bytes -> {}).run(from, statement.out(condition), to, statement.in());
    if (copied.rows() != expected) {
      throw new FramException(
          ErrorCode.INTERNAL,
          "Of " + expected + " rows of " + table + " to be repaired " + copied.rows() + " came.",
          "Report this; the target is as it was.");
    }
  }

  private static String condition(List<String> places) {
    String list = places.stream().map(place -> '"' + place + '"').collect(joining(",", "{", "}"));
    return "ctid = ANY (" + Quoting.literal(list) + "::tid[])";
  }

  /** A session that is gone may have taken the outcome with it. */
  private FramException translated(SQLException e, TableId table) {
    return SqlErrors.translate(e, session.server(), "repairing rows of " + table);
  }

  /** What was not committed is gone with the session. */
  @Override
  public void close() {
    session.close();
  }
}
