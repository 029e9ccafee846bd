// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.PostgresEngine;
import dev.fram.postgresql.apply.Servers;
import dev.fram.postgresql.feed.KeyRange;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ALGORITHMS A1 against real servers: each of many snapshots, plus the decoded transactions that it
 * has not seen, replayed strictly, ends in the source's state. And the rule that looks right but is
 * not, by log position, is shown to fail on the same data: so the traffic is hard enough.
 */
class HandoverPropertyTest {
  private static final Logger LOG = LoggerFactory.getLogger(HandoverPropertyTest.class);

  /** More by {@code -Dfram.handover.snapshots=200}. */
  private static final int SNAPSHOTS = Integer.getInteger("fram.handover.snapshots", 25);

  /** As many as the rows of, and all traffic since, fit into a test's memory. */
  private static final int AT_ONCE = 50;

  private static final int TRANSACTIONS_BETWEEN = 30;
  private static final int CHUNKS = 10;
  private static final TableId ITEM = new TableId("app", "item");

  /** A snapshot's rows, and where the log stood just before it was taken. */
  private record Taken(Replay rows, XidSnapshot snapshot, Lsn before) {}

  /** All that came after the first snapshot, and how the table looked when the traffic was over. */
  private record Past(List<Taken> taken, List<FeedEvent> events, Replay end) {}

  /** A chunk and the snapshot that it is copied under. */
  private record Part(KeyRange range, Taken from) {
    boolean has(Replay.Key key) {
      return range.contains(Long.toString(key.id()));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PostgresVersion.class,
      names = {"V15", "V18"})
  void everySnapshotPlusWhatItHasNotSeenIsTheSource(PostgresVersion version) throws Exception {
    for (int left = SNAPSHOTS; left > 0; left -= AT_ONCE) {
      everySnapshot(Servers.of(version), Math.min(left, AT_ONCE));
    }
  }

  private static void everySnapshot(PostgresServer server, int snapshots) throws Exception {
    String database = "handover_" + server.version().major();
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
        run(server, database, route, snapshots);
        route.source().removeTraces();
      }
    } finally {
      server.execute("postgres", "DROP DATABASE " + database + " WITH (FORCE)");
      server.execute("postgres", "DROP DATABASE " + database + "_copy WITH (FORCE)");
    }
  }

  private static void run(PostgresServer server, String database, Route route, int snapshots)
      throws Exception {
    long begun = System.nanoTime();
    Past past = live(server, database, route, snapshots);
    long lived = System.nanoTime();
    int wrongByPosition = 0;
    for (Taken each : past.taken) {
      assertExact(
          each.rows.copy(), past, (transaction, key) -> !each.snapshot.sees(transaction.xid()));
      wrongByPosition += wrongByPosition(each, past) ? 1 : 0;
    }
    long incomplete = chunked(past);
    LOG.info(
        "{}: {} snapshots, {} transactions in the feed, {} rows at the end; 0 violations; by log"
            + " position {} wrong; {} assignments of {} key chunks, 0 violations, {} rows moved with"
            + " a value unsent; {} s of traffic, {} s of replay",
        database,
        past.taken.size(),
        past.events.stream().filter(FeedEvent.Commit.class::isInstance).count(),
        past.end.ids().size(),
        wrongByPosition,
        past.taken.size(),
        CHUNKS,
        incomplete,
        TimeUnit.NANOSECONDS.toSeconds(lived - begun),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lived));
    assertThat(wrongByPosition).as("snapshots that a rule by log position gets wrong").isPositive();
  }

  private static Past live(PostgresServer server, String database, Route route, int snapshots)
      throws Exception {
    List<Table> tables = route.source().tables();
    List<Taken> taken = new ArrayList<>();
    Map<List<@Nullable String>, List<@Nullable String>> known = new HashMap<>();
    try (A1Workload traffic =
        A1Workload.start(
            () -> server.connect(database), WorkloadOptions.handover().withRate(500))) {
      Position from = route.source().prepareFeed(tables, Optional.empty(), line -> {});
      for (int i = 0; i < snapshots; i++) {
        awaitTransactions(traffic);
        taken.add(take(server, database, () -> route.source().snapshot(tables), known));
      }
      traffic.stop();
      try (Connection reader = reader(server, database)) {
        return new Past(taken, decode(route, from), Replay.read(reader, known));
      }
    }
  }

  private static void awaitTransactions(A1Workload traffic) {
    long before = traffic.stats().acknowledged();
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> traffic.stats().acknowledged() >= before + TRANSACTIONS_BETWEEN);
  }

  private static boolean wrongByPosition(Taken each, Past past) {
    Replay rows = each.rows.copy();
    rows.apply(
        past.events, (transaction, key) -> new Lsn(transaction.commitLsn()).covers(each.before));
    return !rows.problems().isEmpty() || !rows.differences(past.end).isEmpty();
  }

  private static void assertExact(Replay rows, Past past, Replay.Rule rule) {
    rows.apply(past.events, rule);
    assertThat(rows.problems()).isEmpty();
    assertThat(rows.differences(past.end)).isEmpty();
  }

  /**
   * Key chunks, each under any one of the snapshots: every row half is decided by its own chunk.
   */
  private static long chunked(Past past) {
    List<KeyRange> ranges = ranges(past.end.ids());
    SplittableRandom random = new SplittableRandom(1);
    long incomplete = 0;
    for (int i = 0; i < past.taken.size(); i++) {
      List<Part> parts =
          ranges.stream()
              .map(range -> new Part(range, past.taken.get(random.nextInt(past.taken.size()))))
              .toList();
      Replay rows = Replay.empty();
      parts.forEach(part -> rows.add(part.from.rows, part::has));
      assertExact(
          rows,
          past,
          (transaction, key) -> !part(parts, key).from.snapshot.sees(transaction.xid()));
      incomplete += rows.incomplete();
    }
    return incomplete;
  }

  private static Part part(List<Part> parts, Replay.Key key) {
    List<Part> found = parts.stream().filter(part -> part.has(key)).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static List<KeyRange> ranges(List<Long> ids) {
    List<KeyRange> ranges = new ArrayList<>();
    Optional<String> from = Optional.empty();
    for (int i = 1; i <= CHUNKS; i++) {
      Optional<String> to =
          i == CHUNKS
              ? Optional.empty()
              : Optional.of(Long.toString(ids.get(ids.size() * i / CHUNKS)));
      ranges.add(new KeyRange("id", "int8", from, to));
      from = to;
    }
    return ranges;
  }

  private static Taken take(
      PostgresServer server,
      String database,
      Supplier<Snapshot> taking,
      Map<List<@Nullable String>, List<@Nullable String>> known)
      throws SQLException {
    try (Connection reader = reader(server, database)) {
      Lsn before = Lsn.parse(Replay.text(reader, "SELECT pg_current_wal_insert_lsn()::text"));
      try (PostgresSnapshot snapshot = (PostgresSnapshot) taking.get()) {
        reader.setAutoCommit(false);
        Replay.run(reader, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        Replay.run(reader, "SET TRANSACTION SNAPSHOT '" + snapshot.name() + "'");
        Replay rows = Replay.read(reader, known);
        return new Taken(rows, XidSnapshot.parse(snapshot.fence(ITEM).text()), before);
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
      case FeedEvent.Statement statement -> false;
    };
  }
}
