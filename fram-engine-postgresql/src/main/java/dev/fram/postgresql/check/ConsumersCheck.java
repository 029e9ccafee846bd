// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * Slots and publications of others on the source, and its own subscriptions, do not move: those who
 * read from the old server must be pointed at the new one.
 */
final class ConsumersCheck implements Question {
  @Override
  public String code() {
    return "other-consumers";
  }

  @Override
  public String about() {
    return "Slots and publications of others on the source, and its own subscriptions, do not move: those who read from the old server must be pointed at the new one.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    List<String> others =
        source.texts(
            "SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE NOT temporary"
                + " AND NOT starts_with(slot_name, 'fram')"
                + " UNION ALL SELECT 'publication ' || pubname FROM pg_publication"
                + "  WHERE NOT starts_with(pubname, 'fram')"
                + " UNION ALL SELECT 'subscription ' || subname FROM pg_stat_subscription"
                + "  WHERE subname IS NOT NULL GROUP BY subname ORDER BY 1");
    return others.isEmpty()
        ? pass(source.name() + ": nobody else reads its log.")
        : info(
            source.name()
                + ": point these at the target after the cutover (publications are created there,"
                + " subscriptions are not): "
                + Servers.some(others)
                + ".");
  }
}
