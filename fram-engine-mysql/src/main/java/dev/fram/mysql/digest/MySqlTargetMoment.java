// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import dev.fram.api.change.Position;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.TargetMoment;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.journal.FeedRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/**
 * One session's snapshot of the target, rows and the feed's position together: the applier commits
 * both in one transaction. While it is open, a schema change of the feed waits for it as an
 * application's would on the source: see {@link MySqlSourceMoment}. Owned by the thread that took
 * it.
 */
public final class MySqlTargetMoment implements TargetMoment {
  private final Connection session;
  private final Optional<Position> position;
  private final DigestReader digests;

  private MySqlTargetMoment(Connection session, Optional<Position> position, DigestReader digests) {
    this.session = session;
    this.position = position;
    this.digests = digests;
  }

  /** Also on a server that no migration is recorded on. */
  public static MySqlTargetMoment take(Connector target, Reveal reveal) {
    return take(target, FeedRow.there(), reveal);
  }

  /**
   * @param feed where the feed's position stands
   */
  public static MySqlTargetMoment take(Connector target, FeedRow feed, Reveal reveal) {
    Connection session = target.open("verify");
    boolean done = false;
    try {
      boolean recorded = Sql.number(session, feed.exists()) > 0;
      SnapshotSession.begin(session);
      Optional<Position> position =
          recorded
              ? Sql.first(session, feed.position(), row -> BinlogPosition.parse(row.getString(1)))
              : Optional.empty();
      DigestReader digests = new SnapshotDigests(session, target.name(), Set.of(), reveal);
      done = true;
      return new MySqlTargetMoment(session, position, digests);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, target.name(), "taking a snapshot to compare");
    } finally {
      if (!done) {
        Connector.abort(session);
      }
    }
  }

  @Override
  public Optional<Position> position() {
    return position;
  }

  @Override
  public DigestReader digests() {
    return digests;
  }

  @Override
  public void close() {
    Connector.abort(session);
  }
}
