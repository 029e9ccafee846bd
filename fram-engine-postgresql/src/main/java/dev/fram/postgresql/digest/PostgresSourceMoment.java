// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Seen;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.feed.TransactionHeader;
import dev.fram.postgresql.feed.XidSnapshot;
import dev.fram.postgresql.key.RowKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A snapshot of the source (ALGORITHMS D2): exact, because each transaction of the feed is either
 * visible in it or not. Its session holds back the source's vacuum until it is closed.
 */
public final class PostgresSourceMoment implements SourceMoment {
  private final SnapshotSession session;
  private final Function<TableId, RowKey> keys;
  private final XidSnapshot visible;
  private final Lsn armedAt;
  private final LogHorizon horizon;
  private final DigestReader digests;

  private PostgresSourceMoment(
      SnapshotSession session,
      Function<TableId, RowKey> keys,
      XidSnapshot visible,
      Lsn armedAt,
      LogHorizon horizon,
      DigestReader digests) {
    this.session = session;
    this.keys = keys;
    this.visible = visible;
    this.armedAt = armedAt;
    this.horizon = horizon;
    this.digests = digests;
  }

  /**
   * Takes it: first the snapshot, then the mark that vouches for it. The mark's commit forces the
   * log up to there onto the disk, so that no crash takes back what the snapshot saw (guard G2).
   *
   * @param mark writes a marker into the log and returns its position
   */
  public static PostgresSourceMoment take(
      Connector source,
      Collection<TableId> tables,
      Reveal shown,
      Terms terms,
      LogHorizon horizon,
      Supplier<Lsn> mark) {
    RowHash hash = terms.hash();
    SnapshotSession session = SnapshotSession.begin(source);
    try {
      String snapshot =
          session.ask("taking a snapshot", c -> Sql.text(c, "SELECT pg_current_snapshot()::text"));
      Map<TableId, RowKey> agreed =
          session.ask("reading the tables' keys", c -> terms.keys().agree(c, tables));
      Function<TableId, RowKey> keys =
          table -> Optional.ofNullable(agreed.get(table)).orElseGet(() -> terms.keys().of(table));
      DigestReader digests = new PostgresDigests(session, keys, hash, shown);
      return new PostgresSourceMoment(
          session, keys, XidSnapshot.parse(snapshot), mark.get(), horizon, digests);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  @Override
  public Position armedAt() {
    return armedAt;
  }

  @Override
  public Seen seen(FeedEvent.Begin transaction) {
    return visible.sees(TransactionHeader.decode(transaction.payload()).xid()) ? Seen.YES : Seen.NO;
  }

  @Override
  public boolean sawUpTo(Position position) {
    return visible.seesAllBefore(horizon.after((Lsn) position));
  }

  @Override
  public DigestReader digests() {
    return digests;
  }

  /** A piece of work on one table. */
  @FunctionalInterface
  public interface Work<T> {
    T with(Connection moment, RowKey key) throws SQLException;
  }

  /**
   * Reads a table's rows as they were at this moment, by the key that a comparison names them by.
   *
   * @throws FramException as {@link DigestReader}
   */
  public <T> T read(TableId table, Work<T> work) {
    RowKey key = keys.apply(table);
    return session.read(table, connection -> work.with(connection, key));
  }

  @Override
  public void close() {
    session.close();
  }
}
