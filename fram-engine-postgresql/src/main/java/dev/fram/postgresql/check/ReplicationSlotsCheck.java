// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** One replication slot must be free on the source. */
final class ReplicationSlotsCheck implements Question {
  @Override
  public String code() {
    return "replication-slots";
  }

  @Override
  public String about() {
    return "One replication slot must be free on the source.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    long most = source.numberSetting("max_replication_slots");
    long used = source.number("SELECT count(*) FROM pg_replication_slots");
    String seen = source.name() + ": " + used + " of " + most + " replication slots are used";
    return used < most
        ? pass(seen + ".")
        : fail(
            seen + "; one is needed.",
            "Raise max_replication_slots and restart, or drop a slot that nobody needs.");
  }
}
