// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.replica;

import dev.fram.mysql.binlog.DomainGtids;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * What a MariaDB server is changed in as a whole to be led as a replica, and put back in: how far
 * it has got ({@code gtid_slave_pos}, which each transaction writes in its own commit), how many
 * apply at once, and a bolt. A server that restarts starts its replicas by itself, without the
 * filters and without an end, and no setting forbids that while it runs. So a second table is put
 * beside {@code mysql.gtid_slave_pos} whose rows are gone: starting a replica only looks at its
 * columns, and a server that has restarted reads all such tables first, cannot, and starts none
 * (1814; tried on 11.4.5). Stateless; works on the caller's session, which holds no transaction and
 * commits by itself.
 */
final class MariaDbPlace {
  /** The name must begin with that of the table beside it. */
  private static final String BOLT = "mysql.gtid_slave_pos_fram";

  private static final int GONE = 1814;
  private static final int WORKERS = 4;

  /**
   * What was there before, and while {@code gtid_slave_pos} is being set to it: what to set it to.
   * The server empties its table first, and a crash then would leave nothing.
   */
  private static final String NOTE =
      "CREATE TABLE IF NOT EXISTS fram.replica (only_one tinyint NOT NULL DEFAULT 1 PRIMARY KEY,"
          + " place_was longtext NOT NULL, workers_were int NOT NULL, setting longtext)"
          + " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

  private final Connection connection;

  MariaDbPlace(Connection connection) {
    this.connection = connection;
  }

  /** The server's connections to other servers, by name; the unnamed one is an empty text. */
  static List<String> connections(Connection connection) throws SQLException {
    return Sql.list(connection, "SHOW ALL SLAVES STATUS", row -> row.getString("Connection_name"));
  }

  boolean noted() throws SQLException {
    return table("fram", "replica")
        && Sql.number(connection, "SELECT COUNT(*) FROM fram.replica") > 0;
  }

  /**
   * Before anything is changed.
   *
   * @param begin where the replica is to begin
   */
  void note(DomainGtids begin) throws SQLException {
    Sql.run(connection, NOTE);
    Sql.update(
        connection,
        "INSERT IGNORE INTO fram.replica (place_was, workers_were, setting) VALUES (?, ?, ?)",
        executed().toString(),
        workers(),
        begin.toString());
  }

  private long workers() throws SQLException {
    return Sql.number(connection, "SELECT @@global.slave_parallel_threads");
  }

  /** How far the replica is, or is to be put. */
  DomainGtids held() throws SQLException {
    Optional<DomainGtids> setting = setting();
    return setting.isPresent() ? setting.get() : executed();
  }

  private Optional<DomainGtids> setting() throws SQLException {
    return Sql.list(
            connection,
            "SELECT setting FROM fram.replica",
            row -> Optional.ofNullable(row.getString(1)).map(DomainGtids::parse))
        .stream()
        .findFirst()
        .flatMap(found -> found);
  }

  /** Read from the table where the server has not been able to. */
  DomainGtids executed() throws SQLException {
    DomainGtids known = DomainGtids.parse(Sql.text(connection, "SELECT @@global.gtid_slave_pos"));
    if (!known.equals(DomainGtids.NONE)) {
      return known;
    }
    DomainGtids kept = DomainGtids.NONE;
    List<DomainGtids.Gtid> rows =
        Sql.list(
            connection,
            "SELECT domain_id, server_id, seq_no FROM mysql.gtid_slave_pos ORDER BY sub_id",
            row ->
                new DomainGtids.Gtid(
                    row.getLong(1), row.getLong(2), Long.parseUnsignedLong(row.getString(3))));
    for (DomainGtids.Gtid row : rows) {
      kept = kept.then(row);
    }
    return kept;
  }

  /** Everything is as a replica that stands there needs it. There is no channel meanwhile. */
  void arm(DomainGtids held) throws SQLException {
    boolean set =
        setting().isPresent()
            || !bolted()
            || !Sql.text(connection, "SELECT @@global.gtid_slave_pos").equals(held.toString());
    if (set) {
      Sql.update(connection, "UPDATE fram.replica SET setting = ?", held.toString());
      unbolt();
      Sql.run(connection, "SET GLOBAL gtid_slave_pos = " + Quoting.literal(held.toString()));
      bolt();
      Sql.run(connection, "UPDATE fram.replica SET setting = NULL");
    }
    if (workers() == 0) {
      Sql.run(connection, "SET GLOBAL slave_parallel_threads = " + WORKERS);
    }
  }

  private boolean bolted() throws SQLException {
    if (!table("mysql", "gtid_slave_pos_fram")) {
      return false;
    }
    try {
      Sql.number(connection, "SELECT COUNT(*) FROM " + BOLT);
      return false;
    } catch (SQLException e) {
      if (e.getErrorCode() != GONE) {
        throw e;
      }
      return true;
    }
  }

  /** Only here: it would bolt the server's own replicas, too. */
  private void bolt() throws SQLException {
    unlogged(
        "CREATE TABLE " + BOLT + " LIKE mysql.gtid_slave_pos",
        "ALTER TABLE " + BOLT + " DISCARD TABLESPACE");
  }

  private void unbolt() throws SQLException {
    if (table("mysql", "gtid_slave_pos_fram")) {
      unlogged("DROP TABLE " + BOLT);
    }
  }

  private void unlogged(String... statements) throws SQLException {
    Sql.run(connection, "SET SESSION sql_log_bin = 0");
    try {
      for (String sql : statements) {
        Sql.run(connection, sql);
      }
    } finally {
      Sql.run(connection, "SET SESSION sql_log_bin = 1");
    }
  }

  /** The server is as it was. There is no channel any more. Idempotent. */
  void remove() throws SQLException {
    if (noted()) {
      unbolt();
      String was = Sql.text(connection, "SELECT place_was FROM fram.replica");
      Sql.run(connection, "SET GLOBAL gtid_slave_pos = " + Quoting.literal(was));
      boolean ours =
          Sql.number(connection, "SELECT workers_were FROM fram.replica") == 0
              && workers() == WORKERS;
      if (ours) {
        Sql.run(connection, "SET GLOBAL slave_parallel_threads = 0");
      }
    }
    if (table("fram", "replica")) {
      Sql.run(connection, "DROP TABLE fram.replica");
    }
  }

  private boolean table(String database, String name) throws SQLException {
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME"
                + " = ?",
            database,
            name)
        > 0;
  }
}
