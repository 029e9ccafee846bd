// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.engine.Burden;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.ServerDisk;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.feed.FeedName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What the slot and our snapshots keep on the source. Stateless; on the caller's connection. */
final class Burdens {
  /**
   * Where a source stops taking writes there are 2.1 billion transactions; half of them leaves the
   * time to clean up, which takes a day on a large one (manual 24.1.5).
   */
  private static final long MOST_TRANSACTIONS = 1_000_000_000L;

  private static final String OURS =
      """
      usename = current_user AND datname = current_database()
        AND application_name LIKE 'fram %' AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'\
      """;

  /** The oldest snapshot of somebody else that counts here, a standby's among them. */
  private static final String OTHERS =
      """
      (SELECT coalesce(max(age(backend_xmin)), 0) FROM pg_stat_activity
         WHERE (datname = current_database() OR datname IS NULL)
           AND application_name NOT LIKE 'fram %' AND backend_type <> 'autovacuum worker'),
      (SELECT coalesce(max(age(transaction)), 0) FROM pg_prepared_xacts
         WHERE database = current_database())\
      """;

  /**
   * Ages: zero where somebody else holds back what is as old. A slot is made as old as the oldest
   * one there is, and giving it up would then free nothing.
   */
  private static final String SLOT =
      """
      SELECT greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn))::bigint,
        s.safe_wal_size,
        CASE WHEN o.age >= greatest(coalesce(age(s.catalog_xmin), 0), coalesce(age(s.xmin), 0))
          THEN 0 ELSE greatest(coalesce(age(s.catalog_xmin), 0), coalesce(age(s.xmin), 0))
        END::bigint
      FROM pg_replication_slots s,
        (SELECT greatest(
            (SELECT coalesce(max(greatest(coalesce(age(catalog_xmin), 0), coalesce(age(xmin), 0))),
                0) FROM pg_replication_slots WHERE slot_name <> ?),
            $OTHERS) AS age) o
      WHERE s.slot_name = ? AND s.restart_lsn IS NOT NULL
      """
          .replace("$OTHERS", OTHERS);

  /** Sessions of Fram in this database that copy or compare. */
  private static final String SNAPSHOTS =
      """
      SELECT CASE WHEN o.age >= s.age THEN 0 ELSE s.age END::bigint
      FROM (SELECT coalesce(max(age(backend_xmin)), 0) AS age FROM pg_stat_activity WHERE $OURS) s,
        (SELECT greatest((SELECT coalesce(max(age(xmin)), 0) FROM pg_replication_slots),
          $OTHERS) AS age) o
      """
          .replace("$OTHERS", OTHERS)
          .replace("$OURS", OURS);

  private Burdens() {}

  static List<Burden> of(Connection connection, FeedName feed, Connector server)
      throws SQLException {
    List<Burden> found = new ArrayList<>(ofSlot(connection, feed, server));
    found.add(
        new Burden(
            Burden.Kind.SNAPSHOT_AGE,
            Sql.number(connection, SNAPSHOTS),
            OptionalLong.of(MOST_TRANSACTIONS),
            "our snapshots"));
    return List.copyOf(found);
  }

  /** What one slot keeps; nothing where there is none. */
  static List<Burden> ofSlot(Connection connection, FeedName slot, Connector server)
      throws SQLException {
    OptionalLong free = ServerDisk.of(connection, server).freeBytes();
    return Sql.first(connection, SLOT, row -> slot(row, slot, free), slot.text(), slot.text())
        .orElse(List.of());
  }

  private static List<Burden> slot(ResultSet row, FeedName feed, OptionalLong free)
      throws SQLException {
    String holder = "replication slot " + feed.text();
    long kept = row.getLong(1);
    long safe = row.getLong(2);
    OptionalLong limit = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(kept + safe);
    return List.of(
        new Burden(Burden.Kind.LOG, kept, limit, free, holder),
        new Burden(
            Burden.Kind.FEED_AGE, row.getLong(3), OptionalLong.of(MOST_TRANSACTIONS), holder));
  }
}
