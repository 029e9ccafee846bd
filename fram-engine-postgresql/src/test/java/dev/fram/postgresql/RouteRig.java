// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.ChunkCopier;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.Snapshot;
import dev.fram.api.engine.TableState;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Table;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.tools.PgTools;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two fresh databases with a route between them, and the order of calls that a migration makes, in
 * one thread: what the core does, without the core.
 */
public final class RouteRig implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final PostgresServer sourceServer;
  final PostgresServer targetServer;
  final String sourceDatabase;
  final String targetDatabase;
  final Connection onSource;
  final Connection onTarget;
  final Route route;
  final Lease lease;
  Position position;

  public RouteRig(PostgresServer sourceServer, PostgresServer targetServer, String ddl)
      throws SQLException {
    this.sourceServer = sourceServer;
    this.targetServer = targetServer;
    int number = NUMBERS.incrementAndGet();
    sourceDatabase = "route_" + number;
    targetDatabase = sourceDatabase + "_copy";
    sourceServer.createDatabase(sourceDatabase);
    targetServer.createDatabase(targetDatabase);
    onSource = sourceServer.connect(sourceDatabase);
    onTarget = targetServer.connect(targetDatabase);
    run(onSource, ddl);
    System.setProperty(
        "fram.pg.bin", PgTools.atLeast(sourceServer.version().major()).binFolder().toString());
    route = new PostgresEngine().open(request());
    route
        .target()
        .journal()
        .create(new MigrationRecord(route.id(), "test", "{}", "PLANNED", "{}", 0));
    lease = route.target().lease("test").orElseThrow();
    position = new Lsn(0);
  }

  RouteRequest request() {
    return new RouteRequest(
        endpoint(sourceServer, sourceDatabase),
        endpoint(targetServer, targetDatabase),
        Scope.all(),
        Set.of());
  }

  static Endpoint endpoint(PostgresServer server, String database) {
    return server.endpoint(database);
  }

  /** Tables on the target and the feed's start. */
  List<Table> prepare() {
    route.schema().createTables(lease.epoch(), line -> {});
    List<Table> tables = route.source().tables();
    position = route.source().prepareFeed(tables, Optional.empty(), line -> {});
    route.target().journal().startFeed(lease.epoch(), position);
    return tables;
  }

  /** Copies these tables under one snapshot. */
  void copy(List<Table> tables, long chunkBytes) {
    List<Table> followed =
        tables.stream().filter(t -> t.transfer() == Table.Transfer.COPY_AND_FOLLOW).toList();
    try (Snapshot snapshot = route.source().snapshot(followed);
        ChunkCopier copier = route.copier(lease.epoch())) {
      for (Table table : followed) {
        copier.empty(table.id());
        long rows = 0;
        for (Chunk chunk : snapshot.chunks(table, chunkBytes)) {
          rows += copier.copy(chunk, snapshot, bytes -> {}).rows();
        }
        snapshot.verifyPinned(table.id());
        save(table, snapshot, rows);
      }
    }
  }

  void save(Table table, Snapshot snapshot, long rows) {
    route
        .target()
        .journal()
        .saveTable(
            lease.epoch(),
            new TableState(
                table.id(),
                TableState.Stage.COPIED,
                Optional.of(snapshot.fence(table.id())),
                Optional.of(snapshot.fingerprint(table.id())),
                rows,
                0));
  }

  void buildIndexes(List<Table> tables) {
    for (Table table : tables) {
      route.schema().indexes(table.id()).forEach(route.schema()::build);
    }
    route.schema().finishIndexes(lease.epoch());
  }

  /** Applies everything up to a position, several source transactions in one of the target. */
  void follow(Position until) {
    try (ChangeFeed feed = route.source().openFeed(position);
        Applier applier = route.applier(lease.epoch())) {
      List<FeedEvent> whole = new ArrayList<>();
      List<FeedEvent> begun = new ArrayList<>();
      Position end = position;
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!position.covers(until)) {
        Optional<FeedEvent> event = feed.poll(Duration.ofMillis(20));
        event.ifPresent(begun::add);
        Optional<Position> reached = event.flatMap(RouteRig::end);
        if (reached.isPresent()) {
          end = reached.get();
          whole.addAll(begun);
          begun.clear();
        }
        boolean full = whole.size() > 5_000 || event.isEmpty() || end.covers(until);
        if (full && !whole.isEmpty() && !position.covers(end)) {
          apply(applier, whole, end);
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError("the feed stands at " + position.text());
        }
      }
      feed.confirm(position);
    }
  }

  private void apply(Applier applier, List<FeedEvent> whole, Position end) {
    applier.begin(position);
    applier.apply(whole);
    applier.commit(end);
    position = end;
    whole.clear();
  }

  private static Optional<Position> end(FeedEvent event) {
    return switch (event) {
      case FeedEvent.Commit commit -> Optional.of(commit.end());
      case FeedEvent.Idle idle -> Optional.of(idle.reached());
      case FeedEvent.Begin begin -> Optional.empty();
      case FeedEvent.Row row -> Optional.empty();
      case FeedEvent.Truncate truncate -> Optional.empty();
      case FeedEvent.SchemaChange change -> Optional.empty();
      case FeedEvent.Statement statement -> Optional.empty();
    };
  }

  /** How many transactions that changed a published table end between two positions. */
  static long transactionsAfter(Route route, Position from, Position after, Position until) {
    long found = 0;
    boolean rows = false;
    try (ChangeFeed feed = route.source().openFeed(from)) {
      Position reached = from;
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!reached.covers(until) && System.nanoTime() < deadline) {
        Optional<FeedEvent> event = feed.poll(Duration.ofMillis(100));
        if (event.isPresent()) {
          rows |= event.get() instanceof FeedEvent.Row;
          Optional<Position> end = end(event.get());
          if (end.isPresent()) {
            reached = end.get();
            // The mark itself is a transaction that ends a little behind its position.
            found += rows && reached.covers(after) ? 1 : 0;
            rows = false;
          }
        }
      }
      if (!reached.covers(until)) {
        throw new AssertionError("the feed stands at " + reached.text());
      }
    }
    return found;
  }

  static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? String.valueOf(row.getString(1)) : "";
    }
  }

  @Override
  public void close() throws SQLException {
    lease.close();
    route.source().removeTraces();
    route.close();
    onSource.close();
    onTarget.close();
    drop(sourceServer, sourceDatabase);
    drop(targetServer, targetDatabase);
  }

  private static void drop(PostgresServer server, String database) throws SQLException {
    server.execute("postgres", "DROP DATABASE " + database + " WITH (FORCE)");
  }
}
