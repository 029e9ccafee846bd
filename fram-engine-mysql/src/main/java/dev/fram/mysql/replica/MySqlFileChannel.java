// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.replica;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.LogPoint;
import dev.fram.mysql.binlog.Pause;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * MySQL's where the source has no GTIDs: by file and offset. One applier thread alone, because then
 * its place is written in each transaction's own commit and is the truth after a crash; with
 * several the server's note of it is a low watermark. The channel is made anew from that place by
 * each run: what lies in the relay log may be there twice after a crash. Owned by one thread.
 */
final class MySqlFileChannel implements ReplicaChannel {
  private static final String CHANNEL = " FOR CHANNEL '" + NAME + "'";
  private static final Duration FIRST_LOOK = Duration.ofMillis(1);
  private static final Duration LAST_LOOK = Duration.ofMillis(50);

  /**
   * What was changed on the server, to be put back, and whether the channel was made: one that is
   * gone then has taken its place with it.
   */
  private static final String NOTE =
      "CREATE TABLE IF NOT EXISTS fram.replica_place (only_one tinyint NOT NULL DEFAULT 1 PRIMARY"
          + " KEY, workers_were int NOT NULL, made tinyint NOT NULL DEFAULT 0)"
          + " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

  private final Connection connection;
  private final String server;
  private final MySqlChannel channel;
  private Optional<LogPoint> seen = Optional.empty();

  /**
   * @param server the target's name for people
   */
  MySqlFileChannel(Connection connection, String server) {
    this.connection = connection;
    this.server = server;
    this.channel = new MySqlChannel(connection, server);
  }

  @Override
  public BinlogPosition prepare(Replica replica, BinlogPosition recorded, BinlogPosition have)
      throws SQLException {
    BinlogPosition.File begin = file(have);
    boolean there = channel.exists();
    if (there) {
      channel.stop();
    }
    note();
    LogPoint from = there ? reached(begin.at()) : first(begin);
    channel.keepStanding();
    make(replica, from);
    channel.limit(replica.content());
    channel.receiveAnew();
    if (!there) {
      channel.awaitFirst(replica.source().toString());
    }
    Sql.run(connection, "UPDATE fram.replica_place SET made = 1");
    seen = Optional.of(from);
    // Where it is farther, the feed tells of what came over since, and nothing is applied twice.
    return begin;
  }

  /** How far it is, at least where it is recorded to be. */
  private LogPoint reached(LogPoint recorded) throws SQLException {
    LogPoint place = place();
    if (place.compareTo(recorded) < 0) {
      throw less(place, recorded);
    }
    return place;
  }

  private void note() throws SQLException {
    Sql.run(connection, NOTE);
    Sql.update(
        connection,
        "INSERT IGNORE INTO fram.replica_place (workers_were)"
            + " VALUES (@@global.replica_parallel_workers)");
    Sql.run(connection, "SET GLOBAL replica_parallel_workers = 0");
    if (Sql.number(connection, "SELECT @@global.replica_parallel_workers") != 0) {
      throw new FramException(
          ErrorCode.UNSUPPORTED,
          server + ": it applies by several threads only, whose place a crash would lose.",
          "Set gtid_mode=ON on both servers, or leave out --feed=native.");
    }
  }

  /** Where a channel begins that was never there. */
  private LogPoint first(BinlogPosition.File begin) throws SQLException {
    if (Sql.number(connection, "SELECT made FROM fram.replica_place") != 0) {
      throw new FramException(
          ErrorCode.FEED_INVALID,
          server + ": channel '" + NAME + "' is gone, and with it how far the target is.",
          "Leave it to Fram; run fram cancel and begin again.");
    }
    if (begin.restart().isPresent()) {
      throw new FramException(
          ErrorCode.UNSUPPORTED,
          "The source had a prepared XA transaction when the tables were copied; a replica without"
              + " GTIDs cannot begin behind it and bring it over, too.",
          "End it (XA RECOVER names it), run fram cancel and begin again; or leave out"
              + " --feed=native.");
    }
    return begin.at();
  }

  private FramException less(LogPoint from, LogPoint recorded) {
    return new FramException(
        ErrorCode.FEED_INVALID,
        server
            + ": its replica stands at "
            + from.text()
            + "; the rows there are recorded as those of "
            + recorded.text()
            + ": somebody has led it, or the server has lost transactions in a crash.",
        "Leave channel '" + NAME + "' to Fram; run fram cancel and begin again.");
  }

  /** The relay log is thrown away with it. */
  private void make(Replica replica, LogPoint from) throws SQLException {
    ReplicaAccount account = replica.account();
    boolean gtids = Sql.text(connection, "SELECT @@global.gtid_mode").equals("ON");
    Sql.run(
        connection,
        "CHANGE REPLICATION SOURCE TO SOURCE_HOST = "
            + Quoting.literal(replica.source().host())
            + ", SOURCE_PORT = "
            + replica.source().port()
            + ", SOURCE_USER = "
            + Quoting.literal(account.account().user())
            + ", SOURCE_PASSWORD = "
            + Quoting.literal(account.make())
            + ", SOURCE_LOG_FILE = "
            + Quoting.literal(from.file())
            + ", SOURCE_LOG_POS = "
            + from.offset()
            + ", SOURCE_AUTO_POSITION = 0, SOURCE_CONNECT_RETRY = 2, SOURCE_RETRY_COUNT = 86400"
            + ", ASSIGN_GTIDS_TO_ANONYMOUS_TRANSACTIONS = "
            + (gtids ? "LOCAL" : "OFF")
            + (account.encrypted() ? ", SOURCE_SSL = 1" : ", GET_SOURCE_PUBLIC_KEY = 1")
            + CHANNEL);
  }

  // ---- where it is
  // -------------------------------------------------------------------------------

  /** How far the applier is, and how far the receiver. */
  private record Look(LogPoint applied, Optional<LogPoint> read) {
    boolean received(LogPoint to) {
      return read.filter(point -> point.compareTo(to) >= 0).isPresent();
    }
  }

  private Look look() throws SQLException {
    return Sql.first(
            connection,
            "SHOW REPLICA STATUS FOR CHANNEL '" + NAME + "'",
            row -> {
              String file = row.getString("Source_Log_File");
              return new Look(
                  new LogPoint(
                      row.getString("Relay_Source_Log_File"), row.getLong("Exec_Source_Log_Pos")),
                  file.isEmpty()
                      ? Optional.empty()
                      : Optional.of(new LogPoint(file, row.getLong("Read_Source_Log_Pos"))));
            })
        .orElseThrow(
            () -> new SQLException("the channel is gone", "HY000", MySqlChannel.NO_CHANNEL));
  }

  private LogPoint place() throws SQLException {
    return look().applied();
  }

  @Override
  public boolean standsAt(BinlogPosition recorded) throws SQLException {
    return !channel.exists() || place().equals(file(recorded).at());
  }

  // ---- going on
  // ----------------------------------------------------------------------------------

  @Override
  public void runUntil(BinlogPosition wanted, String from, Watch watch) throws SQLException {
    LogPoint to = file(wanted).at();
    LogPoint before = requireUntouched();
    if (before.compareTo(to) >= 0) {
      // It was told so by a run that is gone.
      return;
    }
    channel.receive();
    Sql.run(
        connection,
        "START REPLICA SQL_THREAD UNTIL SOURCE_LOG_FILE = "
            + Quoting.literal(to.file())
            + ", SOURCE_LOG_POS = "
            + to.offset()
            + CHANNEL);
    Duration pause = FIRST_LOOK;
    while (true) {
      Pause.of(pause);
      ReplicaState state = ReplicaState.read(connection);
      if (!state.applying()) {
        settle(to, state);
        return;
      }
      watch.look();
      if (!state.receiving() && state.received().any() && !look().received(to)) {
        channel.stand();
        throw ReplicaState.receiver(server, state.received(), from);
      }
      pause = pause.compareTo(LAST_LOOK) < 0 ? pause.multipliedBy(2) : LAST_LOOK;
    }
  }

  /** Nobody but us has led it since. */
  private LogPoint requireUntouched() throws SQLException {
    ReplicaState state = ReplicaState.read(connection);
    if (state.applying()) {
      channel.stand();
    }
    LogPoint now = place();
    if (seen.filter(now::equals).isEmpty()) {
      throw beyond(now, seen.map(LogPoint::text).orElse("nowhere"));
    }
    return now;
  }

  private void settle(LogPoint to, ReplicaState state) throws SQLException {
    LogPoint place = place();
    if (place.compareTo(to) < 0) {
      throw ReplicaState.applier(server, state.applied());
    }
    if (!place.equals(to)) {
      throw beyond(place, to.text());
    }
    seen = Optional.of(place);
  }

  private FramException beyond(LogPoint now, String told) {
    return new FramException(
        ErrorCode.FEED_INVALID,
        server
            + ": the replica stands at "
            + now.text()
            + " and was told to go to "
            + told
            + ": somebody else has led it.",
        "Leave channel '" + NAME + "' to Fram, then run fram migrate to go on.");
  }

  // ---- the end
  // -----------------------------------------------------------------------------------

  @Override
  public void remove() throws SQLException {
    channel.remove();
  }

  /** Puts the server's settings back, where there was such a channel. Idempotent. */
  static void putBack(Connection connection) throws SQLException {
    boolean noted =
        Sql.number(
                connection,
                "SELECT COUNT(*) FROM information_schema.TABLES"
                    + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'replica_place'")
            > 0;
    if (!noted) {
      return;
    }
    Optional<String> were =
        Sql.first(connection, "SELECT workers_were FROM fram.replica_place", r -> r.getString(1));
    if (were.isPresent()
        && Sql.number(connection, "SELECT @@global.replica_parallel_workers") == 0) {
      Sql.run(connection, "SET GLOBAL replica_parallel_workers = " + were.get());
    }
    Sql.run(connection, "DROP TABLE fram.replica_place");
  }

  private static BinlogPosition.File file(BinlogPosition position) {
    return switch (position) {
      case BinlogPosition.File file -> file;
      case BinlogPosition.Gtids gtids ->
          throw new FramException(
              ErrorCode.UNSUPPORTED,
              "The migration was begun with GTIDs, and the source has none any more.",
              "Set gtid_mode=ON again.");
    };
  }
}
