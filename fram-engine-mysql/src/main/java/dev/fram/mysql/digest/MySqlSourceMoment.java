// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Seen;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.FeedStart;
import dev.fram.mysql.binlog.LogMark;
import dev.fram.mysql.binlog.TransactionMark;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.copy.MySqlSnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One session's snapshot of the source between two places of the log: all before the watermark is
 * in it, nothing from the marker on (ALGORITHMS B1). On MariaDB the two are one. A place that is
 * not a set of GTIDs must be proven first, which takes as long as the longest open transaction.
 *
 * <p>A table that was read stays locked against ALTER, TRUNCATE and DROP until the moment is
 * closed, and who waits for such a lock makes everybody behind wait: take few tables at a time and
 * close soon. No row is locked. Owned by the thread that took it.
 */
public final class MySqlSourceMoment implements SourceMoment {
  private final Connection session;
  private final String server;
  private final BinlogPosition low;
  private final BinlogPosition armedAt;
  private final DigestReader digests;

  private MySqlSourceMoment(
      Connection session,
      String server,
      BinlogPosition low,
      BinlogPosition armedAt,
      DigestReader digests) {
    this.session = session;
    this.server = server;
    this.low = low;
    this.armedAt = armedAt;
    this.digests = digests;
  }

  /**
   * @param tables what will be compared
   */
  public static MySqlSourceMoment take(Connector source, List<Table> tables, Reveal reveal) {
    Connection session = source.open("verify");
    boolean done = false;
    try {
      MySqlSourceMoment moment = new Taking(session, source.name()).between(tables, reveal);
      done = true;
      return moment;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "taking a snapshot to compare");
    } finally {
      if (!done) {
        Connector.abort(session);
      }
    }
  }

  /** The steps, in the one order in which they are right. */
  private record Taking(Connection session, String server) {
    MySqlSourceMoment between(List<Table> tables, Reveal reveal) throws SQLException {
      DigestReader digests =
          new SnapshotDigests(
              session, server, tables.stream().map(Table::id).collect(Collectors.toSet()), reveal);
      if (Connector.version(session).isMariaDb()) {
        SnapshotSession.begin(session);
        BinlogPosition place = FeedStart.snapshotPlace(session);
        return new MySqlSourceMoment(session, server, place, place, digests);
      }
      BinlogPosition low = MySqlSnapshot.low(session);
      SnapshotSession.begin(session);
      return new MySqlSourceMoment(session, server, low, LogMark.of(session), digests);
    }
  }

  @Override
  public Position armedAt() {
    return armedAt;
  }

  @Override
  public Seen seen(FeedEvent.Begin transaction) {
    TransactionMark mark = TransactionMark.read(transaction.payload());
    if (mark.within(low)) {
      return Seen.YES;
    }
    return mark.within(armedAt) ? Seen.PERHAPS : Seen.NO;
  }

  @Override
  public boolean sawUpTo(Position position) {
    return low.covers(position);
  }

  @Override
  public DigestReader digests() {
    return digests;
  }

  /** A piece of work with the moment's session. */
  @FunctionalInterface
  public interface Work {
    void with(Connection moment) throws SQLException;
  }

  /**
   * Reads rows as they were at this moment, in a session that sends texts in the column's own bytes
   * for as long.
   *
   * @throws FramException SNAPSHOT_BROKEN when the table was altered or emptied since
   */
  public void streaming(TableId table, Work work) throws SQLException {
    try {
      Optional<String> before =
          Sql.list(
                  session,
                  "SELECT @@SESSION.character_set_results",
                  row -> Optional.ofNullable(row.getString(1)))
              .getFirst();
      Sql.run(session, "SET character_set_results = NULL");
      work.with(session);
      Sql.run(
          session, "SET character_set_results = " + before.map(Quoting::literal).orElse("NULL"));
    } catch (SQLException e) {
      if (SqlErrors.code(e) == ErrorCode.SNAPSHOT_BROKEN) {
        throw SqlErrors.translate(e, server, "reading rows of " + table);
      }
      throw e;
    }
  }

  @Override
  public void close() {
    Connector.abort(session);
  }
}
