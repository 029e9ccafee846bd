// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.ServerVersion;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** What a server says of its binary log, asked over an ordinary session. Stateless. */
public final class SourceLog {
  private SourceLog() {}

  /**
   * The log's end now: a set of GTIDs on MySQL with gtid_mode=ON, else a place in a file. The set
   * is a safe low watermark for a snapshot that begins later; the place is not (ALGORITHMS B1).
   */
  public static BinlogPosition position(Connection connection) throws SQLException {
    if (hasGtids(connection)) {
      String executed = Sql.text(connection, "SELECT @@global.gtid_executed");
      return new BinlogPosition.Gtids(GtidSet.parse(executed));
    }
    return place(connection);
  }

  /** The log's end now as a place in a file, whatever the server's GTID mode. */
  public static BinlogPosition.File place(Connection connection) throws SQLException {
    ServerVersion version = Connector.version(connection);
    String status =
        !version.isMariaDb() && version.atLeast(8, 2)
            ? "SHOW BINARY LOG STATUS"
            : "SHOW MASTER STATUS";
    Optional<LogPoint> end =
        Sql.first(connection, status, row -> new LogPoint(row.getString(1), row.getLong(2)));
    return new BinlogPosition.File(
        end.orElseThrow(() -> new SQLException("binary logging is off", "HY000", 1381)),
        identity(connection));
  }

  /**
   * The same place as MariaDB's own replicas know it. The server reads the file up to there.
   *
   * @throws FramException LOG_LOST when the file is gone or no transaction begins there
   */
  public static BinlogPosition.File known(
      Connection connection, String name, BinlogPosition.File place) throws SQLException {
    if (place.gtids().isPresent()) {
      return place;
    }
    // Asked with more than 32 bits it answers for another place.
    boolean askable = place.at().offset() < 1L << 32;
    Optional<String> gtids =
        askable
            ? Sql.list(
                    connection,
                    "SELECT BINLOG_GTID_POS(?, ?)",
                    row -> Optional.ofNullable(row.getString(1)),
                    place.at().file(),
                    place.at().offset())
                .getFirst()
            : Optional.empty();
    return place.with(
        DomainGtids.parse(
            gtids.orElseThrow(() ->
                lost(
                    name
                        + ": it knows no GTIDs at "
                        + place.at().text()
                        + ", which a replica would begin with",
                    ANEW))));
  }

  /** Whether positions are sets: every transaction has a GTID that other servers keep. */
  public static boolean hasGtids(Connection connection) throws SQLException {
    return !Connector.version(connection).isMariaDb()
        && Sql.variable(connection, "gtid_mode").filter("ON"::equals).isPresent();
  }

  /** What tells this server's files from another's: server_uuid, or server_id on MariaDB. */
  public static String identity(Connection connection) throws SQLException {
    return Connector.version(connection).isMariaDb()
        ? Sql.text(connection, "SELECT @@global.server_id")
        : Sql.text(connection, "SELECT @@global.server_uuid");
  }

  /** The files that are still there and their sizes in bytes. */
  public static Map<String, Long> files(Connection connection) throws SQLException {
    Map<String, Long> files = new TreeMap<>();
    Sql.list(connection, "SHOW BINARY LOGS", row -> files.put(row.getString(1), row.getLong(2)));
    return files;
  }

  /**
   * Asserts that a feed can go on from here: it is the same server (or one with the same history),
   * it still has all that follows, and it has lost nothing that was read.
   *
   * @throws FramException LOG_LOST
   */
  public static void verify(Connection connection, String name, BinlogPosition from)
      throws SQLException {
    switch (from) {
      case BinlogPosition.Gtids gtids -> verify(connection, name, gtids);
      case BinlogPosition.File file -> verify(connection, name, file);
    }
  }

  private static void verify(Connection connection, String name, BinlogPosition.Gtids from)
      throws SQLException {
    if (!hasGtids(connection)) {
      throw lost(name + ": gtid_mode is not ON any more", "Set gtid_mode=ON again.");
    }
    GtidSet purged = GtidSet.parse(Sql.text(connection, "SELECT @@global.gtid_purged"));
    GtidSet missing = purged.minus(from.restart());
    if (!missing.isEmpty()) {
      throw lost(
          name
              + ": "
              + missing.count()
              + " transactions that were not read yet are purged from the binary log ("
              + missing
              + ")",
          ANEW + " Raise binlog_expire_logs_seconds first.");
    }
    GtidSet executed = GtidSet.parse(Sql.text(connection, "SELECT @@global.gtid_executed"));
    GtidSet ahead = from.executed().minus(executed);
    if (!ahead.isEmpty()) {
      throw lost(
          name
              + ": this server lacks "
              + ahead.count()
              + " transactions that were already read ("
              + ahead
              + "): it is another server, or it has lost them in a crash or a failover",
          ANEW);
    }
  }

  private static void verify(Connection connection, String name, BinlogPosition.File from)
      throws SQLException {
    String now = identity(connection);
    if (!now.equals(from.server())) {
      throw lost(
          name
              + ": this is server "
              + now
              + ", the feed was read from server "
              + from.server()
              + ", and places in one server's binary log mean nothing in another's",
          "Name the former server, or start the migration anew; with gtid_mode=ON a failover can be"
              + " followed.");
    }
    LogPoint needed = from.restart().orElse(from.at());
    Optional<Long> size = Optional.ofNullable(files(connection).get(needed.file()));
    if (size.isEmpty()) {
      throw lost(
          name + ": the binary log file " + needed.file() + " is purged",
          ANEW + " Raise binlog_expire_logs_seconds first.");
    }
    if (size.get() < needed.offset()) {
      throw lost(
          name
              + ": the binary log ends at "
              + needed.file()
              + ":"
              + size.get()
              + ", before "
              + needed.text()
              + " that was already read: the server has lost transactions in a crash",
          ANEW + " Set sync_binlog=1.");
    }
  }

  /** A number to appear under that no replica and no server has, as far as this one knows. */
  static long unusedServerId(Connection connection, RandomGenerator random) throws SQLException {
    Set<Long> used = new HashSet<>();
    used.add(Sql.number(connection, "SELECT @@global.server_id"));
    ServerVersion version = Connector.version(connection);
    boolean replicas = !version.isMariaDb() && version.atLeast(8, 1);
    String hosts = replicas ? "SHOW REPLICAS" : "SHOW SLAVE HOSTS";
    used.addAll(Sql.list(connection, hosts, row -> row.getLong(1)));
    long id = random.nextLong(1L << 30, 1L << 32);
    while (used.contains(id)) {
      id = random.nextLong(1L << 30, 1L << 32);
    }
    return id;
  }

  private static final String ANEW =
      "Start the migration anew (fram cancel, fram migrate): what is missing cannot be read again.";

  private static FramException lost(String seen, String remedy) {
    return new FramException(ErrorCode.LOG_LOST, seen + ".", remedy);
  }
}
