// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

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

/** The ways of PostgreSQL, in words. Stateless; knows no server. */
final class PostgresWays {
  private static final int PORT = 5432;
  private static final Trait SCHEMA_CHANGES =
      new Trait(
          Subject.SCHEMA_CHANGES,
          "They are not brought over: a table that was changed on the source is named, and keeps"
              + " the cutover away until that is undone or the migration is begun anew.");
  private static final Trait CUTOVER =
      new Trait(
          Subject.CUTOVER,
          "Writers get no error from the write gate; large objects and tables that are not"
              + " followed are copied behind it.");

  private PostgresWays() {}

  static Ways of(RouteRequest request, NativeFeed replica) {
    return new Ways(
        List.of(own(request), subscription(request, replica), baseBackup(request, replica)),
        List.of());
  }

  private static Way own(RouteRequest request) {
    return new Way(
        "own-feed",
        "Fram copies table by table, reads the source's WAL by a slot of its own and writes the"
            + " changes.",
        "",
        request.moved(States.MANY, Optional.empty()),
        List.of(
            new Trait(
                Subject.RIGHTS,
                "On the source REPLICATION, CREATE on the database, and the roles that own the tables;"
                    + " on the target CREATE, and the same roles (docs/guide/privileges.md)."),
            new Trait(
                Subject.VERSIONS,
                "PostgreSQL 13 to 18; the target is not older than the source; wal_level is logical"
                    + " on the source."),
            new Trait(
                Subject.NETWORK,
                "This machine reaches both servers; they need not reach each other."),
            new Trait(
                Subject.COPY,
                "Without locks; a copy that is interrupted goes on with what is left. The source keeps"
                    + " its WAL until it is applied (--max-retained-log)."),
            SCHEMA_CHANGES,
            CUTOVER),
        new Advice("The default: it needs the least of the servers.", Map.of()));
  }

  private static Way subscription(RouteRequest request, NativeFeed feed) {
    return new Way(
        "native-feed",
        "Fram copies all tables from the state at which the subscription's slot begins; then the"
            + " target follows by its own subscription, led by Fram.",
        "--feed=native" + feed.source().map(a -> " --source-for-target=" + a).orElse(""),
        request.moved(States.ONE, Optional.of(feed)),
        List.of(
            new Trait(
                Subject.RIGHTS,
                "Those of own-feed. Besides, on the source a role with REPLICATION is made (before 16 by a"
                    + " superuser only); on the target a subscription (before 16 by a superuser only,"
                    + " since then with pg_create_subscription and EXECUTE on three functions)."),
            new Trait(
                Subject.VERSIONS,
                "PostgreSQL 13 to 18; the target is not older than the source; wal_level is logical"
                    + " on the source, and two slots and two WAL senders are free there."),
            new Trait(Subject.NETWORK, network(request.source(), feed)),
            new Trait(
                Subject.COPY,
                "Without locks; the source keeps old row versions for as long as the copy lasts, and a"
                    + " copy that is interrupted begins again, with a new slot."),
            SCHEMA_CHANGES,
            CUTOVER,
            new Trait(
                Subject.SPEED,
                "The copy is that of own-feed. A backlog took the subscription 0.9 to 1.5 times as long"
                    + " (one machine, PostgreSQL 18; docs/explanation/performance.md; fram measure"
                    + " forecasts yours).")),
        new Advice(
            "Take it where you trust the server's own replication more than anybody's.", Map.of()));
  }

  private static Way baseBackup(RouteRequest request, NativeFeed replica) {
    ServerClone wish = new ServerClone(ServerClone.Kind.BASE_BACKUP, replica.source());
    return new Way(
        "base-backup",
        "pg_basebackup, run on the target's machine, makes the target a copy of the whole source,"
            + " which ends where Fram's slot begins; then Fram reads the source's WAL and writes the"
            + " changes.",
        "--copy=base-backup" + wish.source().map(a -> " --source-for-target=" + a).orElse(""),
        request.cloned(wish),
        List.of(
            new Trait(
                Subject.RIGHTS,
                "A superuser that both servers have, with one password; on the target's machine root"
                    + " or the server's own user (--target-host)."),
            new Trait(
                Subject.VERSIONS,
                "PostgreSQL 13 to 18, one major version and one platform on both; wal_level is logical"
                    + " on the source, and two slots and two WAL senders are free there."),
            new Trait(Subject.NETWORK, network(request.source(), replica)),
            new Trait(
                Subject.COPY,
                "Files go over, not rows, with every database, role and index. Everything on the target"
                    + " is replaced, and the target is restarted."),
            SCHEMA_CHANGES,
            CUTOVER,
            new Trait(
                Subject.SPEED,
                "Until the target followed it took 1.2 times as long as own-feed for 271 MiB and 0.54"
                    + " times for 1.3 GiB (one machine, PostgreSQL 18; docs/explanation/performance.md;"
                    + " fram measure forecasts own-feed on yours).")),
        new Advice(
            "Take it where a whole server moves to an empty one of the same version and is large.",
            Map.of()));
  }

  /** Nobody can try that for another machine without making a subscription there. */
  private static String network(Endpoint source, NativeFeed feed) {
    Address address = feed.source().orElse(new Address(source.host(), source.port())).orPort(PORT);
    StringBuilder words =
        new StringBuilder("Besides, the target's own machine has to reach the source at ")
            .append(address)
            .append(
                ". That was not tried, and a run finds it out once all is copied: try it there.");
    if (feed.source().isEmpty() && loopback(source.host())) {
      words.append(
          " On the target's machine this address is that machine itself: give --source-for-target"
              + " host:port unless the source runs there, too.");
    }
    if (feed.source().isEmpty() && source.reach().isPresent()) {
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
