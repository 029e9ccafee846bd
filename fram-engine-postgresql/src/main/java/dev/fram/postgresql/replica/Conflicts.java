// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.replica;

import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the server counts of changes that met a row which was not as it had to be, and that it
 * passed over or overwrote without an error (pg_stat_subscription_stats, since 18). A server before
 * that counts nothing. Nothing rests on it: the comparison of every row names the rows. Owned by
 * the applier's thread.
 */
public final class Conflicts {
  private static final int SINCE = 18;
  private static final Duration OFTEN = Duration.ofSeconds(2);

  /** Those that end with an error have a place of their own. */
  private static final List<String> SILENT =
      List.of(
          "confl_update_missing",
          "confl_delete_missing",
          "confl_update_origin_differs",
          "confl_delete_origin_differs");

  private static final String COUNTED =
      "SELECT "
          + String.join(" + ", SILENT)
          + " FROM pg_stat_subscription_stats WHERE subname = ?"
          + " AND subid IN (SELECT oid FROM pg_subscription WHERE subdbid ="
          + " (SELECT oid FROM pg_database WHERE datname = current_database()))";

  private final Connection connection;
  private final String name;
  private final String server;
  private final boolean counts;
  private long known;
  private long looked = System.nanoTime();

  /**
   * @param subscription its name
   * @param server the target's name for people
   */
  public Conflicts(Connection connection, String subscription, String server) throws SQLException {
    this.connection = connection;
    this.name = subscription;
    this.server = server;
    this.counts = connection.getMetaData().getDatabaseMajorVersion() >= SINCE;
    this.known = counts ? count() : 0;
  }

  private long count() throws SQLException {
    return Sql.number(connection, COUNTED, name);
  }

  /** A sentence when there are more than the last time; asked now and then. */
  public Optional<String> more() throws SQLException {
    long now = System.nanoTime();
    if (!counts || now - looked < OFTEN.toNanos()) {
      return Optional.empty();
    }
    looked = now;
    long found = count();
    long more = found - known;
    known = found;
    return more <= 0
        ? Optional.empty()
        : Optional.of(
            server
                + ": its subscription has met "
                + more
                + " changes of rows that are missing there or were written by somebody else, and has"
                + " passed over them without an error; the comparison of every row (fram verify)"
                + " names them.");
  }
}
