// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.gate;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.replica.Turnstile;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Takes away what told a subscription's worker how far to go; the worker is gone by now. */
public final class TurnstileRemoval {
  private TurnstileRemoval() {}

  /**
   * One table at a time, as guards are removed. Idempotent.
   *
   * @param connection in auto-commit mode
   * @return the tables that were in use each time; the function stays then
   */
  public static List<TableId> remove(Connection connection) throws SQLException {
    List<GuardRemoval.Guard> guards =
        Turnstile.triggers(connection).entrySet().stream()
            .flatMap(
                e -> e.getValue().stream().map(name -> new GuardRemoval.Guard(e.getKey(), name)))
            .toList();
    List<TableId> left =
        GuardRemoval.remove(connection, guards).stream()
            .map(GuardRemoval.Guard::table)
            .distinct()
            .toList();
    if (left.isEmpty()) {
      Sql.run(connection, "DROP FUNCTION IF EXISTS fram.turn()");
    }
    return left;
  }
}
