// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.clone;

import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.gate.TargetGuard;
import dev.fram.mysql.journal.CloneMark.Before;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * What keeps a target as it was cloned from the moment it starts again until Fram is there: the
 * source's events are on it, enabled, and its applications' accounts. Both settings count from the
 * restart only, and a clone leaves persisted settings as they are (manual, "Cloning Remote Data").
 * Stateless.
 */
final class Precautions {
  private static final String PERSISTED =
      "SELECT VARIABLE_VALUE FROM performance_schema.persisted_variables"
          + " WHERE VARIABLE_NAME = 'event_scheduler'";

  private Precautions() {}

  /** What has to be put back. */
  static Before look(Connection target) throws SQLException {
    return new Before(
        Sql.text(target, "SELECT @@global.event_scheduler"), Sql.text(target, PERSISTED));
  }

  static void take(Connection target) throws SQLException {
    Sql.run(target, "SET PERSIST_ONLY read_only = ON");
    Sql.run(target, "SET PERSIST_ONLY event_scheduler = 'OFF'");
  }

  /** Once no event is left that could fire. Idempotent. */
  static void letEventsRun(Connection target, Before before) throws SQLException {
    if (before.persisted().isEmpty()) {
      Sql.run(target, "RESET PERSIST IF EXISTS event_scheduler");
    } else {
      Sql.run(target, "SET PERSIST_ONLY event_scheduler = " + Quoting.literal(before.persisted()));
    }
    String now = Sql.text(target, "SELECT @@global.event_scheduler");
    if (!now.equals(before.scheduler()) && !now.equals("DISABLED")) {
      Sql.run(target, "SET GLOBAL event_scheduler = " + Quoting.literal(before.scheduler()));
    }
  }

  /** Where nothing was cloned after all: it took writes before, as the checks have seen. */
  static void undo(Connection target, Before before) throws SQLException {
    letEventsRun(target, before);
    TargetGuard.readOnly(target, "OFF");
  }
}
