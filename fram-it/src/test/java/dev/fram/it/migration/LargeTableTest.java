// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * A table that is larger than the heap, moved by {@code fram migrate} with {@code -Xmx256m}, and
 * one transaction that is larger too. In every run of the suite it is a few times the heap; {@code
 * -Dfram.large.megabytes=5120} makes it the 5 GB of the issue.
 */
class LargeTableTest {
  private static final int MEGABYTES = Integer.getInteger("fram.large.megabytes", 300);
  private static final int ROW_BYTES = 1024;

  @Test
  void aTableLargerThanTheHeapIsMoved() throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    String database = pair.freshDatabase("large");
    long rows = MEGABYTES * 1024L * 1024 / ROW_BYTES;
    try (Connection source = pair.source().connect(database);
        Statement sql = source.createStatement()) {
      sql.execute("CREATE TABLE big (id bigint, filler text, n int NOT NULL DEFAULT 0)");
      sql.execute(
          "INSERT INTO big SELECT i, repeat(md5(i::text), 31), i % 7"
              + " FROM generate_series(1, "
              + rows
              + ") i");
      sql.execute("ALTER TABLE big ADD PRIMARY KEY (id)");
      sql.execute("CREATE INDEX ON big (n)");
    }
    try (JavaChild fram =
        FramProcess.start(
            pair.sourceEndpoint(database), pair.targetEndpoint(database), "migrate")) {
      try (Connection source = pair.source().connect(database);
          Statement sql = source.createStatement()) {
        // One transaction of a third of the table, while it is being copied or soon after.
        sql.execute("UPDATE big SET n = n + 1, filler = filler || 'x' WHERE id % 3 = 0");
        sql.execute("DELETE FROM big WHERE id % 100 = 1");
      }
      Duration limit = Duration.ofMinutes(5 + MEGABYTES / 200);
      try (JavaChild ready =
          FramProcess.start(
              pair.sourceEndpoint(database),
              pair.targetEndpoint(database),
              "status",
              "--wait-for=READY",
              "--timeout=" + limit.toSeconds() + "s")) {
        assertThat(ready.awaitExit(limit.plusSeconds(30)))
            .as(() -> text(ready) + text(fram))
            .isZero();
      }
      try (JavaChild cutover =
          FramProcess.start(
              pair.sourceEndpoint(database), pair.targetEndpoint(database), "cutover")) {
        assertThat(cutover.awaitExit(Duration.ofMinutes(2)))
            .as(() -> text(cutover) + text(fram))
            .isZero();
      }
      assertThat(fram.awaitExit(Duration.ofMinutes(1))).as(() -> text(fram)).isZero();
    }
    try (Move move = new Move(pair, database, MigrationSettings.defaults())) {
      assertThat(move.assertEqualTables()).isEqualTo(1);
    }
    pair.drop(database);
  }

  private static String text(JavaChild child) {
    try {
      return child.output();
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
