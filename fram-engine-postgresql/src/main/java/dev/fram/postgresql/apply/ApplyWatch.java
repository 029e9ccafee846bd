// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.engine.ApplyMoment;
import dev.fram.api.engine.ApplyMoment.Doing;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sees the applier's session from outside (manual, table 27.4: wait events). Stateless; on the
 * caller's connection. The statements looked at are our own, whose values are never in the text.
 */
public final class ApplyWatch {
  private static final String SESSION =
      """
      SELECT coalesce(a.state, ''), coalesce(a.wait_event_type, ''), lower(coalesce(a.wait_event, '')),
        coalesce(left(a.query, 300), ''), coalesce(blocker.who, '')
      FROM pg_stat_activity a
        LEFT JOIN LATERAL (
          SELECT format('pid %s (user %s, application %s)%s%s', p.pid, coalesce(b.usename, '?'),
              coalesce(nullif(b.application_name, ''), '?'),
              coalesce(', its last statement was ' || upper(substring(ltrim(b.query)
                FROM '^[A-Za-z]+')), ''),
              coalesce(format(', its transaction is open for %s s',
                extract(epoch FROM clock_timestamp() - b.xact_start)::bigint), '')) AS who
          FROM unnest(pg_blocking_pids(a.pid)) AS p (pid)
            LEFT JOIN pg_stat_activity b ON b.pid = p.pid
          ORDER BY b.xact_start LIMIT 1) blocker ON a.wait_event_type = 'Lock'
      WHERE a.application_name = 'fram apply' AND a.datname = current_database()
        AND a.usename = current_user
      ORDER BY a.backend_start DESC LIMIT 1
      """;

  /** Whether anything finds a row of the table without reading all of it. */
  private static final String FINDS =
      """
      SELECT count(*) FROM pg_index
      WHERE indrelid = to_regclass(?) AND indisunique AND indisvalid AND indpred IS NULL
      """;

  private static final String NAME = "\"(?:[^\"]|\"\")+\"";
  private static final Pattern WRITES =
      Pattern.compile(
          "^(?:WITH d AS \\()?(UPDATE|DELETE FROM|COPY) (?:ONLY )?(("
              + NAME
              + ")\\.("
              + NAME
              + "))");

  private ApplyWatch() {}

  /** What it does now. */
  public static ApplyMoment look(Connection connection) throws SQLException {
    Optional<Seen> seen = Sql.first(connection, SESSION, Seen::read);
    if (seen.isEmpty()) {
      return new ApplyMoment(Doing.ABSENT, Optional.empty(), "");
    }
    Matcher writes = WRITES.matcher(seen.get().query());
    boolean found = writes.find();
    Optional<TableId> table =
        found
            ? Optional.of(new TableId(plain(writes.group(3)), plain(writes.group(4))))
            : Optional.empty();
    Doing doing = seen.get().doing();
    boolean works = doing == Doing.READS || doing == Doing.COMPUTES;
    if (works && found && !writes.group(1).equals("COPY")) {
      boolean finds = Sql.number(connection, FINDS, writes.group(2)) > 0;
      doing = finds ? doing : Doing.SEARCHES;
    }
    return new ApplyMoment(doing, table, seen.get().blocker());
  }

  private static String plain(String quoted) {
    return quoted.substring(1, quoted.length() - 1).replace("\"\"", "\"");
  }

  private record Seen(String state, String type, String event, String query, String blocker) {
    static Seen read(ResultSet row) throws SQLException {
      return new Seen(
          row.getString(1),
          row.getString(2).toUpperCase(Locale.ROOT),
          row.getString(3),
          row.getString(4),
          row.getString(5));
    }

    Doing doing() {
      if (!state.equals("active")) {
        return Doing.WAITS_FOR_US;
      }
      return switch (type) {
        case "LOCK" -> Doing.WAITS_FOR_LOCK;
        case "CLIENT" -> Doing.WAITS_FOR_US;
        case "IPC" -> event.equals("syncrep") ? Doing.WAITS_FOR_STANDBY : Doing.COMPUTES;
        // WALSync and WALWrite; WalSync and WalWrite from 17 on. The lock: another one flushes.
        case "IO" -> event.startsWith("wal") ? Doing.FLUSHES : Doing.READS;
        case "LWLOCK" -> event.startsWith("walwrite") ? Doing.FLUSHES : Doing.COMPUTES;
        default -> Doing.COMPUTES;
      };
    }
  }
}
