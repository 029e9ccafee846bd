// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.probe;

import dev.fram.api.traffic.ClientPath;
import dev.fram.api.traffic.ClientPath.Side;
import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * {@code fram.probe}: one row that says whose it is, and a number that the probe counts up. In
 * Fram's own schema, so it is neither copied, followed nor compared. Works on the caller's
 * connection.
 */
public final class ProbeTable {
  private ProbeTable() {}

  /** Creates it and lets the probe's login in. Idempotent. */
  static void prepare(Connection connection, Side side, String user) throws SQLException {
    Sql.run(connection, "CREATE SCHEMA IF NOT EXISTS fram");
    Sql.run(
        connection,
        "CREATE TABLE IF NOT EXISTS fram.probe (only_one boolean PRIMARY KEY DEFAULT true"
            + " CHECK (only_one), side text NOT NULL, number bigint NOT NULL DEFAULT 0)"
            + " WITH (fillfactor = 10)");
    // A server that is closed refuses a statement that would write, also one that writes nothing.
    if (Sql.number(connection, "SELECT count(*) FROM fram.probe") == 0) {
      Sql.update(
          connection,
          "INSERT INTO fram.probe (side) VALUES (?) ON CONFLICT DO NOTHING",
          side.name());
    }
    String role = Quoting.identifier(user);
    Sql.run(connection, "GRANT USAGE ON SCHEMA fram TO " + role);
    Sql.run(connection, "GRANT SELECT, UPDATE ON fram.probe TO " + role);
  }

  /** As the write gate closes it: empty when there is none. */
  public static List<CatalogTable> gated(Connection connection) throws SQLException {
    return Sql.list(
        connection,
        "SELECT c.oid::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = 'fram' AND c.relname = 'probe'",
        row -> new CatalogTable(ClientPath.TABLE, row.getLong(1), 'r', 'p', false, 1, 0));
  }

  /** Idempotent. */
  public static void drop(Connection connection) throws SQLException {
    Sql.run(connection, "DROP TABLE IF EXISTS fram.probe");
  }
}
