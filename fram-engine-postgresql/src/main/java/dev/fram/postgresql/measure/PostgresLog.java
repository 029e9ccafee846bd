// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.measure;

import dev.fram.api.probe.LogProbe;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Messages of a subtransaction that is rolled back: they are in the write-ahead log like any other
 * bytes, and whoever decodes it drops them. The commit around forces them to the disk. All within
 * one segment, because a new one is filled with zeros first ({@code wal_init_zero}), which is as
 * much again; the login would have to be a monitor to see that. One thread.
 */
final class PostgresLog implements LogProbe {
  private static final int MESSAGE = 1 << 18;

  /** Headers, and what other sessions write meanwhile. */
  private static final int SPARE_PART = 32;

  /** Not even a standby is waited for: the disk is asked. */
  private static final String BEGIN = "BEGIN; SET LOCAL synchronous_commit = local";

  /** Made by the server: it is not to be sent, nor to be seen in its own log of statements. */
  private static final String NOISE =
      "SELECT length(set_config('fram.noise', string_agg(md5(random()::text || g), ''), true))"
          + " FROM generate_series(1, "
          + MESSAGE / 32
          + ") g";

  /** Everybody may, unless somebody has taken it away. */
  private static final String FORBIDDEN =
      "SELECT count(*) FROM pg_proc WHERE proname = 'pg_logical_emit_message'"
          + " AND NOT has_function_privilege(oid, 'EXECUTE')";

  private static final String END =
      "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";

  private final ProbeSession session;
  private int messages;
  private long segment;
  private long begin;

  PostgresLog(ProbeSession session) {
    this.session = session;
  }

  @Override
  public String name() {
    return "write-ahead log";
  }

  @Override
  public Optional<String> obstacle() {
    return session.work(
        "reading the settings",
        c -> {
          if (!Sql.text(c, "SELECT current_setting('fsync')").equals("on")) {
            return Optional.of("the server does not force its log to the disk (fsync=off)");
          }
          return Sql.number(c, FORBIDDEN) == 0
              ? Optional.empty()
              : Optional.of("the login may not call pg_logical_emit_message");
        });
  }

  @Override
  public long stage(int bytes) {
    return session.work(
        "filling the log",
        c -> {
          segment = Sql.number(c, "SELECT pg_size_bytes(current_setting('wal_segment_size'))");
          long spare = segment / SPARE_PART;
          messages = (int) Math.max(1, Math.min(bytes, segment - spare - MESSAGE) / MESSAGE);
          long size = (long) messages * MESSAGE;
          long from = Sql.number(c, END);
          long rest = segment - from % segment;
          if (rest < size + spare) {
            begin(c);
            Sql.run(c, emit((int) (rest / MESSAGE) + 1));
          }
          begin(c);
          begin = Sql.number(c, END);
          return begin - from + size;
        });
  }

  private static void begin(Connection connection) throws SQLException {
    Sql.run(connection, BEGIN);
    Sql.number(connection, NOISE);
  }

  private static String emit(int messages) {
    return "SAVEPOINT noise; SELECT count(pg_logical_emit_message(true, 'fram',"
        + " current_setting('fram.noise'))) FROM generate_series(1, "
        + messages
        + "); ROLLBACK TO SAVEPOINT noise; COMMIT";
  }

  @Override
  public void write() {
    session.work(
        "writing to the log",
        c -> {
          Sql.run(c, emit(messages));
          return 0;
        });
  }

  @Override
  public OptionalLong written() {
    return session.work(
        "asking for the log's end",
        c -> {
          long end = Sql.number(c, END);
          return end / segment == begin / segment
              ? OptionalLong.of(end - begin)
              : OptionalLong.empty();
        });
  }
}
