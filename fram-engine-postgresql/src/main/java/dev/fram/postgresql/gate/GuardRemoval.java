// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.gate;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes guards that let everybody pass. Each takes a lock that nobody may hold besides, so it is
 * one table at a time: no writer waits for long, and none can be part of a deadlock.
 */
final class GuardRemoval {
  /** Who waits behind us waits for no longer. */
  private static final int POLITE_MILLIS = 100;

  private static final int ROUNDS = 20;

  /** A guard on a table. */
  record Guard(TableId table, String trigger) {}

  private GuardRemoval() {}

  /**
   * @param connection in auto-commit mode
   * @return those on tables that were in use each time
   */
  static List<Guard> remove(Connection connection, List<Guard> guards) throws SQLException {
    List<Guard> left = guards;
    Sql.run(connection, "SET lock_timeout = '" + POLITE_MILLIS + "ms'");
    try {
      for (int round = 0; round < ROUNDS && !left.isEmpty(); round++) {
        List<Guard> held = new ArrayList<>();
        for (Guard guard : left) {
          if (!removed(connection, guard)) {
            held.add(guard);
          }
        }
        left = held;
        if (!left.isEmpty()) {
          // Whoever waited behind us goes first.
          Sql.run(connection, "SELECT pg_sleep(0.4)");
        }
      }
      return left;
    } finally {
      Sql.run(connection, "SET lock_timeout = 0");
    }
  }

  private static boolean removed(Connection connection, Guard guard) throws SQLException {
    try {
      Sql.run(
          connection,
          "DROP TRIGGER IF EXISTS "
              + Quoting.identifier(guard.trigger())
              + " ON "
              + Quoting.table(guard.table()));
      return true;
    } catch (SQLException e) {
      if (!"55P03".equals(e.getSQLState()) && !"40P01".equals(e.getSQLState())) {
        throw e;
      }
      return false;
    }
  }
}
