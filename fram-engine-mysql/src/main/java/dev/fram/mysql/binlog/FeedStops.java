// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;

/**
 * Why the feed cannot go on, in words: what stands in the log and what to do about it. Never holds
 * a statement's text or a value.
 *
 * @param server the source's name for people
 */
record FeedStops(String server) {
  private static final String ANEW =
      " Then start the migration anew (fram cancel, fram migrate): this change cannot be applied"
          + " exactly.";

  FramException unreadable(int type, String place, RuntimeException cause) {
    return stop(
        "an event of type " + type + " at " + place + " cannot be read",
        "Report this with the source's exact version; the source is unharmed.",
        cause);
  }

  FramException unknown(int type, String place) {
    return stop(
        "an event of unknown type " + type + " stands in the binary log at " + place,
        "Report this with the source's exact version; the source is unharmed.");
  }

  FramException cut(String place) {
    return stop(
        "the binary log breaks off inside a transaction at " + place,
        "Look into the source's error log: the binary log is damaged." + ANEW);
  }

  FramException withoutGtid(String place) {
    return stop(
        "a transaction without a GTID stands in the binary log behind "
            + place
            + ", though the migration began with gtid_mode=ON",
        "Set gtid_mode=ON again." + ANEW);
  }

  FramException incident(String place) {
    return stop(
        "the binary log says at " + place + " that changes are missing in it (an incident event)",
        "Look into the source's error log for the cause (often a full disk)." + ANEW);
  }

  FramException partialJson(TableId table, String place) {
    return stop(
        "a change of " + table + " at " + place + " is logged as a partial JSON update",
        "Set binlog_row_value_options='' in my.cnf and with SET GLOBAL, and see that no session"
            + " sets PARTIAL_JSON."
            + ANEW);
  }

  FramException statement(StatementKind.Dml dml, String place) {
    String where = dml.table().map(TableId::toString).orElse("databases " + dml.databases());
    return stop(
        "a change of " + where + " at " + place + " is logged as a statement, not as rows",
        "Set binlog_format=ROW in my.cnf and with SET GLOBAL, and see that no session sets"
            + " STATEMENT or MIXED."
            + ANEW);
  }

  FramException loadStatement(String place) {
    return stop(
        "a LOAD DATA at " + place + " is logged as a statement, not as rows",
        "Set binlog_format=ROW in my.cnf and with SET GLOBAL, and see that no session sets"
            + " STATEMENT or MIXED."
            + ANEW);
  }

  FramException rollback(String place) {
    return stop(
        "a transaction at "
            + place
            + " was rolled back after it wrote tables that cannot roll back",
        "Convert the tables of other engines to InnoDB." + ANEW);
  }

  FramException unknownXa(String place) {
    return stop(
        "an XA transaction is committed at "
            + place
            + " whose rows were logged before the feed"
            + " began",
        "See that XA RECOVER shows nothing when the migration begins." + ANEW);
  }

  private FramException stop(String seen, String remedy) {
    return new FramException(ErrorCode.FEED_INVALID, server + ": " + seen + ".", remedy);
  }

  private FramException stop(String seen, String remedy, RuntimeException cause) {
    return new FramException(ErrorCode.FEED_INVALID, server + ": " + seen + ".", remedy, cause);
  }
}
