// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.measure;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.probe.Disk;
import dev.fram.api.probe.LinkProbe;
import dev.fram.api.probe.LogProbe;
import dev.fram.api.probe.ScratchRows;
import dev.fram.api.probe.TargetProbe;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import java.io.ByteArrayInputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Works on table {@code fram.scratch}, whose comment says who made it: no other table is ever
 * dropped. The database goes when it was not there before and nothing is left in it. One thread.
 */
public final class MySqlTargetProbe implements TargetProbe {
  /**
   * A commit is prepared durably in the redo log before it is written to the binary log (MySQL
   * manual, "Binary Logging Options", sync_binlog; MariaDB manual, "Group Commit").
   */
  private static final int REDO_AND_BINARY_LOG = 2;

  private static final Work MYSQL_WORK = new Work(21, 140, 0.55);
  private static final Work MARIADB_WORK = new Work(11, 110, 0.02);
  private static final String MARK = "made by fram measure";

  private static final String TABLE =
      "CREATE TABLE fram.scratch (number bigint NOT NULL PRIMARY KEY, k bigint NOT NULL,"
          + " filler mediumtext NOT NULL) ENGINE = InnoDB DEFAULT CHARACTER SET latin1 COMMENT = "
          + Quoting.literal(MARK);

  private static final List<String> SETTINGS =
      List.of(
          "innodb_flush_log_at_trx_commit",
          "sync_binlog",
          "log_bin",
          "innodb_flush_method",
          "innodb_doublewrite",
          "innodb_buffer_pool_size",
          "innodb_redo_log_capacity",
          "innodb_log_file_size");

  private final ProbeSession session;
  private final MySqlLink link;
  private boolean madeDatabase;

  public MySqlTargetProbe(Connector target) {
    this.session = new ProbeSession(target, ProbeSession.Kind.WRITER);
    this.link = new MySqlLink(session);
  }

  /** What is done with the session. */
  @FunctionalInterface
  private interface Step {
    void with(Connection connection) throws SQLException;
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
  public LogProbe log() {
    return new MySqlLog(session);
  }

  @Override
  public Facts facts() {
    return session.work("reading the settings", MySqlTargetProbe::facts);
  }

  private static Facts facts(Connection connection) throws SQLException {
    Map<String, String> values = new TreeMap<>();
    for (String name : SETTINGS) {
      Sql.variable(connection, name).ifPresent(value -> values.put(name, value));
    }
    boolean redo = "1".equals(values.get("innodb_flush_log_at_trx_commit"));
    boolean binary = "ON".equals(values.get("log_bin"));
    boolean log = !binary || "1".equals(values.get("sync_binlog"));
    boolean direct = values.getOrDefault("innodb_flush_method", "").startsWith("O_DIRECT");
    String pool = values.getOrDefault("innodb_buffer_pool_size", "");
    return new Facts(
        pool.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(pool)),
        redo && log ? Durability.ON_DISK : Durability.NOT_FORCED,
        binary ? REDO_AND_BINARY_LOG : 1,
        false,
        direct ? BehindCache.DISK : BehindCache.OPERATING_SYSTEM,
        Connector.version(connection).isMariaDb() ? MARIADB_WORK : MYSQL_WORK,
        values.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }

  @Override
  public void create() {
    run(
        "making the scratch table",
        c -> {
          Optional<String> comment = comment(c);
          if (comment.filter(text -> !text.equals(MARK)).isPresent()) {
            throw new FramException(
                ErrorCode.TARGET_NOT_EMPTY,
                session.name() + ": table fram.scratch is there, and Fram did not make it.",
                "Rename it, or drop it.");
          }
          // What is left of a run that was killed has made the database too.
          madeDatabase = comment.isPresent() || !databaseExists(c);
          Sql.run(
              c,
              "CREATE DATABASE IF NOT EXISTS fram DEFAULT CHARACTER SET utf8mb4"
                  + " COLLATE utf8mb4_bin");
          Sql.run(c, "DROP TABLE IF EXISTS fram.scratch");
          Sql.run(c, TABLE);
        });
  }

  private static boolean databaseExists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'fram'")
        > 0;
  }

  /** The table's comment; empty when there is no such table. */
  private static Optional<String> comment(Connection connection) throws SQLException {
    return Sql.first(
        connection,
        "SELECT TABLE_COMMENT FROM information_schema.TABLES"
            + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'scratch'",
        row -> row.getString(1));
  }

  @Override
  public void drop() {
    run(
        "dropping the scratch table",
        c -> {
          if (comment(c).filter(MARK::equals).isEmpty()) {
            return;
          }
          Sql.run(c, "DROP TABLE fram.scratch");
          if (madeDatabase && emptyDatabase(c)) {
            Sql.run(c, "DROP DATABASE fram");
          }
        });
  }

  private static boolean emptyDatabase(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT (SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'fram')"
                + " + (SELECT COUNT(*) FROM information_schema.ROUTINES"
                + " WHERE ROUTINE_SCHEMA = 'fram')"
                + " + (SELECT COUNT(*) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'fram')")
        == 0;
  }

  @Override
  public void empty() {
    run("emptying the scratch table", c -> Sql.run(c, "TRUNCATE TABLE fram.scratch"));
  }

  @Override
  public void commitOne(long number) {
    run(
        "committing",
        c -> Sql.update(c, INSERT + "(?, ?, 'a row')", number, ScratchRows.key(number)));
  }

  static final String INSERT = "INSERT INTO fram.scratch (number, k, filler) VALUES ";

  @Override
  public long load(long first, int rows, int rowBytes) {
    return session.work(
        "loading",
        c -> {
          if (Sql.variable(c, "local_infile").filter("ON"::equals).isEmpty()) {
            return insert(c, first, rows, rowBytes);
          }
          byte[] lines = ScratchRows.lines(first, rows, rowBytes);
          Sql.load(
              c,
              "LOAD DATA LOCAL INFILE 'rows' INTO TABLE fram.scratch CHARACTER SET latin1"
                  + " (number, k, filler)",
              new ByteArrayInputStream(lines));
          return (long) lines.length;
        });
  }

  /** As the copy does where loading is not allowed: statements of about a mebibyte. */
  private static long insert(Connection connection, long first, int rows, int rowBytes)
      throws SQLException {
    int filler = ScratchRows.fillerBytes(rowBytes);
    long most = Math.min(1 << 20, Sql.number(connection, "SELECT @@max_allowed_packet") / 2);
    long sent = 0;
    StringBuilder sql = new StringBuilder(INSERT);
    connection.setAutoCommit(false);
    for (long number = first; number < first + rows; number++) {
      sql.append(sql.length() == INSERT.length() ? "(" : ",(").append(number).append(',');
      sql.append(ScratchRows.key(number)).append(",'");
      sql.append(ScratchRows.filler(number, filler)).append("')");
      if (sql.length() > most - 2 * ScratchRows.MOST_BYTES || number == first + rows - 1) {
        sent += sql.length();
        Sql.run(connection, sql.toString());
        sql.setLength(INSERT.length());
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
    return sent;
  }

  @Override
  public long buildIndex() {
    return session.work(
        "building an index",
        c -> {
          Sql.run(c, "ALTER TABLE fram.scratch ADD INDEX scratch_k (k)");
          Sql.list(c, "ANALYZE NO_WRITE_TO_BINLOG TABLE fram.scratch", row -> 0);
          return Sql.number(
              c,
              "SELECT INDEX_LENGTH FROM information_schema.TABLES"
                  + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'scratch'");
        });
  }

  @Override
  public void dropIndex() {
    run("dropping an index", c -> Sql.run(c, "ALTER TABLE fram.scratch DROP INDEX scratch_k"));
  }

  @Override
  public void update(long[] numbers) {
    run(
        "updating",
        c -> {
          StringBuilder sql = new StringBuilder("BEGIN");
          for (long number : numbers) {
            sql.append("; UPDATE fram.scratch SET filler = REVERSE(filler) WHERE number = ");
            sql.append(number);
          }
          Sql.run(c, sql.append("; COMMIT").toString());
        });
  }

  @Override
  public void read(long number) {
    session.work(
        "reading", c -> Sql.text(c, "SELECT filler FROM fram.scratch WHERE number = ?", number));
  }

  @Override
  public OptionalDouble fetchedPages(long[] numbers) {
    return session.work(
        "reading",
        c -> {
          long before = fetched(c);
          for (long number : numbers) {
            Sql.text(c, "SELECT filler FROM fram.scratch WHERE number = ?", number);
          }
          return OptionalDouble.of((double) (fetched(c) - before) / Math.max(1, numbers.length));
        });
  }

  private static long fetched(Connection connection) throws SQLException {
    return Sql.first(
            connection,
            "SHOW GLOBAL STATUS LIKE 'Innodb\\_buffer\\_pool\\_reads'",
            row -> row.getLong(2))
        .orElse(0L);
  }

  private void run(String doing, Step step) {
    session.work(
        doing,
        c -> {
          step.with(c);
          return 0;
        });
  }

  @Override
  public void close() {
    session.giveUp();
  }
}
