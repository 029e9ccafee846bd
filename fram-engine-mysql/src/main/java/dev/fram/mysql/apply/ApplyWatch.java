// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.engine.ApplyMoment;
import dev.fram.api.engine.ApplyMoment.Doing;
import dev.fram.api.model.TableId;
import dev.fram.mysql.connection.ServerVersion;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees the applier's session from outside (manual, 10.14.3: thread states). Stateless; on the
 * caller's connection. Of a statement only its kind and its table are looked at: its text holds
 * values and goes nowhere.
 */
public final class ApplyWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ApplyWatch.class);

  private static final String SESSION =
      """
      SELECT p.COMMAND, LOWER(COALESCE(p.STATE, '')), LEFT(COALESCE(p.INFO, ''), 300),
        COALESCE((SELECT MAX(t.trx_state) FROM information_schema.INNODB_TRX t
          WHERE t.trx_mysql_thread_id = p.ID), '')
      FROM information_schema.PROCESSLIST p WHERE p.ID = ?
      """;

  private static final String FINDS =
      """
      SELECT COUNT(*) FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0
      """;

  private static final String ROW_BLOCKER_MYSQL =
      """
      SELECT b.trx_mysql_thread_id FROM performance_schema.data_lock_waits w
        JOIN information_schema.INNODB_TRX r ON r.trx_id = w.REQUESTING_ENGINE_TRANSACTION_ID
        JOIN information_schema.INNODB_TRX b ON b.trx_id = w.BLOCKING_ENGINE_TRANSACTION_ID
      WHERE r.trx_mysql_thread_id = ? ORDER BY b.trx_started LIMIT 1
      """;

  private static final String ROW_BLOCKER_MARIADB =
      """
      SELECT b.trx_mysql_thread_id FROM information_schema.INNODB_LOCK_WAITS w
        JOIN information_schema.INNODB_TRX r ON r.trx_id = w.requesting_trx_id
        JOIN information_schema.INNODB_TRX b ON b.trx_id = w.blocking_trx_id
      WHERE r.trx_mysql_thread_id = ? ORDER BY b.trx_started LIMIT 1
      """;

  /** Who holds what we want of a table as such. */
  private static final String TABLE_BLOCKER_MYSQL =
      """
      SELECT h.PROCESSLIST_ID FROM performance_schema.metadata_locks w
        JOIN performance_schema.threads a ON a.THREAD_ID = w.OWNER_THREAD_ID
        JOIN performance_schema.metadata_locks g ON g.LOCK_STATUS = 'GRANTED'
          AND g.OBJECT_TYPE = w.OBJECT_TYPE AND g.OBJECT_SCHEMA = w.OBJECT_SCHEMA
          AND g.OBJECT_NAME = w.OBJECT_NAME AND g.OWNER_THREAD_ID <> w.OWNER_THREAD_ID
        JOIN performance_schema.threads h ON h.THREAD_ID = g.OWNER_THREAD_ID
      WHERE w.LOCK_STATUS = 'PENDING' AND a.PROCESSLIST_ID = ? LIMIT 1
      """;

  private static final String SEMI_SYNCHRONOUS =
      "SHOW GLOBAL STATUS WHERE Variable_name IN"
          + " ('Rpl_semi_sync_source_wait_sessions', 'Rpl_semi_sync_master_wait_sessions')"
          + " AND Value > 0";

  private static final String HOLDER =
      """
      SELECT CONCAT('session ', p.ID, ' (user ', p.USER, ', from ', p.HOST, ', ', p.COMMAND,
        ' for ', p.TIME, ' s)')
      FROM information_schema.PROCESSLIST p WHERE p.ID = ?
      """;

  private static final Pattern WRITES =
      Pattern.compile(
          "^\\s*(UPDATE|DELETE FROM|INSERT INTO|REPLACE INTO) `((?:[^`]|``)+)`\\.`((?:[^`]|``)+)`",
          Pattern.CASE_INSENSITIVE);

  private ApplyWatch() {}

  /**
   * What it does now.
   *
   * @param applier the applier's session
   */
  public static ApplyMoment look(Connection connection, long applier) throws SQLException {
    Optional<Seen> seen =
        Sql.first(
            connection,
            SESSION,
            row -> new Seen(row.getString(1), row.getString(2), row.getString(3), row.getString(4)),
            applier);
    if (seen.isEmpty()) {
      return new ApplyMoment(Doing.ABSENT, Optional.empty(), "");
    }
    Matcher writes = WRITES.matcher(seen.get().info());
    Optional<TableId> table =
        writes.find()
            ? Optional.of(new TableId(plain(writes.group(2)), plain(writes.group(3))))
            : Optional.empty();
    Doing doing = seen.get().doing();
    if (doing == Doing.FLUSHES && replicasAwaited(connection)) {
      doing = Doing.WAITS_FOR_STANDBY;
    }
    String holder = doing == Doing.WAITS_FOR_LOCK ? holder(connection, applier) : "";
    if (doing == Doing.COMPUTES && table.isPresent()) {
      boolean looksFor = !writes.group(1).toUpperCase(Locale.ROOT).endsWith("INTO");
      doing = looksFor && !finds(connection, table.get()) ? Doing.SEARCHES : doing;
    }
    return new ApplyMoment(doing, table, holder);
  }

  /**
   * Whether a commit waits for a semi-synchronous replica. Commits go in groups (manual, Binary Log
   * Group Commit): only the session that leads one says so, the others seem to commit.
   */
  private static boolean replicasAwaited(Connection connection) throws SQLException {
    return Sql.first(connection, SEMI_SYNCHRONOUS, row -> row.getLong(2)).orElse(0L) > 0;
  }

  private static boolean finds(Connection connection, TableId table) throws SQLException {
    return Sql.number(connection, FINDS, table.schema(), table.name()) > 0;
  }

  /** Whoever may not look there, or where the server keeps no such list, learns nothing. */
  private static String holder(Connection connection, long applier) {
    try {
      boolean mariadb =
          ServerVersion.parse(connection.getMetaData().getDatabaseProductVersion()).isMariaDb();
      Optional<Long> rows =
          Sql.first(
              connection,
              mariadb ? ROW_BLOCKER_MARIADB : ROW_BLOCKER_MYSQL,
              row -> row.getLong(1),
              applier);
      Optional<Long> who =
          rows.isPresent() || mariadb
              ? rows
              : Sql.first(connection, TABLE_BLOCKER_MYSQL, row -> row.getLong(1), applier);
      return who.isPresent()
          ? Sql.first(connection, HOLDER, row -> row.getString(1), who.get()).orElse("")
          : "";
    } catch (SQLException e) {
      LOG.debug("who holds the lock is not known: {}", e.getErrorCode());
      return "";
    }
  }

  private static String plain(String quoted) {
    return quoted.replace("``", "`");
  }

  private record Seen(String command, String state, String info, String transaction) {
    Doing doing() {
      if (transaction.equals("LOCK WAIT")) {
        return Doing.WAITS_FOR_LOCK;
      }
      if (command.equals("Sleep")) {
        return Doing.WAITS_FOR_US;
      }
      if (state.contains("semi-sync")) {
        return Doing.WAITS_FOR_STANDBY;
      }
      if (state.startsWith("waiting for") && state.contains("lock")) {
        return Doing.WAITS_FOR_LOCK;
      }
      boolean commits =
          state.equals("waiting for handler commit")
              || state.equals("commit")
              || state.startsWith("waiting for prior transaction");
      return commits ? Doing.FLUSHES : Doing.COMPUTES;
    }
  }
}
