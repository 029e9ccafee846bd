// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.testkit.server.PostgresVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FollowTest {
  @ParameterizedTest
  @CsvSource({"V15, V18", "V18, V18"})
  void insertsUpdatesAndDeletesArrive(PostgresVersion from, PostgresVersion to) throws Exception {
    try (FeedRig rig = new FeedRig(Servers.of(from), Servers.of(to))) {
      rig.both("CREATE TABLE t (id int PRIMARY KEY, a text, b numeric)").follow("t");
      rig.onSource("INSERT INTO t SELECT i, 'row ' || i, i / 3.0 FROM generate_series(1, 1000) i");
      assertThat(rig.sync().changes()).isEqualTo(1000);
      rig.same("t");
      rig.onSource("UPDATE t SET a = E'tab\\t nl\\n back\\\\ quote\" null' WHERE id % 3 = 0");
      rig.onSource("DELETE FROM t WHERE id % 7 = 0");
      rig.onSource("INSERT INTO t VALUES (7, NULL, 'NaN'), (14, '', 1e100)");
      rig.onSource("UPDATE t SET id = id + 100000, b = NULL WHERE id < 20");
      rig.sync();
      assertThat(rig.same("t")).contains("100007");
    }
  }
}
