// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.MySqlVersion;
import java.io.IOException;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * A table that is larger than the heap, moved by {@code fram migrate} with {@code -Xmx256m}, and
 * one transaction that is large too. {@code -Dfram.mysql.large.megabytes} makes it larger than the
 * suite's.
 */
class MySqlLargeTableTest {
  private static final int MEGABYTES = Integer.getInteger("fram.mysql.large.megabytes", 300);
  private static final long ROWS = MEGABYTES * 1024L;
  private static final Duration LIMIT = Duration.ofMinutes(5 + MEGABYTES / 100);

  @Test
  void aTableLargerThanTheHeapIsMoved() throws Exception {
    MySqlPair pair = MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V8_0).fresh();
    try (Connection source = MySqlPair.administer(pair.source());
        Statement sql = source.createStatement()) {
      fill(sql);
    }
    try (JavaChild fram = fram(pair, "migrate")) {
      try (Connection source = MySqlPair.administer(pair.source());
          Statement sql = source.createStatement()) {
        // One transaction of a third of the table, while it is being copied or soon after.
        sql.execute("UPDATE shop.big SET n = n + 1, filler = CONCAT(filler, 'x') WHERE id % 3 = 0");
        sql.execute("DELETE FROM shop.big WHERE id % 100 = 1");
      }
      String seconds = "--timeout=" + LIMIT.toSeconds() + "s";
      try (JavaChild ready = fram(pair, "status", "--wait-for=READY", seconds)) {
        assertThat(ready.awaitExit(LIMIT.plusSeconds(30)))
            .as(() -> text(ready) + text(fram))
            .isZero();
      }
      try (JavaChild cutover = fram(pair, "cutover")) {
        assertThat(cutover.awaitExit(Duration.ofMinutes(2)))
            .as(() -> text(cutover) + text(fram))
            .isZero();
      }
      assertThat(fram.awaitExit(Duration.ofMinutes(1))).as(() -> text(fram)).isZero();
    }
    try (Move move = new Move(pair, "", MigrationSettings.defaults())) {
      assertThat(move.assertEqualTables()).isEqualTo(1);
    }
    pair.fresh();
  }

  /** Rows of a kilobyte; each statement doubles them, to the number that is wanted. */
  private static void fill(Statement sql) throws Exception {
    sql.execute("CREATE DATABASE shop");
    sql.execute(
        "CREATE TABLE shop.big (id bigint PRIMARY KEY, filler text, n int NOT NULL DEFAULT 0, KEY (n))");
    sql.execute("INSERT INTO shop.big VALUES (1, REPEAT(SHA2(1, 256), 15), 1)");
    for (long there = 1; there < ROWS; there *= 2) {
      sql.execute(
          "INSERT INTO shop.big SELECT id + %1$d, REPEAT(SHA2(id + %1$d, 256), 15), (id + %1$d) %% 7"
                  .formatted(there)
              + " FROM shop.big WHERE id + %d <= %d".formatted(there, ROWS));
    }
  }

  private static JavaChild fram(MySqlPair pair, String... words) throws IOException {
    return FramProcess.start(pair.sourceEndpoint(""), pair.targetEndpoint(""), words);
  }

  private static String text(JavaChild child) {
    try {
      return child.output();
    } catch (IOException e) {
      return e.toString();
    }
  }
}
