// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.measure;

import dev.fram.api.model.Table;
import dev.fram.api.probe.Disk;
import dev.fram.api.probe.LinkProbe;
import dev.fram.api.probe.LogKeeping;
import dev.fram.api.probe.SourceProbe;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Reads rows by COPY from a place in the table, and the server's counters. One thread. */
public final class PostgresSourceProbe implements SourceProbe {
  /** The log is the whole server's; the rest is counted for this database only. */
  private static final String WRITTEN =
      """
      SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint, xact_commit,
        tup_inserted + tup_updated + tup_deleted
      FROM pg_stat_database WHERE datname = current_database()
      """;

  private final ProbeSession session;
  private final PostgresLink link;

  public PostgresSourceProbe(Connector source) {
    this.session = new ProbeSession(source);
    this.link = new PostgresLink(session);
  }

  @Override
  public Disk disk() {
    return session.disk();
  }

  @Override
  public LinkProbe link() {
    return link;
  }

  @Override
  public Sample read(Table table, double start, LongPredicate more) {
    return session.work("reading " + table.id(), c -> read(c, table, start, more));
  }

  private Sample read(Connection connection, Table table, double start, LongPredicate more)
      throws SQLException {
    String name = Quoting.table(table.id());
    CopyOut out =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyOut(
                "COPY (SELECT * FROM ONLY " + name + from(connection, name, start) + ") TO STDOUT");
    long rows = 0;
    long bytes = 0;
    for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
      rows++;
      bytes += row.length;
      if (!more.test(bytes)) {
        // A statement that nobody reads any more ends with its session.
        session.giveUp();
        break;
      }
    }
    return new Sample(rows, bytes);
  }

  /** Before version 14 such a condition would read the whole table up to there. */
  private static String from(Connection connection, String table, double start)
      throws SQLException {
    if (connection.getMetaData().getDatabaseMajorVersion() < 14) {
      return "";
    }
    long pages =
        Sql.number(
            connection,
            "SELECT pg_relation_size(?::regclass) / current_setting('block_size')::int",
            table);
    return " WHERE ctid >= '(" + (long) (pages * start) + ",0)'::tid";
  }

  @Override
  public Written written() {
    return session.work(
        "reading the counters",
        c ->
            Sql.first(
                    c,
                    WRITTEN,
                    row ->
                        new Written(
                            OptionalLong.of(row.getLong(1)),
                            OptionalLong.of(row.getLong(2)),
                            OptionalLong.of(row.getLong(3))))
                .orElseGet(() ->
                    new Written(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty())));
  }

  @Override
  public LogKeeping keeping() {
    return session.work(
        "asking how long the log is kept",
        c -> {
          long mebibytes =
              Sql.number(
                  c,
                  "SELECT setting::bigint FROM pg_settings WHERE name = 'max_slot_wal_keep_size'");
          String setting = "max_slot_wal_keep_size=" + (mebibytes < 0 ? "-1" : mebibytes + "MB");
          return mebibytes < 0
              ? new LogKeeping.AsNeeded(setting)
              : new LogKeeping.UpToBytes(mebibytes << 20, setting);
        });
  }

  @Override
  public OptionalLong indexBytes(List<Table> tables) {
    return session.work(
        "asking for the size of the indexes",
        c -> {
          String[] names = tables.stream().map(t -> Quoting.table(t.id())).toArray(String[]::new);
          return OptionalLong.of(
              Sql.number(
                  c,
                  "SELECT coalesce(sum(pg_indexes_size(to_regclass(n))), 0)::bigint"
                      + " FROM unnest(?::text[]) n",
                  c.createArrayOf("text", names)));
        });
  }

  @Override
  public void close() {
    session.giveUp();
  }
}
