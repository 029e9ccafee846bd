// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Table;
import dev.fram.postgresql.PostgresEngine;
import dev.fram.postgresql.apply.Servers;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.feed.XidSnapshot;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.A1Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * ALGORITHMS A1 against real servers: each of many snapshots, plus the decoded transactions that it
 * has not seen, replayed strictly, ends in the source's state. And the rule that looks right but is
 * not, by log position, is shown to fail on the same data: so the traffic is hard enough.
 */
class HandoverPropertyTest {
  private static final int SNAPSHOTS = 25;

  /** A snapshot's rows, and where the log stood just before it was taken. */
  private record Taken(Replay rows, XidSnapshot snapshot, Lsn before) {}

  @ParameterizedTest
  @EnumSource(
      value = PostgresVersion.class,
      names = {"V15", "V18"})
  void everySnapshotPlusWhatItHasNotSeenIsTheSource(PostgresVersion version) throws Exception {
    PostgresServer server = Servers.of(version);
    String database = "handover_" + version.major();
    server.createDatabase(database);
    server.createDatabase(database + "_copy");
    try (Connection admin = server.connect(database)) {
      WorkloadSchema.create(admin, 2_000, EnumSet.noneOf(WorkloadSchema.Part.class));
      RouteRequest request =
          new RouteRequest(
              server.endpoint(database),
              server.endpoint(database + "_copy"),
              new Scope(List.of("app.item"), List.of()),
              Set.of());
      try (Route route = new PostgresEngine().open(request)) {
        run(server, database, route);
        route.source().removeTraces();
      }
    } finally {
      server.execute("postgres", "DROP DATABASE " + database + " WITH (FORCE)");
      server.execute("postgres", "DROP DATABASE " + database + "_copy WITH (FORCE)");
    }
  }

  private static void run(PostgresServer server, String database, Route route) throws Exception {
    List<Table> tables = route.source().tables();
    List<Taken> taken = new ArrayList<>();
    List<FeedEvent> events;
    Replay end;
    try (A1Workload traffic =
        A1Workload.start(
            () -> server.connect(database), WorkloadOptions.handover().withRate(500))) {
      Position from = route.source().prepareFeed(tables, Optional.empty(), line -> {});
      for (int i = 0; i < SNAPSHOTS; i++) {
        taken.add(take(server, database, route, tables));
      }
      traffic.stop();
      try (Connection reader = reader(server, database)) {
        end = Replay.read(reader);
      }
      events = decode(route, from);
    }
    int wrongByPosition = 0;
    for (Taken each : taken) {
      Replay exact = each.rows.copy();
      exact.apply(events, (xid, commit) -> !each.snapshot.sees(xid));
      assertThat(exact.problems()).isEmpty();
      assertThat(exact.differences(end)).isEmpty();
      Replay byPosition = each.rows.copy();
      byPosition.apply(events, (xid, commit) -> new Lsn(commit).covers(each.before));
      boolean wrong = !byPosition.problems().isEmpty() || !byPosition.differences(end).isEmpty();
      wrongByPosition += wrong ? 1 : 0;
    }
    assertThat(wrongByPosition).as("snapshots that a rule by log position gets wrong").isPositive();
  }

  private static Taken take(PostgresServer server, String database, Route route, List<Table> tables)
      throws SQLException {
    try (Connection reader = reader(server, database)) {
      Lsn before = Lsn.parse(Replay.text(reader, "SELECT pg_current_wal_insert_lsn()::text"));
      try (PostgresSnapshot snapshot = (PostgresSnapshot) route.source().snapshot(tables)) {
        reader.setAutoCommit(false);
        Replay.run(reader, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        Replay.run(reader, "SET TRANSACTION SNAPSHOT '" + snapshot.name() + "'");
        Replay rows = Replay.read(reader);
        return new Taken(rows, XidSnapshot.parse(snapshot.fence().text()), before);
      }
    }
  }

  private static Connection reader(PostgresServer server, String database) throws SQLException {
    Connection reader = server.connect(database);
    Replay.run(reader, "SET timezone = 'UTC'; SET datestyle = 'ISO'");
    return reader;
  }

  private static List<FeedEvent> decode(Route route, Position from) {
    Position until = route.source().mark();
    List<FeedEvent> events = new ArrayList<>();
    try (ChangeFeed feed = route.source().openFeed(from)) {
      boolean reached = false;
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (!reached && System.nanoTime() < deadline) {
        Optional<FeedEvent> event = feed.poll(Duration.ofMillis(200));
        event.ifPresent(events::add);
        reached = event.map(e -> covers(e, until)).orElse(false);
      }
      assertThat(reached).isTrue();
    }
    return events;
  }

  private static boolean covers(FeedEvent event, Position until) {
    return switch (event) {
      case FeedEvent.Commit commit -> commit.end().covers(until);
      case FeedEvent.Idle idle -> idle.reached().covers(until);
      case FeedEvent.Begin begin -> false;
      case FeedEvent.Row row -> false;
      case FeedEvent.Truncate truncate -> false;
      case FeedEvent.SchemaChange change -> false;
    };
  }
}
