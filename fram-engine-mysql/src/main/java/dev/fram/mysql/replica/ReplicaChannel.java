// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.replica;

import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.connection.Connector;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;

/**
 * The target's replication from the source, in a channel of its own, which goes only as far as it
 * is told and then stands still: so rows and position belong together whenever nobody has told it
 * to go on. Works on the caller's session, which holds no transaction; owned by one thread.
 */
public sealed interface ReplicaChannel permits MySqlChannel, MySqlFileChannel, MariaDbChannel {
  /** What it is called on the target. */
  String NAME = "fram";

  /**
   * By a session on the target.
   *
   * @param server the target's name for people
   * @param recorded what the journal says: a source without GTIDs has places in files
   */
  static ReplicaChannel of(Connection connection, String server, BinlogPosition recorded)
      throws SQLException {
    if (Connector.version(connection).isMariaDb()) {
      return new MariaDbChannel(connection, server);
    }
    return switch (recorded) {
      case BinlogPosition.Gtids gtids -> new MySqlChannel(connection, server);
      case BinlogPosition.File file -> new MySqlFileChannel(connection, server);
    };
  }

  /** To take away whatever there is. */
  static void remove(Connection connection, String server) throws SQLException {
    ReplicaChannel any =
        Connector.version(connection).isMariaDb()
            ? new MariaDbChannel(connection, server)
            : new MySqlChannel(connection, server);
    any.remove();
  }

  /**
   * What the channel brings over.
   *
   * @param databases of these everything, also what is created later
   * @param leftOut tables of theirs that are not followed
   */
  record Content(Collection<String> databases, Collection<TableId> leftOut) {}

  /** Asked while it runs, and may throw: whether it is still ours to wait for. */
  @FunctionalInterface
  interface Watch {
    void look() throws SQLException;
  }

  /**
   * Makes what is missing; nothing is applied afterwards until {@link #runUntil}.
   *
   * @param recorded what the journal says
   * @param have what the target holds, by that or by its copy; counts only for a new channel
   * @return where the feed goes on; it brings everything behind, also what may be there already
   * @throws FramException as the replica's own errors say, or FEED_INVALID when what it has applied
   *     does not fit to what is recorded
   */
  BinlogPosition prepare(Replica replica, BinlogPosition recorded, BinlogPosition have)
      throws SQLException;

  /**
   * Lets it go on until it has applied everything up to there and nothing else, and waits for it.
   *
   * @param from where the source is, for people
   * @throws FramException why it could not get there
   */
  void runUntil(BinlogPosition to, String from, Watch watch) throws SQLException;

  /** Whether nothing has come over beyond what is recorded; also where there is no channel. */
  boolean standsAt(BinlogPosition recorded) throws SQLException;

  /** Takes the channel away and puts the server's settings back. Idempotent. */
  void remove() throws SQLException;
}
