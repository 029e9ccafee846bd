// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.TableState;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.mysql.apply.MySqlApplier.Cascades;
import dev.fram.mysql.binlog.BinlogFeed;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.FeedScope;
import dev.fram.mysql.binlog.FeedStart;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.catalog.Bonds;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.Column;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.journal.MySqlJournal;
import dev.fram.mysql.journal.MySqlLease;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.suite.SharedServers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Two real servers with the same tables in database {@code shop}, the source's feed and an applier.
 * Servers are shared by all tests of this process; the databases are made anew.
 */
final class ApplyRig implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String DATABASE = "shop";

  final MySqlServer sourceServer;
  final MySqlServer targetServer;
  final Connector source;
  final Connector target;
  final Connection app;
  final Catalog catalog = new Catalog(Scope.all(), List.of(DATABASE));
  final MySqlJournal journal;
  final Lease lease;
  private Optional<BinlogFeed> feed = Optional.empty();
  private Optional<BinlogPosition> reached = Optional.empty();
  private Optional<MySqlApplier> applier = Optional.empty();

  ApplyRig(MySqlVersion version) throws SQLException {
    this(version, version);
  }

  ApplyRig(MySqlVersion from, MySqlVersion to) throws SQLException {
    sourceServer = server("source", from);
    targetServer = server("target", to);
    source = new Connector(sourceServer.endpoint(""), "source");
    target = new Connector(targetServer.endpoint(""), "target");
    for (MySqlServer server : List.of(sourceServer, targetServer)) {
      server.dropDatabase("fram");
      server.dropDatabase(DATABASE);
      server.createDatabase(DATABASE);
    }
    app = sourceServer.connect(DATABASE);
    journal = new MySqlJournal(target);
    journal.create(
        new MigrationRecord(MigrationId.random(new Random(1)), "test", "{}", "PLANNED", "{}", 0));
    lease = MySqlLease.tryTake(target, "test").orElseThrow();
  }

  private static MySqlServer server(String role, MySqlVersion version) {
    return SharedServers.mySql("apply " + role + version, () -> MySqlServer.plan(version).start());
  }

  /** The same on both servers. */
  void both(String... statements) throws SQLException {
    on(app, statements);
    try (Connection connection = targetServer.connect(DATABASE)) {
      on(connection, statements);
    }
  }

  void run(String... statements) throws SQLException {
    on(app, statements);
  }

  void target(String... statements) throws SQLException {
    try (Connection connection = targetServer.connect(DATABASE)) {
      on(connection, statements);
    }
  }

  private static void on(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** How many statements of type UPDATE the target has run since its start. */
  long updates() throws SQLException {
    try (Connection connection = target.open("test")) {
      return Sql.first(connection, "SHOW GLOBAL STATUS LIKE 'Com_update'", row -> row.getLong(2))
          .orElseThrow();
    }
  }

  BinlogPosition now() throws SQLException {
    try (Connection connection = source.open("test")) {
      return SourceLog.position(connection);
    }
  }

  List<CatalogTable> tables() throws SQLException {
    try (Connection connection = target.open("test")) {
      return catalog.tables(connection);
    }
  }

  /** Every table is taken to be copied at this very moment. */
  void start() throws SQLException {
    start(new Fence.Exact(now().text()), Optional.empty());
  }

  void start(Fence fence, Optional<BinlogPosition> windowEnd) throws SQLException {
    BinlogPosition start;
    try (Connection connection = source.open("test")) {
      start = FeedStart.find(connection, note -> {});
    }
    start(start, fence, windowEnd);
  }

  void start(BinlogPosition from, Fence fence, Optional<BinlogPosition> windowEnd)
      throws SQLException {
    for (CatalogTable table : tables()) {
      journal.saveTable(
          lease.epoch(),
          new TableState(
              table.id(),
              TableState.Stage.READY_TO_FOLLOW,
              Optional.of(fence),
              Optional.empty(),
              0,
              0,
              windowEnd.map(p -> p)));
    }
    journal.startFeed(lease.epoch(), from);
  }

  MySqlApplier applier(DdlPolicy policy) throws SQLException {
    return applier(policy, TouchedRows.unwanted());
  }

  MySqlApplier applier(DdlPolicy policy, TouchedRows touched) throws SQLException {
    try (Connection connection = source.open("test")) {
      return applier(
          policy, Bonds.logged(connection) ? Cascades.LOGGED : Cascades.UNLOGGED, touched);
    }
  }

  MySqlApplier applier(DdlPolicy policy, Cascades cascades) throws SQLException {
    return applier(policy, cascades, TouchedRows.unwanted());
  }

  private MySqlApplier applier(DdlPolicy policy, Cascades cascades, TouchedRows touched)
      throws SQLException {
    close(applier);
    close(feed);
    Set<TableId> cascading = Bonds.of(tables()).keySet();
    MySqlApplier fresh =
        MySqlApplier.open(
            target,
            new MySqlApplier.Plan(policy, cascades, cascading, catalog),
            lease.epoch(),
            touched);
    applier = Optional.of(fresh);
    reached = Optional.empty();
    feed =
        Optional.of(
            BinlogFeed.open(
                source, (BinlogPosition) fresh.position(), new Scoped(), new Random(5)));
    return fresh;
  }

  /** What the feed follows in these tests. */
  private static final class Scoped implements FeedScope {
    @Override
    public boolean follows(TableId table) {
      return table.schema().equals(DATABASE);
    }

    @Override
    public boolean covers(String database) {
      return database.equals(DATABASE);
    }
  }

  /** Reads up to the source's end now. */
  List<FeedEvent> read() throws SQLException {
    BinlogPosition goal = now();
    List<FeedEvent> seen = new ArrayList<>();
    if (reached.filter(p -> p.covers(goal)).isPresent()) {
      return seen;
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - deadline < 0) {
      Optional<FeedEvent> event = feed.orElseThrow().poll(Duration.ofMillis(100));
      event.ifPresent(seen::add);
      Optional<BinlogPosition> before = reached;
      reached = event.flatMap(ApplyRig::end).or(() -> before);
      if (reached.filter(p -> p.covers(goal)).isPresent()) {
        return seen;
      }
    }
    throw new AssertionError("the feed did not reach " + goal.text());
  }

  static Optional<BinlogPosition> end(FeedEvent event) {
    return switch (event) {
      case FeedEvent.Commit commit -> Optional.of((BinlogPosition) commit.end());
      case FeedEvent.Idle idle -> Optional.of((BinlogPosition) idle.reached());
      case FeedEvent.Begin e -> Optional.empty();
      case FeedEvent.Row e -> Optional.empty();
      case FeedEvent.Truncate e -> Optional.empty();
      case FeedEvent.SchemaChange e -> Optional.empty();
      case FeedEvent.Statement e -> Optional.empty();
    };
  }

  void rollback() {
    applier.ifPresent(MySqlApplier::rollback);
  }

  /** Applies all that is there, in one target transaction. */
  Applier.Applied sync() throws SQLException {
    return apply(applier.orElseThrow(), read());
  }

  static Applier.Applied apply(MySqlApplier applier, List<FeedEvent> events) {
    applier.begin(applier.position());
    Applier.Applied applied =
        applier.apply(events.stream().filter(e -> !(e instanceof FeedEvent.Idle)).toList());
    events.stream()
        .map(ApplyRig::end)
        .flatMap(Optional::stream)
        .reduce((one, two) -> two)
        .ifPresentOrElse(applier::commit, applier::rollback);
    return applied;
  }

  /** One target transaction for each of the source's, as a statement needs it. */
  void syncSingly() throws SQLException {
    List<FeedEvent> one = new ArrayList<>();
    for (FeedEvent event : read()) {
      one.add(event);
      if (end(event).isPresent()) {
        apply(applier.orElseThrow(), one);
        one.clear();
      }
    }
  }

  /** Row by row and byte by byte; equal rows as often on either side. */
  void assertSame() throws SQLException {
    for (CatalogTable table : tables()) {
      assertThat(rows(target, table)).as(table.id().toString()).isEqualTo(rows(source, table));
    }
  }

  private static List<String> rows(Connector server, CatalogTable table) throws SQLException {
    String columns =
        table.columns().stream()
            .map(ApplyRig::exactly)
            .collect(Collectors.joining(", '|', ", "CONCAT(", ")"));
    try (Connection connection = server.open("test")) {
      return Sql.list(
          connection,
          "SELECT " + columns + " FROM " + Quoting.table(table.id()) + " ORDER BY 1",
          row -> row.getString(1));
    }
  }

  private static String exactly(Column column) {
    String name = Quoting.identifier(column.name());
    String text =
        switch (column.type().name()) {
          case "float", "double" -> name + " * 1e0";
          case "enum", "set", "bit", "year" -> name + " + 0";
          case "json", "decimal", "date", "time", "datetime", "timestamp" ->
              "CAST(" + name + " AS CHAR)";
          default -> "HEX(" + name + ")";
        };
    return "IFNULL(" + text + ", '-')";
  }

  @Override
  public void close() throws SQLException {
    close(applier);
    close(feed);
    app.close();
    lease.close();
    journal.close();
    source.closeAll();
    target.closeAll();
  }

  private static void close(Optional<? extends AutoCloseable> open) {
    open.ifPresent(c -> {
      try {
        c.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    });
  }
}
