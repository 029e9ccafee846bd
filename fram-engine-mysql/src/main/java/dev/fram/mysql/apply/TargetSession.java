// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.change.Position;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.journal.FeedRow;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The applier's session on the target and the one row of {@code fram.feed} (on the way back: of
 * {@code fram.reverse_feed}), which is position, fence and lock in one. Owned by the applier's
 * thread.
 */
final class TargetSession implements AutoCloseable {
  /** Statements that go to the server in one text, to save waiting for each answer. */
  private static final int MOST_STATEMENTS = 200;

  private static final int TEXT_BYTES = 1 << 20;

  /** A value that the column does not take is an error, never another value. */
  private static final String STRICT =
      "SET SESSION sql_mode = '" + Connector.SQL_MODE + ",STRICT_ALL_TABLES'";

  private static final String LOOSE = "SET SESSION sql_mode = '" + Connector.SQL_MODE + "'";

  private final Connector target;
  private final FeedRow feed;
  private final long epoch;
  private final Connection connection;
  private final long maxPacket;
  private final long id;

  private TargetSession(
      Connector target, FeedRow feed, long epoch, Connection connection, long maxPacket, long id) {
    this.target = target;
    this.feed = feed;
    this.epoch = epoch;
    this.connection = connection;
    this.maxPacket = maxPacket;
    this.id = id;
  }

  static TargetSession open(Connector target, FeedRow feed, long epoch) {
    Connection connection = target.openWriter("apply");
    try {
      prepare(connection);
      long packet = Sql.number(connection, "SELECT @@max_allowed_packet");
      long id = Sql.number(connection, "SELECT CONNECTION_ID()");
      connection.setAutoCommit(false);
      return new TargetSession(target, feed, epoch, connection, packet, id);
    } catch (SQLException e) {
      Connector.abort(connection);
      throw SqlErrors.translate(e, target.name(), "opening the applier's session");
    }
  }

  /** Also after a statement of the feed has been run, with its own settings. */
  static void prepare(Connection connection) throws SQLException {
    Connector.reset(connection);
    // Rows come in the order that the source has checked; the gaps need no locks.
    Sql.run(connection, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    Sql.run(connection, "SET SESSION foreign_key_checks = 0, unique_checks = 1");
    Sql.run(connection, STRICT);
  }

  /** Its number on the server. */
  long id() {
    return id;
  }

  Connection connection() {
    return connection;
  }

  String server() {
    return target.name();
  }

  /** How long a statement of many rows may get. */
  int statementBytes() {
    return (int) Math.min(TEXT_BYTES, maxPacket / 2);
  }

  BinlogPosition position() throws SQLException {
    return Sql.first(connection, feed.position(), row -> BinlogPosition.parse(row.getString(1)))
        .orElseThrow(() ->
            new FramException(
                ErrorCode.MIGRATION_MISSING,
                server() + " records no feed position.",
                "Run fram migrate to begin."));
  }

  void lockFeed(Position from) throws SQLException {
    long found =
        switch (feed.hold()) {
          case LOCK ->
              Sql.list(connection, feed.lock(), row -> row.getInt(1), from.text(), epoch).size();
          case TOUCH -> Sql.update(connection, feed.touch(), from.text(), epoch);
        };
    if (found != 1) {
      throw fenced(from);
    }
  }

  void advanceFeed(Position from, Position to) throws SQLException {
    int found = Sql.update(connection, feed.advance(), to.text(), from.text(), epoch);
    if (found != 1) {
      throw fenced(from);
    }
  }

  void savepoint() throws SQLException {
    Sql.run(connection, "SAVEPOINT fram");
  }

  void release() throws SQLException {
    Sql.run(connection, "RELEASE SAVEPOINT fram");
  }

  void rollbackToSavepoint() throws SQLException {
    Sql.run(connection, "ROLLBACK TO SAVEPOINT fram");
    // A text that broke off may have left its own settings behind.
    Sql.run(connection, STRICT);
  }

  /**
   * Runs commands in their order, several in one text.
   *
   * @throws Missed when one has found another number of rows than it must
   */
  void run(List<Command> commands) throws SQLException {
    List<Command> together = new ArrayList<>();
    long bytes = 0;
    for (Command command : withModes(commands)) {
      boolean full =
          together.size() == MOST_STATEMENTS || bytes + command.sql().length() > statementBytes();
      if (full && !together.isEmpty()) {
        send(together);
        together.clear();
        bytes = 0;
      }
      together.add(command);
      bytes += command.sql().length();
    }
    if (!together.isEmpty()) {
      send(together);
    }
  }

  private static List<Command> withModes(List<Command> commands) {
    List<Command> all = new ArrayList<>();
    Command.Values values = Command.Values.CHECKED;
    for (Command command : commands) {
      if (command.values() != values) {
        values = command.values();
        all.add(mode(values));
      }
      all.add(command);
    }
    if (values != Command.Values.CHECKED) {
      all.add(mode(Command.Values.CHECKED));
    }
    return all;
  }

  private static Command mode(Command.Values values) {
    return Command.any(
        switch (values) {
          case CHECKED -> STRICT;
          case LOOSE -> LOOSE;
        });
  }

  private void send(List<Command> commands) throws SQLException {
    String text = String.join(";\n", commands.stream().map(Command::sql).toList());
    assertFits(text);
    try (Statement statement = connection.createStatement()) {
      // Braces in a value are nobody's escapes.
      statement.setEscapeProcessing(false);
      boolean rows = statement.execute(text);
      for (int i = 0; i < commands.size(); i++) {
        long found = rows ? -1 : statement.getLargeUpdateCount();
        if (!commands.get(i).accepts(found)) {
          throw new Missed(commands.get(i), found);
        }
        rows = i + 1 < commands.size() && statement.getMoreResults();
      }
    }
  }

  private void assertFits(String text) {
    if (text.length() > maxPacket / 4
        && text.getBytes(StandardCharsets.UTF_8).length + 1024L > maxPacket) {
      throw new FramException(
          ErrorCode.SERVER_SETTING,
          server()
              + ": a row needs a statement of "
              + (text.length() >> 20)
              + " MiB; max_allowed_packet is "
              + (maxPacket >> 20)
              + " MiB.",
          "SET GLOBAL max_allowed_packet = 1073741824 on the target and run this again.");
    }
  }

  @Override
  public void close() {
    Connector.abort(connection);
  }

  private FramException fenced(Position from) {
    return new FramException(
        ErrorCode.FENCED,
        server()
            + ": the feed's position is not "
            + from.text()
            + " in epoch "
            + epoch
            + " any more: another run has taken over.",
        "Leave the migration to that run, or end it and start this one again.");
  }

  /** A command has found another number of rows than it must. */
  static final class Missed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Missed(Command command, long found) {
      super(command.rows() + " rows were to be found, " + found + " were", null, false, false);
    }
  }
}
