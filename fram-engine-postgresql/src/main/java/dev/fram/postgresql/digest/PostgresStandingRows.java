// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.StandingRows;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Connector;
import java.util.Collection;
import java.util.List;

/** A session that has seen the tables before, and reads their rows when it is told to. */
public final class PostgresStandingRows implements StandingRows {
  /** Whose catalog decides by which key a table's rows are named. */
  public enum Side {
    SOURCE,
    TARGET
  }

  private final SnapshotSession session;
  private final PostgresDigests digests;
  private final Side side;
  private final Terms terms;

  private PostgresStandingRows(
      SnapshotSession session, PostgresDigests digests, Side side, Terms terms) {
    this.session = session;
    this.digests = digests;
    this.side = side;
    this.terms = terms;
  }

  /**
   * Opens the session.
   *
   * @param expected the tables that will probably be read
   */
  public static PostgresStandingRows open(
      Connector server, Side side, Collection<TableId> expected, Terms terms) {
    RowHash hash = terms.hash();
    SnapshotSession session = SnapshotSession.begin(server);
    try {
      PostgresDigests digests =
          new PostgresDigests(session, terms.keys()::of, hash, Reveal.DIGESTS_ONLY);
      PostgresStandingRows rows = new PostgresStandingRows(session, digests, side, terms);
      rows.agree(expected);
      digests.learn(expected);
      session.rest();
      return rows;
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  @Override
  public DigestReader now(List<Table> tables) {
    return renewed(tables.stream().map(Table::id).toList());
  }

  DigestReader renewed(Collection<TableId> tables) {
    session.renew();
    agree(tables);
    return digests;
  }

  private void agree(Collection<TableId> tables) {
    switch (side) {
      case SOURCE ->
          session.ask("reading the tables' keys", c -> terms.keys().agree(c, tables).size());
      case TARGET -> {}
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
