// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Connector;
import dev.fram.testkit.server.MySqlServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A server, a session of an application on it, and the feed of one of its databases. */
public final class FeedRig implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final MySqlServer server;
  final String database;
  final Connector connector;
  final Connection app;
  private Optional<BinlogFeed> feed = Optional.empty();
  private Optional<BinlogPosition> last = Optional.empty();

  /** Makes the database anew and opens a session in it. */
  FeedRig(MySqlServer server, String database) throws SQLException {
    this.server = server;
    this.database = database;
    this.connector = new Connector(server.endpoint(""), "source");
    forgetXa();
    server.dropDatabase(database);
    server.createDatabase(database);
    this.app = server.connect(database);
  }

  /** What a failed test has left prepared would hold its locks for ever. */
  private void forgetXa() throws SQLException {
    try (Connection connection = server.connect("");
        Statement statement = connection.createStatement()) {
      List<String> names = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery("XA RECOVER")) {
        while (rows.next()) {
          int length = rows.getInt(2);
          String data = rows.getString(4);
          names.add(
              "'"
                  + data.substring(0, length)
                  + "','"
                  + data.substring(length)
                  + "',"
                  + rows.getInt(1));
        }
      }
      for (String name : names) {
        statement.execute("XA ROLLBACK " + name);
      }
    }
  }

  void run(String... statements) throws SQLException {
    try (Statement statement = app.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  BinlogPosition now() throws SQLException {
    Connection connection = connector.open("test");
    try {
      return SourceLog.position(connection);
    } finally {
      Connector.abort(connection);
    }
  }

  /** The name of the newest file of the log. */
  String lastFile() throws SQLException {
    Connection connection = connector.open("test");
    try {
      return SourceLog.place(connection).at().file();
    } finally {
      Connector.abort(connection);
    }
  }

  BinlogPosition start() throws SQLException {
    Connection connection = connector.open("test");
    try {
      return FeedStart.find(connection, text -> {});
    } finally {
      Connector.abort(connection);
    }
  }

  FeedScope scope() {
    return new FeedScope() {
      @Override
      public boolean follows(TableId table) {
        return table.schema().equals(database) && !table.name().startsWith("other");
      }

      @Override
      public boolean covers(String name) {
        return name.equals(database);
      }
    };
  }

  /** Opens the feed there; one that was open is closed. */
  void open(BinlogPosition from) {
    open(connector, from);
  }

  /** The same on another server. */
  void open(Connector server, BinlogPosition from) {
    feed.ifPresent(BinlogFeed::close);
    last = Optional.empty();
    feed = Optional.of(BinlogFeed.open(server, from, scope(), new Random(7)));
  }

  Optional<FeedEvent> poll() {
    return feed.orElseThrow().poll(Duration.ofMillis(100));
  }

  /** Everything up to and with the first event that is wanted. */
  List<FeedEvent> until(Predicate<FeedEvent> wanted) {
    List<FeedEvent> seen = new ArrayList<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - deadline < 0) {
      Optional<FeedEvent> event = poll();
      event.ifPresent(seen::add);
      last = event.flatMap(FeedRig::reached).or(() -> last);
      if (event.filter(wanted).isPresent()) {
        return seen;
      }
    }
    throw new AssertionError("not seen within " + PATIENCE + ": " + describe(seen));
  }

  /** Everything up to a position. */
  List<FeedEvent> until(BinlogPosition position) {
    if (last.filter(p -> p.covers(position)).isPresent()) {
      return List.of();
    }
    return until(event -> reached(event).filter(p -> p.covers(position)).isPresent());
  }

  /** Everything up to the log's end now. */
  List<FeedEvent> all() throws SQLException {
    return until(now());
  }

  static Optional<BinlogPosition> reached(FeedEvent event) {
    return switch (event) {
      case FeedEvent.Commit commit -> Optional.of((BinlogPosition) commit.end());
      case FeedEvent.Idle idle -> Optional.of((BinlogPosition) idle.reached());
      default -> Optional.empty();
    };
  }

  static List<RowChange> rows(List<FeedEvent> events) {
    return events.stream()
        .filter(FeedEvent.Row.class::isInstance)
        .map(event -> RowChange.read(event.payload()))
        .toList();
  }

  /** The events as short words: {@code begin +1 ~1>2 -2 commit}; idle ones left out. */
  static String describe(List<FeedEvent> events) {
    return events.stream()
        .filter(event -> !(event instanceof FeedEvent.Idle))
        .map(FeedRig::word)
        .collect(Collectors.joining(" "));
  }

  private static String word(FeedEvent event) {
    return switch (event) {
      case FeedEvent.Begin begin -> "begin";
      case FeedEvent.Commit commit -> "commit";
      case FeedEvent.Idle idle -> "idle";
      case FeedEvent.Truncate truncate ->
          "truncate:" + Truncation.read(truncate.payload()).table().name();
      case FeedEvent.Statement statement ->
          "ddl:" + DdlStatement.read(statement.payload()).sql().replace(' ', '_');
      case FeedEvent.SchemaChange change ->
          "table:" + TableMap.read(change.payload()).table().name();
      case FeedEvent.Row row -> row(RowChange.read(row.payload()));
    };
  }

  private static String row(RowChange change) {
    return switch (change.op()) {
      case INSERT -> "+" + first(change.after());
      case DELETE -> "-" + first(change.before());
      case UPDATE -> "~" + first(change.before()) + ">" + first(change.after());
    };
  }

  private static String first(List<Value> image) {
    return image.get(0) instanceof Value.Int number ? String.valueOf(number.signed()) : "?";
  }

  @Override
  public void close() throws SQLException {
    feed.ifPresent(BinlogFeed::close);
    app.close();
    connector.closeAll();
  }
}
