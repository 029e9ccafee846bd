// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import dev.fram.api.engine.DigestReader;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.StandingRows;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A session that is there beforehand, and reads rows when it is told to. What a table looks like is
 * asked then: a schema change of the feed may be applied until the gate closes.
 */
public final class MySqlStandingRows implements StandingRows {
  private final Connection session;
  private final String server;

  private MySqlStandingRows(Connection session, String server) {
    this.session = session;
    this.server = server;
  }

  /** Opens the session. */
  public static MySqlStandingRows open(Connector server) {
    return new MySqlStandingRows(server.open("verify"), server.name());
  }

  /** Whatever snapshot there was ends with it. */
  @Override
  public DigestReader now(List<Table> tables) {
    try {
      SnapshotSession.begin(session);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server, "beginning to compare");
    }
    Set<TableId> known = tables.stream().map(Table::id).collect(Collectors.toSet());
    return new SnapshotDigests(session, server, known, Reveal.DIGESTS_ONLY);
  }

  @Override
  public void close() {
    Connector.abort(session);
  }
}
