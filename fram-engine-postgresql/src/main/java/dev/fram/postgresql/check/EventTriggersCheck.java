// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** Event triggers on the target fire on what Fram creates; those of the source are created last. */
final class EventTriggersCheck implements Question {
  @Override
  public String code() {
    return "event-triggers";
  }

  @Override
  public String about() {
    return "Event triggers on the target fire on what Fram creates; those of the source are created last.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<String> there =
        servers
            .target()
            .texts("SELECT evtname FROM pg_event_trigger WHERE evtenabled <> 'D' ORDER BY 1");
    List<String> moved = servers.source().texts("SELECT evtname FROM pg_event_trigger ORDER BY 1");
    if (!there.isEmpty()) {
      return warn(
          servers.target().name()
              + ": event triggers fire on everything that Fram creates: "
              + Servers.some(there)
              + ".",
          "ALTER EVENT TRIGGER .. DISABLE until the cutover.");
    }
    return moved.isEmpty()
        ? pass("No event triggers.")
        : info(
            servers.source().name()
                + ": event triggers need a superuser on the target: "
                + Servers.some(moved)
                + ".");
  }
}
