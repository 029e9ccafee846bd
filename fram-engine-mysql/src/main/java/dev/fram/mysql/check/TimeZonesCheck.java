// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Named time zones must work on the target where they work on the source, and both must have one
 * default.
 */
final class TimeZonesCheck implements Question {
  @Override
  public String code() {
    return "time-zones";
  }

  @Override
  public String about() {
    return "Named time zones must work on the target where they work on the source, and both must have one default.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    Server target = servers.target();
    boolean has = !source.text(NAMED).isEmpty();
    List<Finding> findings = new ArrayList<>();
    if (has && target.text(NAMED).isEmpty()) {
      findings.addAll(
          warn(
              target.name() + ": the time zone tables are empty, on the source they are not.",
              "On the target: mysql_tzinfo_to_sql /usr/share/zoneinfo | mysql mysql. No restart is"
                  + " needed."));
    }
    String ours = zone(source);
    String theirs = zone(target);
    if (!ours.equals(theirs)) {
      findings.addAll(
          warn(
              "The default time zone is "
                  + ours
                  + " on the source and "
                  + theirs
                  + " on the target.",
              "On the target, my.cnf, [mysqld]: default_time_zone="
                  + source.setting("time_zone").orElse("SYSTEM")
                  + ". At once: SET GLOBAL time_zone = '..'. No restart is needed (the system's own"
                  + " zone is read at a restart)."));
    }
    return findings.isEmpty() ? pass("Time zones are alike on both servers.") : findings;
  }

  private static final String NAMED =
      "SELECT CONVERT_TZ('2026-01-01 00:00:00', 'UTC', 'Europe/Berlin')";

  private static String zone(Server server) throws SQLException {
    String zone = server.setting("time_zone").orElse("SYSTEM");
    return zone.equals("SYSTEM")
        ? "SYSTEM (" + server.setting("system_time_zone").orElse("?") + ")"
        : zone;
  }
}
