// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.measure;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.model.Table;
import dev.fram.api.probe.Disk;
import dev.fram.api.probe.LinkProbe;
import dev.fram.api.probe.LogKeeping;
import dev.fram.api.probe.SourceProbe;
import dev.fram.mysql.binlog.GtidSet;
import dev.fram.mysql.binlog.SourceLog;
import dev.fram.mysql.check.LogExpiry;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

/**
 * Reads rows as they come, in the order of the clustered index and from its beginning, and the
 * server's counters. One thread.
 */
public final class MySqlSourceProbe implements SourceProbe {
  /** The log is off (1381): nothing is counted. */
  private static final int NO_LOG = 1381;

  private final ProbeSession session;
  private final MySqlLink link;

  public MySqlSourceProbe(Connector source) {
    this.session = new ProbeSession(source, ProbeSession.Kind.READER);
    this.link = new MySqlLink(session);
  }

  /** A number that a server may refuse to tell. */
  @FunctionalInterface
  private interface Count {
    long read() throws SQLException;
  }

  @Override
  public Disk disk() {
    return session.disk();
  }

  @Override
  public LinkProbe link() {
    return link;
  }

  @Override
  public Sample read(Table table, double start, LongPredicate more) {
    return session.work("reading " + table.id(), c -> read(c, table, more));
  }

  private Sample read(Connection connection, Table table, LongPredicate more) throws SQLException {
    Statement statement = Sql.streaming(connection);
    ResultSet found = statement.executeQuery("SELECT * FROM " + Quoting.table(table.id()));
    int columns = found.getMetaData().getColumnCount();
    long rows = 0;
    long bytes = 0;
    while (found.next()) {
      rows++;
      bytes += size(found, columns);
      if (!more.test(bytes)) {
        // Closing the statement would read all the rest first.
        session.giveUp();
        return new Sample(rows, bytes);
      }
    }
    statement.close();
    return new Sample(rows, bytes);
  }

  private static long size(ResultSet row, int columns) throws SQLException {
    long bytes = 0;
    for (int i = 1; i <= columns; i++) {
      byte[] cell = row.getBytes(i);
      // A tab or the line's end follows each in a load.
      bytes += 1 + (cell == null ? 2 : cell.length);
    }
    return bytes;
  }

  @Override
  public Written written() {
    return session.work(
        "reading the counters",
        c ->
            new Written(
                maybe(() -> SourceLog.files(c).values().stream().mapToLong(Long::longValue).sum()),
                commits(c),
                maybe(() -> rows(c))));
  }

  /** The servers count commits of writers only by what the log has. */
  private static OptionalLong commits(Connection connection) throws SQLException {
    if (Connector.version(connection).isMariaDb()) {
      return maybe(() -> status(connection, "Binlog_commits"));
    }
    return SourceLog.hasGtids(connection)
        ? OptionalLong.of(
            GtidSet.parse(Sql.text(connection, "SELECT @@global.gtid_executed")).count())
        : OptionalLong.empty();
  }

  /** MariaDB counts rows of temporary tables apart; MySQL does so for each engine only. */
  private static long rows(Connection connection) throws SQLException {
    List<String> counters =
        Connector.version(connection).isMariaDb()
            ? List.of("Handler_write", "Handler_update", "Handler_delete")
            : List.of("Innodb_rows_inserted", "Innodb_rows_updated", "Innodb_rows_deleted");
    long rows = 0;
    for (String counter : counters) {
      rows += status(connection, counter);
    }
    return rows;
  }

  private static long status(Connection connection, String name) throws SQLException {
    return Sql.first(
            connection,
            "SHOW GLOBAL STATUS LIKE " + Quoting.literal(name.replace("_", "\\_")),
            row -> row.getLong(2))
        .orElseThrow(() -> new SQLException("no such counter", "HY000", NO_LOG));
  }

  private static OptionalLong maybe(Count count) throws SQLException {
    try {
      return OptionalLong.of(count.read());
    } catch (SQLException e) {
      if (e.getErrorCode() == NO_LOG || SqlErrors.code(e) == ErrorCode.PRIVILEGE_MISSING) {
        return OptionalLong.empty();
      }
      throw e;
    }
  }

  @Override
  public LogKeeping keeping() {
    return session.work(
        "asking how long the log is kept",
        c -> {
          LogExpiry expiry = LogExpiry.of(c);
          return expiry
              .kept()
              .<LogKeeping>map(time -> new LogKeeping.UpToTime(time, expiry.setBy()))
              .orElseGet(() -> new LogKeeping.AsNeeded(expiry.setBy()));
        });
  }

  @Override
  public OptionalLong indexBytes(List<Table> tables) {
    Set<String> wanted =
        tables.stream()
            .map(table -> table.id().schema() + "." + table.id().name())
            .collect(Collectors.toSet());
    return session.work(
        "asking for the size of the indexes",
        c ->
            OptionalLong.of(
                Sql.list(
                        c,
                        "SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), INDEX_LENGTH"
                            + " FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE'",
                        row -> wanted.contains(row.getString(1)) ? row.getLong(2) : 0L)
                    .stream()
                    .mapToLong(Long::longValue)
                    .sum()));
  }

  @Override
  public void close() {
    session.giveUp();
  }
}
