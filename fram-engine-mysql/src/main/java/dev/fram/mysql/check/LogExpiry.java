// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How long a server keeps its binary log.
 *
 * @param kept how long; empty for ever
 * @param setBy by what, for people
 * @param rds whether a provider's own configuration decides (Amazon RDS and Aurora)
 */
public record LogExpiry(Optional<Duration> kept, String setBy, boolean rds) {
  /** MySQL's older setting, which counts where the newer one is 0. */
  private static final String DAYS = "expire_logs_days";

  /** Asks the server; a provider's configuration counts before the server's own. */
  public static LogExpiry of(Connection connection) throws SQLException {
    Optional<LogExpiry> provider = provider(connection);
    if (provider.isPresent()) {
      return provider.get();
    }
    Map<String, String> settings = Sql.variables(connection, "%expire\\_logs\\_%");
    long seconds = number(settings, "binlog_expire_logs_seconds");
    if (seconds > 0) {
      return own(Duration.ofSeconds(seconds), "binlog_expire_logs_seconds=" + seconds);
    }
    String days = settings.getOrDefault(DAYS, "0");
    long fromDays = Math.round(Double.parseDouble(days) * 86_400);
    return fromDays > 0
        ? own(Duration.ofSeconds(fromDays), DAYS + "=" + days)
        : new LogExpiry(Optional.empty(), "binlog_expire_logs_seconds=0", false);
  }

  /** The statement that keeps the log for this long. */
  public String remedy(Duration wanted) {
    long hours = Math.max(24, wanted.toHours());
    if (rds) {
      return "CALL mysql.rds_set_configuration('binlog retention hours', "
          + Math.min(hours, 168)
          + "). No restart is needed.";
    }
    long seconds = Duration.ofHours(hours).toSeconds();
    // The server refuses the one while the other is set (3683).
    boolean days = setBy.startsWith(DAYS);
    return "my.cnf, [mysqld]: "
        + (days ? "remove " + DAYS + ", add " : "")
        + "binlog_expire_logs_seconds="
        + seconds
        + ". At once: "
        + (days ? "SET GLOBAL " + DAYS + " = 0; " : "")
        + "SET GLOBAL binlog_expire_logs_seconds = "
        + seconds
        + ". No restart is needed.";
  }

  private static LogExpiry own(Duration kept, String setBy) {
    return new LogExpiry(Optional.of(kept), setBy, false);
  }

  private static Optional<LogExpiry> provider(Connection connection) throws SQLException {
    long there =
        Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'mysql' AND TABLE_NAME = 'rds_configuration'");
    if (there == 0) {
      return Optional.empty();
    }
    String hours =
        Sql.text(
            connection,
            "SELECT value FROM mysql.rds_configuration WHERE name = 'binlog retention hours'");
    // NULL, which is the default, means: purged as soon as no replica of the provider's needs it.
    Duration kept = hours.isEmpty() ? Duration.ZERO : Duration.ofHours(Long.parseLong(hours));
    String setBy = "binlog retention hours=" + (hours.isEmpty() ? "NULL" : hours);
    return Optional.of(new LogExpiry(Optional.of(kept), setBy, true));
  }

  private static long number(Map<String, String> settings, String name) {
    return Long.parseLong(settings.getOrDefault(name, "0"));
  }
}
