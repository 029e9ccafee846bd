// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Many small tables beside one of many partitions (ALGORITHMS I.18). {@code -Dfram.many.tables=5000
 * -Dfram.many.partitions=2000} is the whole of it; then what is quadratic shows.
 */
class ManyTablesTest {
  private static final int TABLES = Integer.getInteger("fram.many.tables", 300);
  private static final int PARTITIONS = Integer.getInteger("fram.many.partitions", 100);

  /** A digest over all tables of the schema, one after another. */
  private static final String CONTENTS =
      """
      SELECT count(*), md5(string_agg(table_name || query_to_xml(format(
          'SELECT count(*), sum(id), sum(n) FROM many.%I', table_name), false, true, '')::text,
        '' ORDER BY table_name)) FROM information_schema.tables WHERE table_schema = 'many'
      """;

  @Test
  void move() throws Exception {
    // What the check asks for: four locks for each table and partition on the target.
    int locks = Math.max(64, (TABLES + PARTITIONS + 1) * 5 / 100 + 1);
    Map<String, String> settings =
        Map.of("max_locks_per_transaction", String.valueOf(locks), "max_connections", "100");
    try (ServerPair pair = ServerPair.open(PostgresVersion.V15, PostgresVersion.V18, settings)) {
      String database = pair.freshDatabase("many");
      create(pair.source(), database);
      List<String> times = new ArrayList<>();
      try (Move move = new Move(pair, database, Move.settings(MigrationSettings.Mode.MANUAL))) {
        long began = System.nanoTime();
        move.begin();
        for (PhaseName phase :
            List.of(
                PhaseName.CHECKED,
                PhaseName.PREPARED,
                PhaseName.COPYING,
                PhaseName.CATCHING_UP,
                PhaseName.READY)) {
          move.awaitPhase(phase);
          times.add(phase + " after " + (System.nanoTime() - began) / 1_000_000 + " ms");
        }
        change(pair.source(), database);
        awaitApplied(pair.target(), database);
        Answer answer = Cutovers.cutOver(move);
        assertThat(answer.exitCode()).as(answer.toString()).isZero();
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
        times.add(
            "writes blocked for "
                + move.status().cutover().orElseThrow().writeBlockMillis()
                + " ms");
        times.add("SERVING after " + (System.nanoTime() - began) / 1_000_000 + " ms");
        System.out.println(TABLES + " tables, " + PARTITIONS + " partitions: " + times);
        for (String query : List.of(CONTENTS, "SELECT sum(id), sum(n), count(*) FROM parted")) {
          assertThat(line(pair.target(), database, query))
              .isEqualTo(line(pair.source(), database, query));
        }
      }
    }
  }

  private static void create(PostgresServer server, String database) throws SQLException {
    server.execute(database, "CREATE SCHEMA many");
    for (int from = 1; from <= TABLES; from += 200) {
      server.execute(
          database,
          "DO $$ BEGIN FOR i IN "
              + from
              + ".."
              + Math.min(from + 199, TABLES)
              + " LOOP EXECUTE format('CREATE TABLE many.t%s (id serial PRIMARY KEY, n int,"
              + " t text); CREATE INDEX ON many.t%1$s (n); INSERT INTO many.t%1$s (n)"
              + " SELECT generate_series(1, 3)', i); END LOOP; END $$");
    }
    server.execute(
        database,
        "CREATE TABLE parted (id int PRIMARY KEY, n int) PARTITION BY RANGE (id);"
            + "CREATE INDEX ON parted (n)");
    for (int from = 0; from < PARTITIONS; from += 200) {
      server.execute(
          database,
          "DO $$ BEGIN FOR i IN "
              + from
              + ".."
              + (Math.min(from + 200, PARTITIONS) - 1)
              + " LOOP EXECUTE format('CREATE TABLE parted_%s PARTITION OF parted"
              + " FOR VALUES FROM (%s) TO (%s)', i, i * 10, i * 10 + 10); END LOOP; END $$");
    }
    server.execute(
        database,
        "INSERT INTO parted SELECT i, i FROM generate_series(0, " + (PARTITIONS * 10 - 1) + ") i");
  }

  private static void change(PostgresServer server, String database) throws SQLException {
    server.execute(database, "UPDATE parted SET n = n + 1 WHERE id % 10 = 3");
    server.execute(database, "UPDATE many.t1 SET n = 7; DELETE FROM many.t" + TABLES);
  }

  /** A table is looked up on the target when its first change comes: all of them at once, here. */
  private static void awaitApplied(PostgresServer target, String database) {
    String last = "SELECT count(*) FROM many.t" + TABLES;
    await()
        .atMost(Duration.ofSeconds(Integer.getInteger("fram.move.seconds", 120)))
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> line(target, database, last).equals("0 "));
  }

  private static String line(PostgresServer server, String database, String query)
      throws SQLException {
    try (Connection connection = server.connect(database);
        Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery(query)) {
      row.next();
      StringBuilder line = new StringBuilder();
      for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
        line.append(row.getString(i)).append(' ');
      }
      return line.toString();
    }
  }
}
