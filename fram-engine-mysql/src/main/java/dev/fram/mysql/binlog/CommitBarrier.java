// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Makes a place in a file a watermark. A transaction is in the binary log before its rows can be
 * seen (with semi-synchronous replication by as long as the acknowledgement takes), so a snapshot
 * may lack what lies before the place. Every transaction that is in the log and not to be seen is
 * still in innodb_trx: once all that were there are gone, the place is proven (ALGORITHMS B1).
 */
public final class CommitBarrier {
  /** The table is a cache that is renewed every 100 ms at most. */
  private static final Duration SETTLE = Duration.ofMillis(150);

  private static final Duration AGAIN = Duration.ofMillis(120);
  private static final String RUNNING = "SELECT trx_id FROM information_schema.innodb_trx";

  private CommitBarrier() {}

  /**
   * Waits until every transaction has ended that was running when the call began.
   *
   * @param progress told when it takes long
   */
  public static void await(Connection connection, Consumer<String> progress) throws SQLException {
    Pause.of(SETTLE);
    Set<String> waiting = running(connection);
    int rounds = 0;
    while (!waiting.isEmpty()) {
      Pause.of(AGAIN);
      waiting.retainAll(running(connection));
      if (++rounds % 10 == 0 && !waiting.isEmpty()) {
        progress.accept("waiting for " + waiting.size() + " transactions on the source to end");
      }
    }
  }

  private static Set<String> running(Connection connection) throws SQLException {
    return new HashSet<>(Sql.list(connection, RUNNING, row -> row.getString(1)));
  }
}
