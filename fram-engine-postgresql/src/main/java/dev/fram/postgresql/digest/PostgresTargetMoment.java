// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.api.change.Position;
import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.TargetMoment;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.journal.FeedRow;
import dev.fram.postgresql.replica.Turnstile;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** A snapshot of the target: the feed's position and the rows were written together. */
public final class PostgresTargetMoment implements TargetMoment {
  private final SnapshotSession session;
  private final Optional<Position> position;
  private final DigestReader digests;

  private PostgresTargetMoment(
      SnapshotSession session, Optional<Position> position, DigestReader digests) {
    this.session = session;
    this.position = position;
    this.digests = digests;
  }

  /** Takes it. */
  public static PostgresTargetMoment take(Connector target, Reveal shown, Terms terms) {
    return take(target, FeedRow.there(), shown, terms);
  }

  /**
   * The same for any feed.
   *
   * @param row where its position stands
   */
  public static PostgresTargetMoment take(
      Connector target, FeedRow row, Reveal shown, Terms terms) {
    RowHash hash = terms.hash();
    SnapshotSession session = SnapshotSession.begin(target);
    try {
      Optional<Position> position = session.ask("reading the position", c -> position(c, row));
      DigestReader digests = new PostgresDigests(session, terms.keys()::of, hash, shown);
      return new PostgresTargetMoment(session, position, digests);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private static Optional<Position> position(Connection connection, FeedRow row)
      throws SQLException {
    return Sql.number(connection, row.exists()) == 0
        ? Optional.empty()
        : Sql.first(connection, row.position(), found -> Lsn.parse(found.getString(1)));
  }

  @Override
  public Optional<Position> position() {
    return position;
  }

  /** The server's major version. */
  public int major() {
    return session.ask("asking for the version", c -> c.getMetaData().getDatabaseMajorVersion());
  }

  /**
   * Whether position and rows belong together where a subscription brings the rows: what it was
   * told is recorded before it goes, so a moment that knows of nothing that was told since has
   * nothing that came since.
   */
  public boolean stands() {
    return session.ask(
        "asking whether the subscription stands",
        c -> Turnstile.told(c).map(told -> told.stands() || told.ended()).orElse(true));
  }

  @Override
  public DigestReader digests() {
    return digests;
  }

  @Override
  public void close() {
    session.close();
  }
}
