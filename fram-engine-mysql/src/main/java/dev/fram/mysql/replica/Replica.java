// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.replica;

import dev.fram.api.traffic.Address;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.DomainGtids;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Both ends of the replication: the account on the source and the channel on the target. Stateless.
 *
 * @param account the account on the source
 * @param source where the target reaches the source
 * @param content what is brought over
 */
public record Replica(ReplicaAccount account, Address source, ReplicaChannel.Content content) {

  /** A place in the source's log, also as MariaDB's replicas know it; the source is asked. */
  Place place(BinlogPosition.File at) throws SQLException {
    Connection session = account.open();
    try {
      BinlogPosition.File known = SourceLog.known(session, account.server(), at);
      return new Place(
          known, DomainGtids.parse(Sql.text(session, "SELECT @@global.gtid_binlog_pos")));
    } finally {
      Connector.abort(session);
    }
  }

  /**
   * @param at with its GTIDs
   * @param end where the log ended afterwards
   */
  record Place(BinlogPosition.File at, DomainGtids end) {}
}
