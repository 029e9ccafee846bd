// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.digest;

import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/** Makes a session a consistent read that nobody waits for long. Stateless. */
final class SnapshotSession {
  /** Never in a queue of metadata locks for longer than this. */
  private static final String PATIENCE = "SET SESSION lock_wait_timeout = 2";

  private SnapshotSession() {}

  static void begin(Connection session) throws SQLException {
    Sql.run(session, PATIENCE);
    Sql.run(session, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  }
}
