// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Since version 18 a server may drop the log of a slot that nobody reads for a while: an
 * interrupted migration could not go on.
 */
final class IdleSlotTimeoutCheck implements Question {
  private static final long DAY = 86_400;

  @Override
  public String code() {
    return "idle-replication-slot-timeout";
  }

  @Override
  public String about() {
    return "Since version 18 a server may drop the log of a slot that nobody reads for a while: an interrupted migration could not go on.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    Optional<String> seconds = source.setting("idle_replication_slot_timeout");
    if (seconds.isEmpty()) {
      return pass(source.name() + ": this version has no idle_replication_slot_timeout.");
    }
    long timeout = Long.parseLong(seconds.get());
    String seen = source.name() + ": idle_replication_slot_timeout is " + timeout + " s";
    return timeout > 0 && timeout < DAY
        ? warn(
            seen + ": a run that is interrupted for longer must start again.",
            "Set idle_replication_slot_timeout to 0 or more than a day, and reload.")
        : pass(seen + (timeout == 0 ? " (off)." : "."));
  }
}
