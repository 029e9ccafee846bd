// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.replica;

import dev.fram.api.traffic.Address;
import dev.fram.mysql.binlog.GtidSet;
import dev.fram.mysql.connection.Connector;
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

  /** The channel, by a session on the target. */
  public static ReplicaChannel channel(Connection session, Connector target) {
    return new ReplicaChannel(session, target.name());
  }

  /**
   * Makes what is missing; the applier stands still and the receiver receives afterwards.
   *
   * @param have what the target holds already; counts only where there is no channel yet
   */
  public void prepare(Connection session, Connector target, GtidSet have) throws SQLException {
    ReplicaChannel channel = channel(session, target);
    boolean there = channel.exists();
    if (there) {
      channel.stand();
    }
    if (!there || !channel.leadsTo(source) || ReplicaState.read(session).received().refused()) {
      channel.make(source, account, have);
    }
    channel.limit(content);
    channel.receiveAnew();
    if (!there) {
      channel.awaitFirst(source.toString());
    }
  }
}
