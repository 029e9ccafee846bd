// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier.Applied;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Secret;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.feed.FeedName;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.feed.ReplicationFeed;
import dev.fram.postgresql.feed.TouchOrder;
import dev.fram.postgresql.journal.JournalTables;
import dev.fram.testkit.server.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Two fresh databases with a publication, a slot, and a target that records an empty copy of each
 * published table: everything written after {@link #follow} has to come through the feed.
 */
public final class FeedRig implements AutoCloseable {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** So few that what a test writes goes to the target in several parts. */
  private static final int PART_ROWS = 3;

  static final Touches UNTOLD = new Touches(TouchedRows.unwanted(), table -> Optional.empty());

  final MigrationId id =
      new MigrationId(String.format("%08x", 0xF0000000 + NUMBERS.incrementAndGet()));
  final String database = "rig_" + id;
  final PostgresServer sourceServer;
  final PostgresServer targetServer;
  final Connector source;
  final Connector target;
  final Connection onSource;
  final Connection onTarget;
  Lsn position = new Lsn(0);
  Optional<ReplicationFeed> feed = Optional.empty();
  Optional<PostgresApplier> applier = Optional.empty();
  long epoch = 1;
  Touches touches = UNTOLD;

  public FeedRig(PostgresServer sourceServer, PostgresServer targetServer) throws SQLException {
    this.sourceServer = sourceServer;
    this.targetServer = targetServer;
    sourceServer.createDatabase(database);
    if (sourceServer != targetServer) {
      targetServer.createDatabase(targetDatabase());
    } else {
      targetServer.createDatabase(targetDatabase());
    }
    source = connector(sourceServer, database, "source");
    target = connector(targetServer, targetDatabase(), "target");
    onSource = source.open("test");
    onTarget = target.open("test");
    run(onSource, "SET search_path = public");
    run(onTarget, "SET search_path = public");
    JournalTables.create(onTarget);
  }

  private String targetDatabase() {
    return database + "_copy";
  }

  private static Connector connector(PostgresServer server, String database, String role) {
    return new Connector(
        Endpoint.parse(server.uri(database)).withPassword(new Secret(server.password())), role);
  }

  public FeedRig both(String sql) throws SQLException {
    run(onSource, sql);
    run(onTarget, sql);
    return this;
  }

  public FeedRig onSource(String sql) throws SQLException {
    run(onSource, sql);
    return this;
  }

  public FeedRig onTarget(String sql) throws SQLException {
    run(onTarget, sql);
    return this;
  }

  /** Publishes, makes the slot, records fences, opens feed and applier. */
  public FeedRig follow(String... tables) throws SQLException {
    run(
        onSource,
        "CREATE PUBLICATION " + FeedName.of(id).text() + " FOR TABLE " + String.join(", ", tables));
    position =
        Lsn.parse(
            text(
                onSource,
                "SELECT lsn FROM pg_create_logical_replication_slot('"
                    + FeedName.of(id).text()
                    + "', 'pgoutput')"));
    String snapshot = text(onSource, "SELECT pg_current_snapshot()");
    for (String table : tables) {
      fence(table, snapshot);
    }
    run(
        onTarget,
        "INSERT INTO fram.feed (epoch, position, reference_xid) VALUES (1, '" + position + "', 0)");
    open();
    return this;
  }

  void fence(String table, String snapshot) throws SQLException {
    run(
        onTarget,
        "INSERT INTO fram.table_state (schema_name, table_name, stage, fence_kind, fence, rows,"
            + " bytes) SELECT n.nspname, c.relname, 'COPIED', 'Exact', '"
            + snapshot
            + "', 0, 0"
            + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = '"
            + table.replaceFirst("^ONLY ", "")
            + "\'::regclass ON CONFLICT (schema_name, table_name) DO UPDATE SET fence ="
            + " excluded.fence");
  }

  void open() {
    applier =
        Optional.of(
            PostgresApplier.open(target, id, epoch, new java.util.HashSet<>(), touches, PART_ROWS));
    feed =
        Optional.of(
            ReplicationFeed.open(
                source, FeedName.of(id), position, Optional.empty(), new TouchOrder()));
  }

  ReplicationFeed feed() {
    return feed.orElseThrow();
  }

  PostgresApplier applier() {
    return applier.orElseThrow();
  }

  void reopen() {
    closeRun();
    position = (Lsn) PostgresApplierPositions.read(target, id, epoch);
    openRetrying();
  }

  private void openRetrying() {
    org.awaitility.Awaitility.await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> {
          open();
          return true;
        });
  }

  void closeRun() {
    feed.ifPresent(ReplicationFeed::close);
    applier.ifPresent(PostgresApplier::close);
    feed = Optional.empty();
    applier = Optional.empty();
  }

  /** All events up to everything that is committed on the source now. */
  List<FeedEvent> drain() throws SQLException {
    Lsn mark = Lsn.parse(text(onSource, "SELECT pg_logical_emit_message(true, 'fram', 'mark')"));
    List<FeedEvent> events = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<FeedEvent> event = feed().poll(Duration.ofMillis(100));
      event.ifPresent(events::add);
      if (event.isPresent() && covers(event.get(), mark)) {
        return events;
      }
    }
    throw new AssertionError("the feed did not reach " + mark + " but gave " + events.size());
  }

  private static boolean covers(FeedEvent event, Lsn mark) {
    return switch (event) {
      case FeedEvent.Commit commit -> commit.end().covers(mark);
      case FeedEvent.Idle idle -> idle.reached().covers(mark);
      case FeedEvent.Begin begin -> false;
      case FeedEvent.Row row -> false;
      case FeedEvent.Truncate truncate -> false;
      case FeedEvent.SchemaChange change -> false;
      case FeedEvent.Statement statement -> false;
    };
  }

  /** Brings the target to where the source is now, all in one target transaction. */
  public Applied sync() throws SQLException {
    return apply(drain());
  }

  Applied apply(List<FeedEvent> events) {
    Position to = end(events);
    applier().begin(position);
    Applied applied = applier().apply(events);
    applier().commit(to);
    position = (Lsn) to;
    feed().confirm(to);
    return applied;
  }

  /** Each source transaction in a target transaction of its own. */
  public void syncOneByOne() throws SQLException {
    List<FeedEvent> transaction = new ArrayList<>();
    for (FeedEvent event : drain()) {
      transaction.add(event);
      if (event instanceof FeedEvent.Commit) {
        apply(transaction);
        transaction.clear();
      }
    }
  }

  Lsn end(List<FeedEvent> events) {
    Lsn end = position;
    for (FeedEvent event : events) {
      if (event instanceof FeedEvent.Commit commit) {
        end = (Lsn) commit.end();
      } else if (event instanceof FeedEvent.Idle idle) {
        end = (Lsn) idle.reached();
      }
    }
    return end;
  }

  /** Both sides hold the same rows, as text; returns them. */
  public String same(String table) throws SQLException {
    String sql =
        "SELECT string_agg(concat(t), E'\\n' ORDER BY concat(t)) FROM "
            + (table.startsWith("(") ? "" : "ONLY ")
            + table
            + " AS t";
    String expected = text(onSource, sql);
    assertThat(text(onTarget, sql)).as(table).isEqualTo(expected);
    return expected;
  }

  public static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      String value = row.getString(1);
      return value == null ? "" : value;
    }
  }

  public static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    closeRun();
    onSource.close();
    onTarget.close();
    sourceServer.execute(
        "postgres",
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '"
            + FeedName.of(id).text()
            + "' AND active");
    org.awaitility.Awaitility.await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> {
          sourceServer.execute(
              "postgres",
              "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE"
                  + " slot_name = '"
                  + FeedName.of(id).text()
                  + "'");
          return true;
        });
    targetServer.dropDatabase(targetDatabase());
    sourceServer.dropDatabase(database);
  }

  /** Reads the position the way a new run does. */
  private static final class PostgresApplierPositions {
    static Position read(Connector target, MigrationId id, long epoch) {
      try (PostgresApplier applier =
          PostgresApplier.open(target, id, epoch, new java.util.HashSet<>(), UNTOLD)) {
        return applier.position();
      }
    }
  }
}
