// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A QUERY event: a statement and what of its session it depends on (the server's {@code
 * Query_event}).
 *
 * @param sql the statement
 * @param database the session's default database; may be empty
 * @param updated databases the statement changes, when the log says it
 * @param sqlMode the session's sql_mode, as bits
 * @param charsets the session's character set and collations
 * @param timeZone the session's time zone
 */
record QueryEvent(
    String sql,
    String database,
    List<String> updated,
    long sqlMode,
    Optional<DdlStatement.Charsets> charsets,
    Optional<String> timeZone) {
  QueryEvent {
    updated = List.copyOf(updated);
  }

  /** More databases than the log has room for. */
  private static final int TOO_MANY = 254;

  static QueryEvent read(LogEvent event) {
    LogBytes in = event.bytes();
    in.skip(8); // thread and duration
    int databaseLength = in.u8();
    in.skip(2); // error code
    Status status = new Status();
    LogBytes variables = in.part(in.u16());
    while (variables.left() > 0 && status.read(variables.u8(), variables)) {}
    String database = in.text(databaseLength);
    in.skip(1);
    byte[] sql =
        event.type() == EventCode.MARIADB_QUERY_COMPRESSED
            ? MariaDbCompression.event(in)
            : in.take(in.left());
    return new QueryEvent(
        new String(sql, status.charset()),
        database,
        status.updated,
        status.sqlMode,
        status.charsets,
        status.timeZone);
  }

  /** The status variables, by their numbers (the server's {@code Query_event_status_vars}). */
  private static final class Status {
    private List<String> updated = List.of();
    private long sqlMode;
    private Optional<DdlStatement.Charsets> charsets = Optional.empty();
    private Optional<String> timeZone = Optional.empty();

    /** Whether reading can go on: of an unknown variable not even the length is known. */
    boolean read(int number, LogBytes in) {
      switch (number) {
        case 0, 3, 10 -> in.skip(4);
        case 1 -> sqlMode = in.i64();
        case 2 -> in.skip(in.u8() + 1);
        case 4 -> charsets = Optional.of(new DdlStatement.Charsets(in.u16(), in.u16(), in.u16()));
        case 5 -> timeZone = Optional.of(in.text(in.u8()));
        case 6 -> in.skip(in.u8());
        case 7, 8, 18 -> in.skip(2);
        case 9, 17, 129 -> in.skip(8);
        case 11 -> {
          in.skip(in.u8());
          in.skip(in.u8());
        }
        case 12 -> updated = names(in);
        case 13, 128 -> in.skip(3);
        case 16, 19, 20 -> in.skip(1);
        default -> {
          return false;
        }
      }
      return true;
    }

    private static List<String> names(LogBytes in) {
      int count = in.u8();
      List<String> names = new ArrayList<>();
      for (int i = 0; i < count && count < TOO_MANY; i++) {
        names.add(in.zeroTerminated());
      }
      return names;
    }

    Charset charset() {
      return charsets.map(c -> ClientCharsets.of(c.client())).orElse(StandardCharsets.UTF_8);
    }
  }
}
