// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.StandingRows;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * A session that has looked at the tables before, and reads their rows when it is told to. What a
 * table looked like is not asked again: behind the gate nobody alters one, and whether one was
 * altered until the gate closed is another step's question, asked before the rows are read.
 */
public final class MySqlStandingRows implements StandingRows {
  private final Connection session;
  private final String server;
  private final SnapshotDigests digests;

  private MySqlStandingRows(Connection session, String server, SnapshotDigests digests) {
    this.session = session;
    this.server = server;
    this.digests = digests;
  }

  /**
   * Opens the session.
   *
   * @param expected the tables that will probably be read
   */
  public static MySqlStandingRows open(Connector server, Set<TableId> expected) {
    Connection session = server.open("verify");
    boolean done = false;
    try {
      SnapshotDigests digests =
          new SnapshotDigests(session, server.name(), expected, Reveal.DIGESTS_ONLY);
      MySqlStandingRows rows = new MySqlStandingRows(session, server.name(), digests);
      rows.begin();
      digests.learn(expected);
      rows.end();
      done = true;
      return rows;
    } finally {
      if (!done) {
        Connector.abort(session);
      }
    }
  }

  @Override
  public DigestReader now(List<Table> tables) {
    begin();
    return digests;
  }

  /** Whatever snapshot there was ends with it. */
  private void begin() {
    try {
      SnapshotSession.begin(session);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server, "beginning to compare");
    }
  }

  /** Lets go of the tables' locks, too. */
  private void end() {
    try {
      Sql.run(session, "COMMIT");
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server, "ending a comparison");
    }
  }

  @Override
  public void close() {
    Connector.abort(session);
  }
}
