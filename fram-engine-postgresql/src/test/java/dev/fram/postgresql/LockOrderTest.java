// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Writers that come to their tables in an order that is not that of the names: at any moment one of
 * them holds a late table and wants an early one. A gate that locks by name waits for it while it
 * waits for the gate, again and again.
 */
class LockOrderTest {
  private static final PostgresServer SERVER = Servers.of(PostgresVersion.V15);
  private static final Duration LOCK = Duration.ofMillis(800);
  private static final int WRITERS = 6;
  private static final int TRANSACTIONS = 50;

  private static final String TABLES =
      "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE z (id bigint PRIMARY KEY);"
          + " CREATE TABLE part (id bigint, k int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);"
          + " CREATE TABLE m PARTITION OF part FOR VALUES IN (1)";

  @Test
  void theGateLocksInTheOrderOfTheWriters() throws Exception {
    AtomicBoolean going = new AtomicBoolean(true);
    AtomicLong ids = new AtomicLong();
    List<Thread> writers = new ArrayList<>();
    try (RouteRig rig = new RouteRig(SERVER, SERVER, TABLES)) {
      List<Table> tables = rig.prepare();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(Thread.ofPlatform().start(() -> write(rig.sourceDatabase, ids, going)));
      }
      try (ChangeFeed feed = rig.route.source().openFeed(rig.position)) {
        readTransactions(feed);
        int waits = 0;
        try (WriteGate gate = rig.route.source().gate(tables.reversed(), Duration.ofSeconds(20))) {
          while (waits < 5 && !(gate.close(LOCK) instanceof WriteGate.Attempt.Closed)) {
            waits++;
          }
        }
        // None is needed; a machine that stands still for a second is no fault of the order.
        assertThat(waits).isLessThanOrEqualTo(1);
      } finally {
        going.set(false);
        for (Thread writer : writers) {
          writer.join();
        }
      }
    }
  }

  private static void readTransactions(ChangeFeed feed) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    int seen = 0;
    while (seen < TRANSACTIONS) {
      assertThat(System.nanoTime()).as("transactions seen: %s", seen).isLessThan(deadline);
      if (feed.poll(Duration.ofMillis(20)).filter(FeedEvent.Commit.class::isInstance).isPresent()) {
        seen++;
      }
    }
  }

  private static void write(String database, AtomicLong ids, AtomicBoolean going) {
    try (Connection connection = SERVER.connect(database)) {
      connection.setAutoCommit(false);
      while (going.get()) {
        for (String table : List.of("z (id)", "part (k, id)", "a (id)")) {
          String values = table.contains("k") ? "(1, " : "(";
          RouteRig.run(
              connection,
              "INSERT INTO " + table + " VALUES " + values + ids.incrementAndGet() + ")");
          LockSupport.parkNanos(2_000_000);
        }
        connection.commit();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
