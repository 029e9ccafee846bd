// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.probe;

import dev.fram.api.traffic.ClientPath.Side;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * {@code fram.probe}: one row that says whose it is, and a number that the probe counts up. In
 * Fram's own database, so it is neither copied, followed nor compared. Works on the caller's
 * connection.
 */
public final class ProbeTable {
  private ProbeTable() {}

  /**
   * Creates it and lets the probe's account in. Idempotent.
   *
   * @param account {@code user@host} as the server itself calls it
   */
  static void prepare(Connection connection, Side side, String account) throws SQLException {
    Sql.run(
        connection,
        "CREATE DATABASE IF NOT EXISTS fram DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
    Sql.run(
        connection,
        "CREATE TABLE IF NOT EXISTS fram.probe (only_one tinyint NOT NULL DEFAULT 1 PRIMARY KEY,"
            + " side varchar(16) NOT NULL, number bigint NOT NULL DEFAULT 0)"
            + " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
    Sql.update(
        connection,
        "INSERT INTO fram.probe (side) VALUES (?) ON DUPLICATE KEY UPDATE side = side",
        side.name());
    int at = account.lastIndexOf('@');
    Sql.run(
        connection,
        "GRANT SELECT, UPDATE ON fram.probe TO "
            + Quoting.literal(account.substring(0, at))
            + "@"
            + Quoting.literal(account.substring(at + 1)));
  }

  /** For the write gate. */
  public static boolean exists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'probe'")
        > 0;
  }

  /** Idempotent; the account's right on it goes with it. */
  public static void drop(Connection connection) throws SQLException {
    if (exists(connection)) {
      Sql.run(connection, "DROP TABLE IF EXISTS fram.probe");
    }
  }
}
