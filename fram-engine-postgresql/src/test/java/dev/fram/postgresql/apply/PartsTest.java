// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.testkit.server.PostgresVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A batch that goes to the target in several parts, each while the next is made ready. */
class PartsTest {
  private static FeedRig rig() throws Exception {
    return new FeedRig(Servers.of(PostgresVersion.V18), Servers.of(PostgresVersion.V15));
  }

  /** One row goes through all parts: each has to find what the one before it has left. */
  @Test
  void partsAreWrittenInTheirOrder() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both("CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE, v text)").follow("t");
      rig.onSource("INSERT INTO t VALUES (0, 0, ''), (1, 1, '')");
      for (int i = 0; i < 50; i++) {
        // The value of a unique column goes from one row to the other, across the parts' edges.
        rig.onSource(
            "UPDATE t SET u = -1, v = v || 'a' WHERE id = 0; UPDATE t SET u = 0, v = v || 'b'"
                + " WHERE id = 1; UPDATE t SET u = 1 WHERE id = 0; UPDATE t SET u = -1 WHERE id ="
                + " 1; UPDATE t SET u = 0 WHERE id = 0; UPDATE t SET u = 1 WHERE id = 1; DELETE"
                + " FROM t WHERE id = 2; INSERT INTO t VALUES (2, 2, '"
                + i
                + "')");
      }
      rig.apply(rig.drain());
      assertThat(rig.same("t")).contains("49");
    }
  }

  /** The layout changes, and the table is emptied, while a part is on its way. */
  @Test
  void aPartKeepsTheLayoutItWasSentUnder() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both("CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE w (id int PRIMARY KEY)");
      rig.follow("t", "w");
      rig.onSource("INSERT INTO t SELECT i, 'before' FROM generate_series(1, 10) i");
      rig.onSource("INSERT INTO w SELECT generate_series(1, 10)");
      rig.both("ALTER TABLE t ADD n int DEFAULT 7");
      rig.onSource("INSERT INTO t SELECT i, 'after', i FROM generate_series(11, 20) i");
      rig.onSource("TRUNCATE w; INSERT INTO w SELECT generate_series(100, 110)");
      rig.onSource("UPDATE t SET v = v || id");
      rig.apply(rig.drain());
      assertThat(rig.same("t")).contains("after20");
      assertThat(rig.same("w")).contains("110").doesNotContain("(10)");
    }
  }

  /** The first part hits a row that is not there; the parts after it must not hide that. */
  @Test
  void whatBecomesOfAPartIsTold() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both("CREATE TABLE t (id int PRIMARY KEY, v text)").follow("t");
      rig.onSource("INSERT INTO t SELECT i, '' FROM generate_series(1, 40) i");
      rig.sync();
      rig.onTarget("DELETE FROM t WHERE id = 1");
      String before = FeedRig.text(rig.onTarget, "SELECT string_agg(concat(t), '') FROM t");
      for (int i = 1; i <= 40; i++) {
        rig.onSource("UPDATE t SET v = 'x' WHERE id = " + i);
      }
      List<FeedEvent> events = rig.drain();
      rig.applier().begin(rig.position);
      assertThatThrownBy(() -> rig.applier().apply(events))
          .isInstanceOfSatisfying(
              FramException.class,
              problem -> assertThat(problem.code()).isEqualTo(ErrorCode.ROW_DIVERGENCE));
      rig.applier().rollback();
      assertThat(FeedRig.text(rig.onTarget, "SELECT string_agg(concat(t), '') FROM t"))
          .isEqualTo(before);
      rig.onTarget("INSERT INTO t VALUES (1, '')");
      rig.apply(events);
      assertThat(rig.same("t")).contains("(40,x)");
    }
  }
}
