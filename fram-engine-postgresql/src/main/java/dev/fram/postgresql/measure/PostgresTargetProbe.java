// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.measure;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.probe.Disk;
import dev.fram.api.probe.LinkProbe;
import dev.fram.api.probe.LogProbe;
import dev.fram.api.probe.ScratchRows;
import dev.fram.api.probe.TargetProbe;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;

/**
 * Works on table {@code fram.scratch}. What was made here is known by its comment, on the table and
 * on a schema that was not there before: nothing else is ever dropped. One thread.
 */
public final class PostgresTargetProbe implements TargetProbe {
  private static final String MARK = "made by fram measure";
  private static final Work WORK = new Work(6, 45, 0.2);
  private static final Pattern FETCHED = Pattern.compile("shared[^\\n]*? read=(\\d+)");
  private static final List<String> SETTINGS =
      List.of("fsync", "full_page_writes", "wal_sync_method", "shared_buffers", "max_wal_size");

  private final ProbeSession session;
  private final PostgresLink link;

  public PostgresTargetProbe(Connector target) {
    this.session = new ProbeSession(target);
    this.link = new PostgresLink(session);
  }

  /** What is done with the session. */
  @FunctionalInterface
  private interface Step {
    void with(Connection connection) throws SQLException;
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
  public LogProbe log() {
    return new PostgresLog(session);
  }

  @Override
  public Facts facts() {
    return session.work(
        "reading the settings",
        c -> {
          List<String> settings =
              Sql.list(
                  c,
                  "SELECT name || '=' || current_setting(name) FROM pg_settings"
                      + " WHERE name = ANY (?) ORDER BY name",
                  row -> row.getString(1),
                  c.createArrayOf("text", SETTINGS.toArray()));
          long cache =
              Sql.number(c, "SELECT pg_size_bytes(current_setting('shared_buffers'))::bigint");
          return new Facts(
              OptionalLong.of(cache),
              settings.contains("fsync=on") ? Durability.ON_DISK : Durability.NOT_FORCED,
              1,
              true,
              BehindCache.OPERATING_SYSTEM,
              WORK,
              settings);
        });
  }

  @Override
  public void create() {
    run(
        "making the scratch table",
        c -> {
          Optional<String> comment = comment(c);
          if (comment.filter(text -> !text.equals(MARK)).isPresent()) {
            throw new FramException(
                ErrorCode.TARGET_NOT_EMPTY,
                session.name() + ": table fram.scratch is there, and Fram did not make it.",
                "Rename it, or drop it.");
          }
          if (Sql.text(c, "SELECT to_regnamespace('fram')").isEmpty()) {
            Sql.run(c, "BEGIN; CREATE SCHEMA fram; " + commentOn("SCHEMA fram") + "; COMMIT");
          }
          Sql.run(
              c,
              "BEGIN; DROP TABLE IF EXISTS fram.scratch; CREATE TABLE fram.scratch"
                  + " (number bigint NOT NULL, k bigint NOT NULL, filler text NOT NULL); "
                  + commentOn("TABLE fram.scratch")
                  + "; COMMIT");
        });
  }

  private static String commentOn(String what) {
    return "COMMENT ON " + what + " IS " + Quoting.literal(MARK);
  }

  /** The table's comment; empty when there is no such table. */
  private static Optional<String> comment(Connection connection) throws SQLException {
    return Sql.first(
        connection,
        "SELECT coalesce(obj_description(c.oid, 'pg_class'), '') FROM pg_class c"
            + " WHERE c.oid = to_regclass('fram.scratch')",
        row -> row.getString(1));
  }

  @Override
  public void drop() {
    run(
        "dropping the scratch table",
        c -> {
          if (comment(c).filter(MARK::equals).isPresent()) {
            Sql.run(c, "DROP TABLE fram.scratch");
          }
          boolean ours =
              MARK.equals(
                  Sql.text(
                      c, "SELECT obj_description(to_regnamespace('fram')::oid, 'pg_namespace')"));
          if (ours) {
            dropSchema(c);
          }
        });
  }

  private static void dropSchema(Connection connection) throws SQLException {
    try {
      Sql.run(connection, "DROP SCHEMA IF EXISTS fram RESTRICT");
    } catch (SQLException e) {
      // 2BP01: a migration has begun meanwhile, and its records are in it.
      if (!"2BP01".equals(e.getSQLState())) {
        throw e;
      }
    }
  }

  @Override
  public void empty() {
    run("emptying the scratch table", c -> Sql.run(c, "TRUNCATE fram.scratch"));
  }

  @Override
  public void commitOne(long number) {
    run("committing", c -> Sql.update(c, INSERT, number, ScratchRows.key(number), "a row"));
  }

  private static final String INSERT =
      "INSERT INTO fram.scratch (number, k, filler) VALUES (?, ?, ?)";

  @Override
  public long load(long first, int rows, int rowBytes) {
    byte[] lines = ScratchRows.lines(first, rows, rowBytes);
    run(
        "loading",
        c -> {
          try {
            c.unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn(
                    "COPY fram.scratch (number, k, filler) FROM STDIN",
                    new ByteArrayInputStream(lines));
          } catch (IOException e) {
            throw new SQLException("the rows could not be sent", "08006", e);
          }
        });
    return lines.length;
  }

  @Override
  public long buildIndex() {
    return session.work(
        "building an index",
        c -> {
          Sql.run(c, "CREATE INDEX scratch_k ON fram.scratch (k)");
          return Sql.number(c, "SELECT pg_relation_size('fram.scratch_k')");
        });
  }

  @Override
  public void dropIndex() {
    run("dropping an index", c -> Sql.run(c, "DROP INDEX fram.scratch_k"));
  }

  @Override
  public void update(long[] numbers) {
    run(
        "updating",
        c -> {
          c.setAutoCommit(false);
          try (PreparedStatement statement =
              c.prepareStatement("UPDATE fram.scratch SET filler = reverse(filler) WHERE k = ?")) {
            for (long number : numbers) {
              statement.setLong(1, ScratchRows.key(number));
              statement.addBatch();
            }
            statement.executeBatch();
            c.commit();
          } catch (SQLException e) {
            session.giveUp();
            throw e;
          }
          c.setAutoCommit(true);
        });
  }

  @Override
  public void read(long number) {
    session.work(
        "reading",
        c -> Sql.text(c, "SELECT filler FROM fram.scratch WHERE k = ?", ScratchRows.key(number)));
  }

  @Override
  public OptionalDouble fetchedPages(long[] numbers) {
    return session.work(
        "reading",
        c -> {
          long fetched = 0;
          for (long number : numbers) {
            List<String> plan =
                Sql.list(
                    c,
                    "EXPLAIN (ANALYZE, BUFFERS, TIMING off, COSTS off, SUMMARY off)"
                        + " SELECT filler FROM fram.scratch WHERE k = "
                        + ScratchRows.key(number),
                    row -> row.getString(1));
            fetched += fetched(plan);
          }
          return OptionalDouble.of((double) fetched / Math.max(1, numbers.length));
        });
  }

  /** The first line with buffers is the top node's, which counts those below it too. */
  private static long fetched(List<String> plan) {
    List<String> buffers = new ArrayList<>(plan);
    buffers.removeIf(line -> !line.contains("shared"));
    Matcher read = FETCHED.matcher(buffers.isEmpty() ? "" : buffers.getFirst());
    return read.find() ? Long.parseLong(read.group(1)) : 0;
  }

  private void run(String doing, Step step) {
    session.work(
        doing,
        c -> {
          step.with(c);
          return 0;
        });
  }

  @Override
  public void close() {
    session.giveUp();
  }
}
