// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.base;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.gate.TargetGuard;
import dev.fram.postgresql.journal.BaseMark;
import dev.fram.postgresql.journal.BaseMark.Noted;
import dev.fram.postgresql.replica.ReplicaRole;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes a target of what a base backup has left: it is seen to end exactly where the feed begins,
 * its tables are guarded, and its settings are the target's own again. Each part may be done again.
 * Works on the caller's session.
 */
final class Settlement {
  private static final String TIMELINE =
      "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)";

  private final Connection target;
  private final String server;
  private final BaseStart start;

  /**
   * @param server the target's name for people
   */
  Settlement(Connection target, String server, BaseStart start) {
    this.target = target;
    this.server = server;
    this.start = start;
  }

  /**
   * What postgresql.auto.conf holds besides, until the target is settled. What the target has of
   * its own for a recovery is for another server's log.
   */
  static Map<String, String> settings(String source, String slot, String end) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("primary_conninfo", source);
    settings.put("primary_slot_name", slot);
    settings.put("recovery_target_lsn", end);
    settings.put("recovery_target_inclusive", "off");
    settings.put("recovery_target_timeline", "current");
    settings.put("recovery_target_action", "promote");
    settings.put("restore_command", "");
    settings.put("recovery_end_command", "");
    settings.put("archive_cleanup_command", "");
    settings.put("recovery_min_apply_delay", "0");
    settings.put("hot_standby", "off");
    settings.put("default_transaction_read_only", "on");
    return settings;
  }

  void settle(Noted noted, Lsn from) throws SQLException {
    requireEnd(from);
    endPrepared();
    start.removeCopies(noted.id());
    guard(noted, from);
    ReplicaRole.remove(target, noted.id());
    for (String name : settings("", "", "").keySet()) {
      Sql.run(target, "ALTER SYSTEM RESET " + name);
    }
    Sql.list(target, "SELECT pg_reload_conf()", row -> 0);
  }

  /**
   * A transaction that was prepared when the slot began is whole in the feed, once it is committed
   * on the source: what recovery has left of it here would only hold its locks.
   */
  private void endPrepared() throws SQLException {
    List<String> gids =
        Sql.list(
            target,
            "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()",
            row -> row.getString(1));
    for (String gid : gids) {
      Sql.run(target, "ROLLBACK PREPARED " + Quoting.literal(gid));
    }
  }

  /**
   * The history of the target's timeline says why the last one was left, and where (manual,
   * 26.3.6): before a record, with everything in front of it replayed. Where the feed begins has to
   * lie between the two.
   */
  private void requireEnd(Lsn from) throws SQLException {
    String timeline = Sql.text(target, TIMELINE);
    String history =
        Sql.text(
            target,
            "SELECT pg_read_file('pg_wal/' || ? || '.history', 0, 1000000, true)",
            timeline);
    List<String> lines = history.lines().filter(line -> !line.isBlank()).toList();
    String[] last = lines.isEmpty() ? new String[0] : lines.getLast().split("\t", -1);
    if (last.length < 3 || !endsAt(last[1], last[2].strip(), from)) {
      throw new FramException(
          ErrorCode.ROW_DIVERGENCE,
          server
              + ": the base backup has left recovery"
              + (last.length < 3 ? "" : " at " + last[1] + " (" + last[2].strip() + ")")
              + ", and not where Fram's slot begins, at "
              + from
              + ": somebody has promoted it or changed its settings.",
          "Run fram cancel --copy=base-backup, then the same command again: it is taken anew.");
    }
  }

  private static boolean endsAt(String left, String why, Lsn from) {
    String before = "before LSN ";
    if (!why.toLowerCase(Locale.ROOT).startsWith(before.toLowerCase(Locale.ROOT))) {
      return false;
    }
    Lsn end = Lsn.parse(left.strip());
    Lsn next = Lsn.parse(why.substring(before.length()).strip());
    return end.compareTo(from) <= 0 && from.compareTo(next) <= 0;
  }

  /** The guards first, then the note: whoever finds it finds them. */
  private void guard(Noted noted, Lsn from) throws SQLException {
    List<TableId> tables =
        new Catalog(Scope.all())
            .tables(target).stream()
                .filter(table -> table.kind() != 'f')
                .map(CatalogTable::id)
                .toList();
    new TargetGuard(noted.id()).install(target, tables);
    BaseMark.settle(target, noted, from);
  }
}
