// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.repair;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Repairer;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.copy.RowTransfer;
import dev.fram.mysql.digest.KeyedRows;
import dev.fram.mysql.digest.MySqlSourceMoment;
import dev.fram.mysql.journal.FeedRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/**
 * Deletes rows of the target and copies them anew out of a moment of the source, the way the first
 * copy did: in the column's own bytes, computed columns left to the server. First the deletes, then
 * the rows, so that two that have swapped a unique value are no conflict. Owned by one thread.
 */
public final class MySqlRepairer implements Repairer {
  private final Connector target;
  private final Connection session;
  private final long epoch;

  private MySqlRepairer(Connector target, Connection session, long epoch) {
    this.target = target;
    this.session = session;
    this.epoch = epoch;
  }

  /**
   * @param epoch the lease's epoch
   */
  public static MySqlRepairer open(Connector target, long epoch) {
    Connection session = target.openWriter("repair");
    try {
      // As the applier: rows come as the source has checked them, and gaps need no locks.
      Sql.run(session, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
      Sql.run(session, "SET SESSION foreign_key_checks = 0");
      return new MySqlRepairer(target, session, epoch);
    } catch (SQLException e) {
      Connector.abort(session);
      throw SqlErrors.translate(e, target.name(), "opening the session for repairs");
    }
  }

  @Override
  public void rows(SourceMoment source, TableId table, Collection<String> keys, Position at) {
    MySqlSourceMoment moment = (MySqlSourceMoment) source;
    // By the index a row may be found that the collation calls equal: that one is not meant.
    List<String> there = moment.digests().rows(table, keys).stream().map(row -> row.key()).toList();
    write(
        moment,
        table,
        at,
        from -> {
          KeyedRows rows = KeyedRows.of(from, table);
          for (String key : rows.lock(session, keys)) {
            Sql.run(
                session, "DELETE FROM " + Quoting.table(table) + " WHERE " + rows.condition(key));
          }
          if (there.isEmpty()) {
            return;
          }
          long copied = RowTransfer.of(table, from, session).rows(rows.conditions(there));
          if (copied != there.size()) {
            throw new FramException(
                ErrorCode.INTERNAL,
                "Of " + there.size() + " rows of " + table + " to be repaired " + copied + " came.",
                "Report this; the target is as it was.");
          }
        });
  }

  @Override
  public void whole(SourceMoment source, TableId table, Position at) {
    write(
        (MySqlSourceMoment) source,
        table,
        at,
        from -> {
          // Not TRUNCATE, which commits by itself.
          Sql.run(session, "DELETE FROM " + Quoting.table(table));
          RowTransfer.of(table, from, session).rows("");
        });
  }

  /** What is done within the target's transaction, with the moment's session. */
  private interface Work {
    void with(Connection from) throws SQLException;
  }

  private void write(MySqlSourceMoment moment, TableId table, Position at, Work work) {
    try {
      Sql.run(session, "START TRANSACTION");
      lockFeed(at);
      moment.streaming(table, work::with);
      Sql.run(session, "COMMIT");
    } catch (SQLException e) {
      rollback(e);
      throw SqlErrors.translate(e, target.name(), "repairing rows of " + table);
    } catch (RuntimeException e) {
      rollback(e);
      throw e;
    }
  }

  /** What failed holds the feed's row no longer, for whose it is now. */
  private void rollback(Exception cause) {
    try {
      Sql.run(session, "ROLLBACK");
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private void lockFeed(Position at) throws SQLException {
    if (Sql.first(session, FeedRow.there().lock(), row -> row.getInt(1), at.text(), epoch)
        .isEmpty()) {
      throw new FramException(
          ErrorCode.FENCED,
          target.name()
              + ": the feed's position is not "
              + at.text()
              + " in epoch "
              + epoch
              + " any more: another run has taken over.",
          "Leave the migration to that run, or end it and start this one again.");
    }
  }

  /** What was not committed is gone with the session. */
  @Override
  public void close() {
    Connector.abort(session);
  }
}
