// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.Sql;
import java.sql.SQLException;
import java.util.List;

/** Events must be able to run on the target, and only there after the cutover. */
final class EventSchedulerCheck implements Question {
  @Override
  public String code() {
    return "event-scheduler";
  }

  @Override
  public String about() {
    return "Events must be able to run on the target, and only there after the cutover.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<String> events =
        Sql.list(
                servers.source().connection(),
                "SELECT EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS"
                    + " WHERE STATUS = 'ENABLED'",
                row -> new TableId(row.getString(1), row.getString(2)))
            .stream()
            .filter(event -> servers.catalog().coversDatabase(event.schema()))
            .map(TableId::toString)
            .toList();
    if (events.isEmpty()) {
      return pass(servers.source().name() + ": no event in scope is enabled.");
    }
    Server target = servers.target();
    String scheduler = target.setting("event_scheduler").orElse("OFF");
    String seen = "Events in scope: " + Servers.some(events) + "; ";
    return switch (scheduler) {
      case "ON" -> info(seen + "they are enabled on the target when it opens.");
      case "DISABLED" ->
          warn(
              seen + "the target's event_scheduler is DISABLED.",
              "On the target, my.cnf, [mysqld]: event_scheduler=ON. A restart is needed.");
      default ->
          warn(
              seen + "the target's event_scheduler is " + scheduler + ".",
              "On the target, my.cnf, [mysqld]: event_scheduler=ON. At once: SET GLOBAL"
                  + " event_scheduler = ON. No restart is needed.");
    };
  }
}
