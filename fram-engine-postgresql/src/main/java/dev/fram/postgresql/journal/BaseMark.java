// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.journal;

import dev.fram.api.model.MigrationId;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.Lsn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * {@code fram.base_backup}: what is known of a base backup that replaces everything that is noted
 * on the target. So it is noted on the source, before the backup is fetched, and comes over with
 * it. Only Fram itself, once it has looked at what came, makes the target's own row a settled one.
 * Works on the caller's connection, in auto-commit mode.
 */
public final class BaseMark {
  private static final String TABLE =
      """
      CREATE TABLE IF NOT EXISTS fram.base_backup (
        target text PRIMARY KEY,
        id text NOT NULL,
        stage text NOT NULL,
        start_lsn text NOT NULL,
        data_folder text NOT NULL,
        programs text NOT NULL,
        log_file text NOT NULL,
        owner text NOT NULL)
      """;

  private static final String READ =
      "SELECT target, id, stage, start_lsn, data_folder, programs, log_file, owner"
          + " FROM fram.base_backup WHERE ";

  private BaseMark() {}

  /** How far it is. */
  public enum Stage {
    /** On the source: it is being fetched. */
    FETCHING,
    /** On the source: it was fetched, and the slot begins at the place that is noted. */
    STARTED,
    /** On the target: what came has been looked at, and is closed to applications. */
    SETTLED
  }

  /**
   * Where it goes on the target's machine.
   *
   * @param folder the data folder, without links
   * @param programs the folder of pg_ctl
   * @param logFile where the server's output goes; empty when nobody knows
   * @param owner {@code uid:gid} of the folder
   */
  public record Place(String folder, String programs, String logFile, String owner) {}

  /**
   * One backup.
   *
   * @param target the target's address, as the user names it
   * @param id the migration's
   * @param stage how far it is
   * @param start where the slot begins, once that is known
   * @param place where it goes
   */
  public record Noted(
      String target, MigrationId id, Stage stage, Optional<Lsn> start, Place place) {}

  /** The row of this target, on the source. */
  public static Optional<Noted> of(Connection source, String target) throws SQLException {
    return exists(source)
        ? Sql.first(source, READ + "target = ?", BaseMark::noted, target)
        : Optional.empty();
  }

  /** The target's own, once it is settled. */
  public static Optional<Noted> settled(Connection target) throws SQLException {
    return exists(target)
        ? Sql.first(target, READ + "stage = ?", BaseMark::noted, Stage.SETTLED.name())
        : Optional.empty();
  }

  /** Notes on the source that one begins. */
  public static void begin(Connection source, Noted noted) throws SQLException {
    Sql.run(source, "CREATE SCHEMA IF NOT EXISTS fram");
    Sql.run(source, TABLE);
    Place place = noted.place();
    Sql.update(
        source,
        "INSERT INTO fram.base_backup (target, id, stage, start_lsn, data_folder, programs,"
            + " log_file, owner) VALUES (?, ?, ?, '', ?, ?, ?, ?)",
        noted.target(),
        noted.id().value(),
        Stage.FETCHING.name(),
        place.folder(),
        place.programs(),
        place.logFile(),
        place.owner());
  }

  /** On the source. What is written here is behind the place itself: recovery gets that far. */
  public static void start(Connection source, String target, Lsn start) throws SQLException {
    Sql.update(
        source,
        "UPDATE fram.base_backup SET stage = ?, start_lsn = ? WHERE target = ?",
        Stage.STARTED.name(),
        start.text(),
        target);
  }

  /** On the target, in the caller's transaction: this one is its own, others' rows are not. */
  public static void settle(Connection target, Noted noted, Lsn start) throws SQLException {
    Sql.update(target, "DELETE FROM fram.base_backup WHERE target <> ?", noted.target());
    Sql.update(
        target,
        "UPDATE fram.base_backup SET stage = ?, start_lsn = ?",
        Stage.SETTLED.name(),
        start.text());
  }

  /** On the source; the schema goes when it is empty. Idempotent. */
  public static void remove(Connection source, String target) throws SQLException {
    if (!exists(source)) {
      return;
    }
    Sql.update(source, "DELETE FROM fram.base_backup WHERE target = ?", target);
    if (Sql.number(source, "SELECT count(*) FROM fram.base_backup") > 0) {
      return;
    }
    Sql.run(source, "DROP TABLE IF EXISTS fram.base_backup");
    try {
      Sql.run(source, "DROP SCHEMA IF EXISTS fram RESTRICT");
    } catch (SQLException e) {
      // 2BP01: the register of identities, or this server is itself a target.
      if (!"2BP01".equals(e.getSQLState())) {
        throw e;
      }
    }
  }

  private static boolean exists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = 'fram' AND c.relname = 'base_backup'")
        > 0;
  }

  private static Noted noted(ResultSet row) throws SQLException {
    String start = row.getString(4);
    return new Noted(
        row.getString(1),
        new MigrationId(row.getString(2)),
        Stage.valueOf(row.getString(3)),
        start.isEmpty() ? Optional.empty() : Optional.of(Lsn.parse(start)),
        new Place(row.getString(5), row.getString(6), row.getString(7), row.getString(8)));
  }
}
