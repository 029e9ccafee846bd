// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.clone;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.binlog.GtidSet;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.gate.TargetGuard;
import dev.fram.mysql.journal.CloneMark;
import dev.fram.mysql.journal.CloneMark.Noted;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Makes a target of what a clone has left: the state that it holds is noted, nothing of it fires or
 * runs by itself any more, and applications may not write. Each part may be done again. Works on
 * the caller's session.
 */
final class Settlement {
  private final Connection target;
  private final String server;
  private final CloneAccount account;

  /**
   * @param server the target's name for people
   * @param account came with the clone
   */
  Settlement(Connection target, String server, CloneAccount account) {
    this.target = target;
    this.server = server;
    this.account = account;
  }

  void settle(Noted mark) throws SQLException {
    BinlogPosition position =
        switch (mark.stage()) {
          case BEGUN -> untouched();
          case SETTLING, SETTLED -> mark.position().orElseThrow();
        };
    if (mark.stage() == CloneMark.Stage.BEGUN) {
      CloneMark.reach(target, CloneMark.Stage.SETTLING, position);
    }
    drop("TRIGGER", "SELECT TRIGGER_SCHEMA, TRIGGER_NAME FROM information_schema.TRIGGERS");
    drop("EVENT", "SELECT EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS");
    account.drop(target);
    close();
    Precautions.letEventsRun(target, mark.before());
    CloneMark.reach(target, CloneMark.Stage.SETTLED, position);
  }

  /** What it holds, as long as nobody has written to it. */
  private BinlogPosition untouched() throws SQLException {
    CloneLook look = CloneLook.at(target);
    if (!look.completed()) {
      throw new FramException(
          ErrorCode.CONNECTION_LOST,
          server
              + ": the clone is there, but the server is not through with it ("
              + look.state()
              + ").",
          "Run the same command again.");
    }
    GtidSet cloned = GtidSet.parse(look.executed());
    GtidSet now = GtidSet.parse(Sql.text(target, "SELECT @@global.gtid_executed"));
    if (!now.equals(cloned)) {
      throw new FramException(
          ErrorCode.ROW_DIVERGENCE,
          server
              + ": it has executed "
              + now.minus(cloned).count()
              + " transactions since it was cloned ("
              + now.minus(cloned)
              + "): somebody else writes to it.",
          "Keep everybody away from it, drop all of its databases there, fram too, and run the same"
              + " command again: it is cloned anew.");
    }
    long prepared = Sql.list(target, "XA RECOVER", row -> 1).size();
    if (prepared > 0) {
      throw new FramException(
          ErrorCode.UNSUPPORTED,
          server
              + ": the clone has caught "
              + prepared
              + " prepared XA transactions of the source, whose end it would never hear of.",
          "XA ROLLBACK them on the target (XA RECOVER names them), drop all of its databases there,"
              + " fram too, and run the same command again while the source has none: it is cloned"
              + " anew.");
    }
    return new BinlogPosition.Gtids(cloned);
  }

  /** The migration makes them itself when the target is about to serve. */
  private void drop(String kind, String query) throws SQLException {
    List<TableId> found =
        Sql.list(target, query, row -> new TableId(row.getString(1), row.getString(2)));
    for (TableId each : found) {
      if (!Catalog.RESERVED.contains(each.schema())) {
        Sql.run(target, "DROP " + kind + " IF EXISTS " + Quoting.table(each));
      }
    }
  }

  private void close() throws SQLException {
    TargetGuard guard = new TargetGuard(target);
    guard.note();
    guard
        .close()
        .ifPresent(why -> {
          throw new FramException(
              ErrorCode.PRIVILEGE_MISSING,
              server + ": " + why + ".",
              "Grant it there, then run the same command again.");
        });
  }
}
