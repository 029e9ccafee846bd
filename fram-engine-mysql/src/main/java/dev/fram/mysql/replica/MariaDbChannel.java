// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.replica;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.DomainGtids;
import dev.fram.mysql.binlog.Pause;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.replica.ReplicaState.Trouble;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * MariaDB's. Only receiver and applier together take a GTID to stop at (1277 otherwise), so both
 * run up to there and both end there; in between nothing is connected. It remembers how far it has
 * seen the replica go. Owned by one thread.
 */
final class MariaDbChannel implements ReplicaChannel {
  /** There is no connection of that name. */
  static final int NO_CHANNEL = 1617;

  private static final int NO_TLS = 2026;
  private static final Duration FIRST_LOOK = Duration.ofMillis(1);
  private static final Duration LAST_LOOK = Duration.ofMillis(50);

  /** A host that answers nothing takes a server so long to give up, and a little more. */
  private static final Duration FIRST_CONTACT = Duration.ofSeconds(75);

  private final Connection connection;
  private final String server;
  private final MariaDbPlace place;
  private DomainGtids seen = DomainGtids.NONE;

  /**
   * @param server the target's name for people
   */
  MariaDbChannel(Connection connection, String server) {
    this.connection = connection;
    this.server = server;
    this.place = new MariaDbPlace(connection);
  }

  /**
   * The channel is made anew each time: nothing of it outlives a restart of the server but its name
   * and its login, and the account may have got another password.
   */
  @Override
  public BinlogPosition prepare(Replica replica, BinlogPosition recorded, BinlogPosition have)
      throws SQLException {
    boolean fresh = !place.noted();
    if (fresh) {
      place.note(gtids(replica.place(file(have)).at()));
    }
    forget();
    DomainGtids held = place.held();
    // Asked after it: what the replica has, the source has had.
    Replica.Place asked = replica.place(file(have));
    requireFit(held, asked);
    place.arm(held);
    make(replica);
    limit(replica.content());
    seen = held;
    tryWay(fresh, replica);
    // Where it is farther, the feed tells of what came over since, and nothing is applied twice.
    return asked.at();
  }

  private void requireFit(DomainGtids held, Replica.Place source) {
    DomainGtids least = gtids(source.at());
    if (held.covers(least) && source.end().covers(held)) {
      return;
    }
    throw new FramException(
        ErrorCode.FEED_INVALID,
        server
            + ": its gtid_slave_pos is '"
            + held
            + "'; the rows there are those of '"
            + least
            + "' at least, and the source has got to '"
            + source.end()
            + "': somebody has changed it, or a server has lost transactions in a crash.",
        "Leave channel '" + NAME + "' to Fram; run fram cancel and begin again.");
  }

  /**
   * As far as a replica that has nothing to do gets: it logs in at the source, and stops. A new one
   * that cannot is taken away again: somebody has to give another address or open a firewall first.
   */
  private void tryWay(boolean fresh, Replica replica) throws SQLException {
    String from = replica.source().toString();
    long begun = System.nanoTime();
    start(seen);
    Optional<Trouble> trouble =
        await(
            seen,
            () -> {
              if (System.nanoTime() - begun > FIRST_CONTACT.toNanos()) {
                stop();
                throw ReplicaState.never(server, new Trouble(2003, "no answer"), from);
              }
            });
    if (trouble.filter(Trouble::refused).isPresent() && !replica.account().possible()) {
      // It goes on without, and is then refused by what the account asks for.
      throw ReplicaState.receiver(server, new Trouble(NO_TLS, "the source has no TLS"), from);
    }
    if (trouble.isPresent() && (fresh || trouble.get().refused())) {
      // The account was made a moment ago: that it is refused stays so.
      if (fresh) {
        remove();
      }
      throw ReplicaState.never(server, trouble.get(), from);
    }
    if (trouble.isPresent()) {
      throw ReplicaState.receiver(server, trouble.get(), from);
    }
    settle(seen);
  }

  private void make(Replica replica) throws SQLException {
    ReplicaAccount account = replica.account();
    Sql.run(
        connection,
        "CHANGE MASTER '"
            + NAME
            + "' TO MASTER_HOST = "
            + Quoting.literal(replica.source().host())
            + ", MASTER_PORT = "
            + replica.source().port()
            + ", MASTER_USER = "
            + Quoting.literal(account.account().user())
            + ", MASTER_PASSWORD = "
            + Quoting.literal(account.make())
            + ", MASTER_USE_GTID = slave_pos, MASTER_CONNECT_RETRY = 2, MASTER_SSL = "
            + (account.encrypted() ? "1" : "0")
            + ", MASTER_SSL_VERIFY_SERVER_CERT = 0");
  }

  /** What is brought over; a server forgets it when it restarts. */
  private void limit(Content content) throws SQLException {
    filter(
        "replicate_wild_do_table",
        content.databases().stream().map(name -> escaped(name) + ".%").sorted());
    filter("replicate_ignore_table", content.leftOut().stream().map(TableId::toString).sorted());
  }

  private void filter(String variable, Stream<String> rules) throws SQLException {
    String all = rules.map(this::rule).collect(Collectors.joining(","));
    Sql.run(connection, "SET GLOBAL " + NAME + "." + variable + " = " + Quoting.literal(all));
  }

  /** The server takes one text for all of them. */
  private String rule(String rule) {
    if (rule.contains(",") || !rule.equals(rule.strip())) {
      throw new FramException(
          ErrorCode.UNSUPPORTED,
          server + ": MariaDB's replication filters cannot say '" + rule + "'.",
          "Leave out --feed=native.");
    }
    return rule;
  }

  private static String escaped(String name) {
    return name.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%");
  }

  private boolean exists() throws SQLException {
    return MariaDbPlace.connections(connection).contains(NAME);
  }

  private void stop() throws SQLException {
    Sql.run(connection, "STOP SLAVE '" + NAME + "'");
  }

  private void forget() throws SQLException {
    if (!exists()) {
      return;
    }
    stop();
    // The server would keep them for the next connection of that name.
    for (String variable : new String[] {"replicate_wild_do_table", "replicate_ignore_table"}) {
      Sql.run(connection, "SET GLOBAL " + NAME + "." + variable + " = ''");
    }
    Sql.run(connection, "RESET SLAVE '" + NAME + "' ALL");
  }

  @Override
  public void runUntil(BinlogPosition to, String from, Watch watch) throws SQLException {
    DomainGtids wanted = gtids(file(to));
    requireUntouched();
    if (seen.covers(wanted)) {
      return;
    }
    // Where it is farther than it is told it must stay.
    DomainGtids end = seen.union(wanted);
    start(end);
    Optional<Trouble> trouble = await(end, watch);
    if (trouble.isPresent() && !place.executed().covers(end)) {
      throw ReplicaState.receiver(server, trouble.get(), from);
    }
    settle(end);
  }

  private void start(DomainGtids end) throws SQLException {
    Sql.run(
        connection,
        "START SLAVE '" + NAME + "' UNTIL MASTER_GTID_POS = " + Quoting.literal(end.toString()));
  }

  /**
   * Waits until both have stopped, and stops both.
   *
   * @return what hinders the receiver
   * @throws FramException what has stopped the applier
   */
  private Optional<Trouble> await(DomainGtids end, Watch watch) throws SQLException {
    Duration look = FIRST_LOOK;
    while (true) {
      Pause.of(look);
      ReplicaState state = ReplicaState.readMariaDb(connection);
      boolean hindered = state.received().any();
      // Somebody may have stopped the one of the two that the other waits for.
      boolean dry = !state.receiving() && !arrived().covers(end);
      if (!state.applying() || hindered || dry) {
        stop();
        if (state.applied().any()) {
          throw ReplicaState.applier(server, state.applied());
        }
        return Optional.of(state.received()).filter(Trouble::any);
      }
      watch.look();
      look = look.compareTo(LAST_LOOK) < 0 ? look.multipliedBy(2) : LAST_LOOK;
    }
  }

  /** How far it has received. */
  private DomainGtids arrived() throws SQLException {
    return Sql.first(
            connection,
            ReplicaState.MARIADB_STATUS,
            row -> DomainGtids.parse(row.getString("Gtid_IO_Pos")))
        .orElse(DomainGtids.NONE);
  }

  private void settle(DomainGtids end) throws SQLException {
    DomainGtids now = place.executed();
    if (!now.covers(end)) {
      throw new FramException(
          ErrorCode.CONNECTION_LOST,
          server + ": its replica was to go to '" + end + "' and has stopped at '" + now + "'.",
          "Leave channel '" + NAME + "' to Fram; it is started again.");
    }
    if (!now.equals(end)) {
      throw beyond(now, end);
    }
    seen = now;
  }

  /** Nobody but us has led it since. */
  private void requireUntouched() throws SQLException {
    ReplicaState state = ReplicaState.readMariaDb(connection);
    if (state.applying() || state.receiving()) {
      stop();
    }
    DomainGtids now = place.executed();
    if (!now.equals(seen)) {
      throw beyond(now, seen);
    }
  }

  private FramException beyond(DomainGtids now, DomainGtids told) {
    return new FramException(
        ErrorCode.FEED_INVALID,
        server
            + ": the replica stands at '"
            + now
            + "' and was told to go to '"
            + told
            + "': somebody else has led it, or another replica brings transactions here.",
        "Leave channel '" + NAME + "' to Fram, then run fram migrate to go on.");
  }

  @Override
  public boolean standsAt(BinlogPosition recorded) throws SQLException {
    if (!place.noted()) {
      return true;
    }
    DomainGtids held = place.held();
    return file(recorded).gtids().filter(held::equals).isPresent();
  }

  @Override
  public void remove() throws SQLException {
    if (place.noted()) {
      forget();
    }
    place.remove();
  }

  private static BinlogPosition.File file(BinlogPosition position) {
    return switch (position) {
      case BinlogPosition.File file -> file;
      case BinlogPosition.Gtids gtids ->
          throw new FramException(
              ErrorCode.UNSUPPORTED,
              "The journal's position is MySQL's, and the target is MariaDB.",
              "Name a target of the source's product.");
    };
  }

  private static DomainGtids gtids(BinlogPosition.File position) {
    return position
        .gtids()
        .orElseThrow(() ->
            new FramException(
                ErrorCode.INTERNAL, "Position " + position.text() + " has no GTIDs.", ""));
  }
}
