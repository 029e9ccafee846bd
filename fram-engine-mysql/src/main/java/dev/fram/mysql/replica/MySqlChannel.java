// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.replica;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.traffic.Address;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.BinlogPosition.Gtids;
import dev.fram.mysql.binlog.GtidSet;
import dev.fram.mysql.binlog.Pause;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * MySQL's. Its receiver runs all the time; its applier runs only up to a set of transactions that
 * it is told. Stateless.
 */
final class MySqlChannel implements ReplicaChannel {
  static final int NO_CHANNEL = 3074;
  private static final String CHANNEL = " FOR CHANNEL '" + NAME + "'";

  private static final Duration FIRST_LOOK = Duration.ofMillis(1);
  private static final Duration LAST_LOOK = Duration.ofMillis(50);

  /** A host that answers nothing takes a server so long to give up, and a little more. */
  private static final Duration FIRST_CONTACT = Duration.ofSeconds(75);

  /**
   * What was changed on the server for the channel, to be put back. After a restart the filters are
   * gone, and a channel that began by itself would bring over everything.
   */
  private static final String NOTE =
      "CREATE TABLE IF NOT EXISTS fram.replica (only_one tinyint NOT NULL DEFAULT 1 PRIMARY KEY,"
          + " start_was varchar(8) NOT NULL)"
          + " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

  private final Connection connection;
  private final String server;

  /**
   * @param server the target's name for people
   */
  MySqlChannel(Connection connection, String server) {
    this.connection = connection;
    this.server = server;
  }

  @Override
  public BinlogPosition prepare(Replica replica, BinlogPosition recorded, BinlogPosition have)
      throws SQLException {
    GtidSet held = gtids(have).restart();
    boolean there = exists();
    if (there) {
      stand();
    }
    if (!there
        || !leadsTo(replica.source())
        || ReplicaState.read(connection).received().refused()) {
      make(replica.source(), replica.account(), held);
    }
    limit(replica.content());
    receiveAnew();
    if (!there) {
      awaitFirst(replica.source().toString());
    }
    return new Gtids(held.union(executed()), gtids(recorded).open());
  }

  @Override
  public boolean standsAt(BinlogPosition recorded) throws SQLException {
    return recorded instanceof Gtids gtids && gtids.executed().contains(executed());
  }

  private static Gtids gtids(BinlogPosition position) {
    return switch (position) {
      case Gtids gtids -> gtids;
      case BinlogPosition.File file ->
          throw new FramException(
              ErrorCode.UNSUPPORTED,
              "The source has no GTIDs, which --feed=native needs.",
              "Set gtid_mode=ON on both servers, or leave out --feed=native.");
    };
  }

  boolean exists() throws SQLException {
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM performance_schema.replication_connection_configuration"
                + " WHERE CHANNEL_NAME = '"
                + NAME
                + "'")
        > 0;
  }

  /** Whether it leads to that address. */
  private boolean leadsTo(Address source) throws SQLException {
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM performance_schema.replication_connection_configuration"
                + " WHERE CHANNEL_NAME = '"
                + NAME
                + "' AND HOST = ? AND PORT = ?",
            source.host(),
            source.port())
        > 0;
  }

  /**
   * Waits until the receiver has reached the source for the first time. A channel that cannot is
   * taken away again: somebody has to give another address or open a firewall first.
   *
   * @throws FramException why it cannot
   */
  void awaitFirst(String from) throws SQLException {
    long begun = System.nanoTime();
    while (true) {
      ReplicaState state = ReplicaState.read(connection);
      if (state.receiving()) {
        return;
      }
      boolean late = System.nanoTime() - begun > FIRST_CONTACT.toNanos();
      if (state.received().any() || late) {
        remove();
        throw ReplicaState.never(server, state.received(), from);
      }
      Pause.of(LAST_LOOK);
    }
  }

  /** The applier stands still afterwards. Idempotent. */
  void stand() throws SQLException {
    Sql.run(connection, "STOP REPLICA SQL_THREAD" + CHANNEL);
  }

  /** Receiver and applier. */
  void stop() throws SQLException {
    Sql.run(connection, "STOP REPLICA" + CHANNEL);
  }

  /**
   * Makes the channel, or gives it another way to the source.
   *
   * @param have what the target holds already, by the copy
   */
  private void make(Address source, ReplicaAccount account, GtidSet have) throws SQLException {
    if (!exists()) {
      keepStanding();
      GtidSet more = have.minus(executed());
      if (!more.isEmpty()) {
        Sql.run(connection, "SET GLOBAL gtid_purged = " + Quoting.literal("+" + more));
      }
    } else {
      stop();
    }
    Sql.run(
        connection,
        "CHANGE REPLICATION SOURCE TO SOURCE_HOST = "
            + Quoting.literal(source.host())
            + ", SOURCE_PORT = "
            + source.port()
            + ", SOURCE_USER = "
            + Quoting.literal(account.account().user())
            + ", SOURCE_PASSWORD = "
            + Quoting.literal(account.make())
            + ", SOURCE_AUTO_POSITION = 1, SOURCE_CONNECT_RETRY = 2, SOURCE_RETRY_COUNT = 86400"
            + (account.encrypted() ? ", SOURCE_SSL = 1" : ", GET_SOURCE_PUBLIC_KEY = 1")
            + CHANNEL);
  }

  void keepStanding() throws SQLException {
    Sql.run(connection, NOTE);
    String now = Sql.text(connection, "SELECT IF(@@global.skip_replica_start, 'ON', 'OFF')");
    Sql.update(connection, "INSERT IGNORE INTO fram.replica (start_was) VALUES (?)", now);
    if (now.equals("OFF")) {
      Sql.run(connection, "SET PERSIST_ONLY skip_replica_start = ON");
    }
  }

  /** What is brought over; a server forgets it when it restarts. The applier stands still. */
  void limit(Content content) throws SQLException {
    String wanted =
        content.databases().stream()
            .sorted()
            .map(name -> Quoting.literal(escaped(name) + ".%"))
            .collect(Collectors.joining(", "));
    String unwanted =
        content.leftOut().stream().sorted().map(Quoting::table).collect(Collectors.joining(", "));
    Sql.run(
        connection,
        "CHANGE REPLICATION FILTER REPLICATE_WILD_DO_TABLE = ("
            + wanted
            + "), REPLICATE_IGNORE_TABLE = ("
            + unwanted
            + ")"
            + CHANNEL);
  }

  private static String escaped(String name) {
    return name.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%");
  }

  /** What the target has executed of other servers' transactions. */
  private GtidSet executed() throws SQLException {
    return GtidSet.parse(
        Sql.text(
            connection,
            "SELECT GTID_SUBTRACT(@@global.gtid_executed,"
                + " CONCAT(@@global.server_uuid, ':1-9223372036854775806'))"));
  }

  /** A receiver that waits to try again still says what its last try met; this one forgets it. */
  void receiveAnew() throws SQLException {
    if (!ReplicaState.read(connection).receiving()) {
      Sql.run(connection, "STOP REPLICA IO_THREAD" + CHANNEL);
      Sql.run(connection, "START REPLICA IO_THREAD" + CHANNEL);
    }
  }

  /** Idempotent. */
  void receive() throws SQLException {
    if (!ReplicaState.read(connection).receiving()) {
      Sql.run(connection, "START REPLICA IO_THREAD" + CHANNEL);
    }
  }

  @Override
  public void runUntil(BinlogPosition wanted, String from, Watch watch) throws SQLException {
    GtidSet to = gtids(wanted).executed();
    receive();
    Sql.run(
        connection,
        "START REPLICA SQL_THREAD UNTIL SQL_AFTER_GTIDS = "
            + Quoting.literal(to.toString())
            + CHANNEL);
    Duration look = FIRST_LOOK;
    while (true) {
      Pause.of(look);
      ReplicaState state = ReplicaState.read(connection);
      if (!state.applying()) {
        settle(to, state);
        return;
      }
      watch.look();
      if (!state.receiving() && state.received().any() && !executed().contains(to)) {
        stand();
        throw ReplicaState.receiver(server, state.received(), from);
      }
      look = look.compareTo(LAST_LOOK) < 0 ? look.multipliedBy(2) : LAST_LOOK;
    }
  }

  private void settle(GtidSet to, ReplicaState state) throws SQLException {
    GtidSet executed = executed();
    if (!executed.contains(to)) {
      throw ReplicaState.applier(server, ReplicaState.worker(connection, state.applied()));
    }
    GtidSet beyond = executed.minus(to);
    if (!beyond.isEmpty()) {
      throw new FramException(
          ErrorCode.FEED_INVALID,
          server
              + ": the replica has applied "
              + beyond.count()
              + " transactions more than it was told to ("
              + beyond
              + "): somebody else has started it, or another channel brings transactions here.",
          "Leave channel '" + NAME + "' to Fram, then run fram migrate to go on.");
    }
  }

  @Override
  public void remove() throws SQLException {
    boolean noted =
        Sql.number(
                connection,
                "SELECT COUNT(*) FROM information_schema.TABLES"
                    + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'replica'")
            > 0;
    if (!noted) {
      return;
    }
    if (exists()) {
      stop();
      Sql.run(connection, "RESET REPLICA ALL" + CHANNEL);
    }
    MySqlFileChannel.putBack(connection);
    Optional<String> was =
        Sql.first(connection, "SELECT start_was FROM fram.replica", row -> row.getString(1));
    if (was.filter("OFF"::equals).isPresent()) {
      Sql.run(connection, "RESET PERSIST IF EXISTS skip_replica_start");
    }
    Sql.run(connection, "DROP TABLE fram.replica");
  }
}
