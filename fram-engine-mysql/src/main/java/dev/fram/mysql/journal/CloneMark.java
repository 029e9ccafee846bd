// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import dev.fram.api.model.MigrationId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * {@code fram.cloned}: what is known of a clone of the whole server, which wipes everything that is
 * noted on the target. So it is noted on the source, before the clone begins, and comes over with
 * it: a target that holds its own row is a clone that was taken for this migration and has ended.
 * Works on the caller's connection.
 */
public final class CloneMark {
  private static final String TABLE =
      JournalSchema.table(
          "cloned",
          "target varchar(36) NOT NULL PRIMARY KEY, id varchar(16) NOT NULL,"
              + " address varchar(300) NOT NULL, stage varchar(16) NOT NULL,"
              + " position longtext NOT NULL, scheduler varchar(16) NOT NULL,"
              + " persisted varchar(16) NOT NULL");

  private static final String READ =
      "SELECT target, id, address, stage, position, scheduler, persisted FROM fram.cloned WHERE ";

  private CloneMark() {}

  /** How far it is. */
  public enum Stage {
    BEGUN,
    /** Fram has begun to change what came; until then it is exactly what the source was. */
    SETTLING,
    /** Nothing of it fires or runs by itself: the migration may have its record. */
    SETTLED
  }

  /**
   * What the target was like before, to be put back.
   *
   * @param scheduler its event_scheduler
   * @param persisted the same as it was persisted; empty when it was not
   */
  public record Before(String scheduler, String persisted) {}

  /**
   * One clone.
   *
   * @param target the target's server_uuid, which a clone leaves as it is
   * @param id the migration's
   * @param address the target's, for people
   * @param stage how far it is
   * @param position what the clone holds, once that is known
   * @param before what the target was like
   */
  public record Noted(
      String target,
      MigrationId id,
      String address,
      Stage stage,
      Optional<BinlogPosition> position,
      Before before) {}

  /** The row of this target, on either server. */
  public static Optional<Noted> of(Connection connection, String target) throws SQLException {
    return exists(connection)
        ? Sql.first(connection, READ + "target = ?", CloneMark::noted, target)
        : Optional.empty();
  }

  /** The same on the target itself. */
  public static Optional<Noted> own(Connection target) throws SQLException {
    return exists(target)
        ? Sql.first(target, READ + "target = @@global.server_uuid", CloneMark::noted)
        : Optional.empty();
  }

  /** The same by its address, where the target does not answer. */
  public static Optional<Noted> at(Connection source, String address) throws SQLException {
    return exists(source)
        ? Sql.first(source, READ + "address = ?", CloneMark::noted, address)
        : Optional.empty();
  }

  /** Notes on the source that a clone begins; what was noted of it before stays. */
  public static void begin(Connection source, Noted noted) throws SQLException {
    Sql.run(source, JournalSchema.DATABASE);
    Sql.run(source, TABLE);
    Sql.update(
        source,
        "INSERT INTO fram.cloned (target, id, address, stage, position, scheduler, persisted)"
            + " VALUES (?, ?, ?, ?, '', ?, ?) ON DUPLICATE KEY UPDATE target = target",
        noted.target(),
        noted.id().value(),
        noted.address(),
        Stage.BEGUN.name(),
        noted.before().scheduler(),
        noted.before().persisted());
  }

  /** On the target. */
  public static void reach(Connection target, Stage stage, BinlogPosition position)
      throws SQLException {
    Sql.update(
        target,
        "UPDATE fram.cloned SET stage = ?, position = ? WHERE target = @@global.server_uuid",
        stage.name(),
        position.text());
  }

  /** On either server; Fram's database goes with the last table in it. Idempotent. */
  public static void remove(Connection connection, String target) throws SQLException {
    if (!exists(connection)) {
      return;
    }
    Sql.update(connection, "DELETE FROM fram.cloned WHERE target = ?", target);
    if (Sql.number(connection, "SELECT COUNT(*) FROM fram.cloned") > 0) {
      return;
    }
    long others =
        Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME <> 'cloned'");
    Sql.run(connection, others == 0 ? "DROP DATABASE fram" : "DROP TABLE fram.cloned");
  }

  private static boolean exists(Connection connection) throws SQLException {
    return Sql.number(
            connection,
            "SELECT COUNT(*) FROM information_schema.TABLES"
                + " WHERE TABLE_SCHEMA = 'fram' AND TABLE_NAME = 'cloned'")
        > 0;
  }

  private static Noted noted(ResultSet row) throws SQLException {
    String position = MySqlJournal.text(row, 5);
    return new Noted(
        MySqlJournal.text(row, 1),
        new MigrationId(MySqlJournal.text(row, 2)),
        MySqlJournal.text(row, 3),
        Stage.valueOf(MySqlJournal.text(row, 4)),
        position.isEmpty() ? Optional.empty() : Optional.of(BinlogPosition.parse(position)),
        new Before(MySqlJournal.text(row, 6), MySqlJournal.text(row, 7)));
  }
}
