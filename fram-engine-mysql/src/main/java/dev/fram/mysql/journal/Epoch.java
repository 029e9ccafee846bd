// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/** The fence: what a run writes counts only as long as no later run has raised the epoch. */
public final class Epoch {
  private Epoch() {}

  /**
   * Checks within the caller's transaction, and keeps a take-over waiting until that ends.
   *
   * @throws FramException FENCED
   */
  public static void check(Connection connection, long epoch, String server) throws SQLException {
    if (Sql.first(connection, JournalSchema.CHECK_EPOCH, row -> row.getInt(1), epoch).isEmpty()) {
      throw fenced(epoch, server);
    }
  }

  /** What a run is told that has been taken over. */
  public static FramException fenced(long epoch, String server) {
    return new FramException(
        ErrorCode.FENCED,
        server + ": another run of Fram has taken over (this run's epoch was " + epoch + ").",
        "Let the other run go on; fram status shows it.");
  }
}
