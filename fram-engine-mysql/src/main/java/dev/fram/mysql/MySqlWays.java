// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.ServerClone;
import dev.fram.api.engine.Way;
import dev.fram.api.engine.Way.Advice;
import dev.fram.api.engine.Way.Subject;
import dev.fram.api.engine.Way.Trait;
import dev.fram.api.engine.Ways;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.TableOptions.States;
import dev.fram.api.traffic.Address;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The ways of MySQL and MariaDB, in words. Stateless; knows no server. */
final class MySqlWays {
  private static final int PORT = 3306;
  private static final String PRIVILEGES = "docs/guide/privileges.md";
  private static final Trait OWN_RIGHTS =
      new Trait(
          Subject.RIGHTS,
          "The source's login reads, and closes the server at the cutover; the target's is an"
              + " administrator ("
              + PRIVILEGES
              + ").");
  private static final Trait OWN_NETWORK =
      new Trait(
          Subject.NETWORK, "This machine reaches both servers; they need not reach each other.");
  private static final Trait OWN_SCHEMA_CHANGES =
      new Trait(
          Subject.SCHEMA_CHANGES,
          "A statement on the source that changes the schema stops the run before it; with"
              + " --ddl=replicate Fram runs it on the target too.");
  private static final Trait GATE =
      new Trait(
          Subject.CUTOVER,
          "While the write gate closes, a transaction that writes to several tables, not in the order"
              + " of their names, may get a deadlock (1213) and has to be tried again.");

  private static final String SPEEDS =
      " (one machine, MySQL 8.0.33, until the target followed; docs/explanation/performance.md; fram"
          + " measure forecasts yours).";
  private static final Trait REPLICA_SPEED =
      new Trait(
          Subject.SPEED,
          "About that of own-feed: 0.9 of its time at 230 MiB, 1.05 at 690 MiB" + SPEEDS);
  private static final Trait CLONE_SPEED =
      new Trait(
          Subject.SPEED,
          "The larger the server, the faster beside own-feed: 0.7 of its time at 230 MiB, 0.3 at"
              + " 690 MiB"
              + SPEEDS);

  private MySqlWays() {}

  static Ways ofMySql(RouteRequest request, NativeFeed replica) {
    return new Ways(
        List.of(
            own(request),
            oneSnapshot(request),
            replica(request, replica, MYSQL),
            cloned(request, new ServerClone(ServerClone.Kind.CLONE, replica.source()))),
        List.of("xtrabackup or another physical backup as the copy"));
  }

  static Ways ofMariaDb(RouteRequest request, NativeFeed replica) {
    return new Ways(
        List.of(own(request), oneSnapshot(request), replica(request, replica, MARIADB)),
        List.of("mariadb-backup or another physical backup as the copy"));
  }

  private static Way own(RouteRequest request) {
    return new Way(
        "own-feed",
        "Fram copies table by table, reads the source's binary log and writes the changes.",
        "",
        request.moved(States.MANY, Optional.empty()),
        List.of(
            OWN_RIGHTS,
            new Trait(Subject.VERSIONS, "The target is not older than the source."),
            OWN_NETWORK,
            new Trait(
                Subject.COPY,
                "Without locks, but for tables without a key or with cascades; a copy that is"
                    + " interrupted goes on with the chunks that are left."),
            OWN_SCHEMA_CHANGES,
            GATE),
        new Advice("The default: it needs the least of the servers.", Map.of()));
  }

  private static Way oneSnapshot(RouteRequest request) {
    return new Way(
        "one-snapshot",
        "As own-feed, but all tables are copied from one state of the source.",
        "--one-snapshot",
        request.moved(States.ONE, Optional.empty()),
        List.of(
            OWN_RIGHTS,
            new Trait(Subject.VERSIONS, "The target is not older than the source."),
            OWN_NETWORK,
            oneState(),
            OWN_SCHEMA_CHANGES,
            GATE),
        new Advice(
            "Take it where the copy has to begin at one moment for all tables.",
            Map.of(
                "gtid-mode", "The copy waits for running transactions once, not at each chunk.")));
  }

  private static Trait oneState() {
    return new Trait(
        Subject.COPY,
        "One lock of milliseconds, on the whole server where the login has RELOAD, else on the tables;"
            + " the source keeps old row versions for as long as the copy lasts, and a copy that is"
            + " interrupted begins again.");
  }

  /** What the server's own replication needs beside own-feed. */
  private record Needs(String product, String rights, String versions, Trait speed) {}

  private static final Needs MYSQL =
      new Needs(
          "MySQL",
          "on the target REPLICATION_SLAVE_ADMIN, SYSTEM_VARIABLES_ADMIN and"
              + " PERSIST_RO_VARIABLES_ADMIN.",
          "MySQL on both sides with gtid_mode=ON, or a source with OFF and a target before 8.4; the"
              + " target is 8.0.23 or later, and not older than the source.",
          REPLICA_SPEED);

  private static final Needs MARIADB =
      new Needs(
          "MariaDB",
          "on the target REPLICATION SLAVE ADMIN, SLAVE MONITOR, BINLOG ADMIN and RELOAD, and"
              + " SELECT, CREATE, ALTER and DROP on mysql.*.",
          "MariaDB on both sides; the target is not older than the source, and nobody else's"
              + " replica.",
          new Trait(Subject.SPEED, "Not measured beside own-feed."));

  private static Way replica(RouteRequest request, NativeFeed feed, Needs needs) {
    return new Way(
        "native-feed",
        "Fram copies all tables from one state; then the target follows as "
            + needs.product()
            + "'s own replica, led by Fram.",
        "--feed=native" + feed.source().map(a -> " --source-for-target=" + a).orElse(""),
        request.moved(States.ONE, Optional.of(feed)),
        List.of(
            new Trait(
                Subject.RIGHTS,
                "Those of own-feed. Besides, on the source CREATE USER, and REPLICATION SLAVE to give on; "
                    + needs.rights()),
            new Trait(Subject.VERSIONS, needs.versions()),
            new Trait(
                Subject.NETWORK,
                network(request.source(), feed.source(), "a run finds it out once all is copied")),
            oneState(),
            new Trait(
                Subject.SCHEMA_CHANGES,
                "They come over by themselves, in the databases that are migrated."),
            GATE,
            needs.speed()),
        new Advice(
            "Take it where you trust the server's own replication more than anybody's, or where the"
                + " schema changes while you migrate.",
            Map.of(
                "cascading-foreign-keys",
                "The target's replica applies these tables as it applies all others.")));
  }

  private static Way cloned(RouteRequest request, ServerClone wish) {
    return new Way(
        "clone",
        "MySQL's CLONE plugin makes the target a clone of the whole source; then Fram reads the"
            + " source's binary log and writes the changes.",
        "--copy=clone" + wish.source().map(a -> " --source-for-target=" + a).orElse(""),
        request.cloned(wish),
        List.of(
            new Trait(
                Subject.RIGHTS,
                "Those of own-feed. Besides, on the source CREATE USER, and BACKUP_ADMIN to give on;"
                    + " on the target CLONE_ADMIN, SYSTEM_VARIABLES_ADMIN and"
                    + " PERSIST_RO_VARIABLES_ADMIN. The target's login has to be one of the source's,"
                    + " too, with the same password and rights."),
            new Trait(
                Subject.VERSIONS,
                "MySQL 8.0.17 or later, exactly the same on both sides, with gtid_mode=ON and the"
                    + " plugin."),
            new Trait(
                Subject.NETWORK,
                network(
                    request.source(),
                    wish.source(),
                    "a run finds it out when the clone begins, before anything is removed")),
            new Trait(
                Subject.COPY,
                "Files, not rows: all databases of the source, its accounts with their passwords"
                    + " too, in place of everything on the target, whose mysqld ends then and has to be"
                    + " started again. InnoDB tables only. A clone that is interrupted begins again."),
            OWN_SCHEMA_CHANGES,
            GATE,
            CLONE_SPEED),
        new Advice(
            "Take it where the whole server moves, to one of the same version, and is too large to be"
                + " copied row by row.",
            Map.of()));
  }

  /** Nobody can try that for another machine without making a replica there. */
  private static String network(Endpoint source, Optional<Address> given, String found) {
    Address standard = new Address(source.host(), source.port()).orPort(PORT);
    Address address = given.orElse(standard);
    StringBuilder words =
        new StringBuilder("Besides, the target's own machine has to reach the source at ")
            .append(address)
            .append(". That was not tried, and ")
            .append(found)
            .append(": try it there.");
    if (given.isEmpty() && loopback(source.host())) {
      words.append(
          " On the target's machine this address is that machine itself: give --source-for-target"
              + " host:port unless the source runs there, too.");
    }
    if (given.isEmpty() && source.reach().isPresent()) {
      words.append(
          " Fram reaches the source by a jump host; the target goes straight: give --source-for-target"
              + " host:port if it knows it by another address.");
    }
    return words.toString();
  }

  private static boolean loopback(String host) {
    return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
  }
}
