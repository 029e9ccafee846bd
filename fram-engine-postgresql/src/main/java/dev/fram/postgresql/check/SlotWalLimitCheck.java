// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * A limit on the log kept for slots ends the migration when the copy and the lag outgrow it;
 * without one the source's disk must hold that log.
 */
final class SlotWalLimitCheck implements Question {
  @Override
  public String code() {
    return "max-slot-wal-keep-size";
  }

  @Override
  public String about() {
    return "A limit on the log kept for slots ends the migration when the copy and the lag outgrow it; without one the source's disk must hold that log.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    long mebibytes = source.numberSetting("max_slot_wal_keep_size");
    long database = source.number("SELECT pg_database_size(current_database())");
    if (mebibytes < 0) {
      return pass(
          source.name()
              + ": max_slot_wal_keep_size is not limited; the log of the whole copy of "
              + Servers.bytes(database)
              + " stays on its disk until it is applied.");
    }
    return warn(
        source.name()
            + ": max_slot_wal_keep_size is "
            + Servers.bytes(mebibytes << 20)
            + ", the database has "
            + Servers.bytes(database)
            + ". If more log than that is written while tables are copied, the migration must start"
            + " again.",
        "Set max_slot_wal_keep_size to -1, or to at least twice the log that the source writes during"
            + " the copy, and reload.");
  }
}
