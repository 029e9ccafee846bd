// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.engine.Applier.Applied;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Secret;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.feed.KeyRange;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.testkit.server.PostgresVersion;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What the applier does when something is not as it should be. */
class ApplierFaultsTest {
  private static FeedRig rig() throws Exception {
    return new FeedRig(Servers.of(PostgresVersion.V15), Servers.of(PostgresVersion.V18));
  }

  private static FramException failure(ThrowingCallable call) {
    FramException[] seen = new FramException[1];
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FramException.class, problem -> seen[0] = problem);
    return seen[0];
  }

  @Test
  void onlyOneOfTwoAppliersGetsThrough() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both("CREATE TABLE t (id int PRIMARY KEY)").follow("t");
      rig.onSource("INSERT INTO t VALUES (1)");
      List<FeedEvent> events = rig.drain();
      Lsn to = rig.end(events);
      Lsn from = rig.position;
      try (PostgresApplier zombie =
          PostgresApplier.open(rig.target, rig.id, 1, new java.util.HashSet<>(), FeedRig.UNTOLD)) {
        rig.applier().begin(from);
        CompletableFuture<ErrorCode> waiting =
            CompletableFuture.supplyAsync(() -> failure(() -> zombie.begin(from)).code());
        await()
            .until(() ->
                FeedRig.text(
                        rig.onTarget,
                        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                            + " WHERE NOT granted AND a.datname = current_database()")
                    .equals("1"));
        rig.applier().apply(events);
        rig.applier().commit(to);
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isEqualTo(ErrorCode.FENCED);
        zombie.rollback();
        assertThat(zombie.position()).isEqualTo(to);
      }
      rig.onTarget("UPDATE fram.feed SET epoch = 2");
      assertThat(failure(() -> rig.applier().begin(to)).code()).isEqualTo(ErrorCode.FENCED);
      rig.same("t");
    }
  }

  @Test
  void aSessionThatDiesAtCommitLeavesAllOrNothing() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both("CREATE TABLE t (id int PRIMARY KEY)").follow("t");
      rig.onSource("INSERT INTO t SELECT generate_series(1, 100)");
      List<FeedEvent> events = rig.drain();
      rig.applier().begin(rig.position);
      rig.applier().apply(events);
      FeedRig.text(
          rig.onTarget,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fram"
              + " apply' AND datname = current_database()");
      FramException lost = failure(() -> rig.applier().commit(rig.end(events)));
      assertThat(lost.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
      rig.applier().rollback();
      assertThat(failure(() -> rig.applier().begin(rig.position)).code())
          .isEqualTo(ErrorCode.CONNECTION_LOST);
      Lsn before = rig.position;
      rig.reopen();
      assertThat(rig.position).isEqualTo(before);
      rig.sync();
      assertThat(rig.same("t")).contains("(100)");
    }
  }

  @Test
  void whatHitsNoRowOrOneTooManyIsADivergence() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both("CREATE TABLE t (id int PRIMARY KEY, secret text)").follow("t");
      rig.onSource("INSERT INTO t VALUES (4711, 'hush'), (4712, 'hush')");
      rig.sync();
      rig.onTarget("DELETE FROM t WHERE id = 4711");
      for (String sql :
          List.of(
              "UPDATE t SET secret = 'quiet' WHERE id = 4711", "DELETE FROM t WHERE id = 4711")) {
        rig.onSource(sql);
        List<FeedEvent> events = rig.drain();
        FramException problem = failure(() -> rig.apply(events));
        assertThat(problem.code()).isEqualTo(ErrorCode.ROW_DIVERGENCE);
        assertThat(problem.getMessage()).contains("public.t").doesNotContain("4711", "quiet");
        rig.applier().rollback();
        rig.position = rig.end(events);
        rig.onTarget("UPDATE fram.feed SET position = '" + rig.position + "'");
      }
      rig.onTarget("INSERT INTO t VALUES (4711, 'mine')");
      rig.onSource("INSERT INTO t VALUES (4711, 'theirs')");
      List<FeedEvent> events = rig.drain();
      FramException problem = failure(() -> rig.apply(events));
      assertThat(problem.code()).isEqualTo(ErrorCode.ROW_DIVERGENCE);
      assertThat(problem.getMessage()).contains("t_pkey").doesNotContain("4711", "theirs");
    }
  }

  @Test
  void aConstraintThatOnlyTheTargetHasIsNamed() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both("CREATE TABLE t (id int PRIMARY KEY, n int)").follow("t");
      rig.onTarget("ALTER TABLE t ADD CONSTRAINT small CHECK (n < 100)");
      rig.onSource("INSERT INTO t VALUES (1, 4711)");
      List<FeedEvent> events = rig.drain();
      FramException problem = failure(() -> rig.apply(events));
      assertThat(problem.code()).isEqualTo(ErrorCode.CONSTRAINT_DIVERGENCE);
      assertThat(problem.getMessage())
          .contains("small")
          .contains("public.t")
          .doesNotContain("4711");
    }
  }

  @Test
  void aChangedTableHoldsUntilTheTargetHasChangedToo() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both("CREATE TABLE t (id int PRIMARY KEY, v varchar(5), w int)").follow("t");
      rig.onSource("INSERT INTO t VALUES (1, 'a', 1)");
      rig.sync();
      String ddl = "ALTER TABLE t ADD extra text, ALTER v TYPE varchar(10), ALTER w TYPE bigint";
      rig.onSource(
          "BEGIN; INSERT INTO t VALUES (2, 'b', 2); "
              + ddl
              + "; INSERT INTO t VALUES (3,"
              + " 'ninechars', 5000000000, 'x'); COMMIT");
      List<FeedEvent> events = rig.drain();
      for (int attempt = 0; attempt < 2; attempt++) {
        FramException held = failure(() -> rig.apply(events));
        assertThat(held.code()).isEqualTo(ErrorCode.SCHEMA_DRIFT);
        assertThat(held.getMessage()).contains("extra", "v on the target", "w on the target");
        rig.applier().rollback();
      }
      rig.onTarget(ddl);
      rig.apply(events);
      rig.same("t");
    }
  }

  @Test
  void aRequiredColumnThatIsNotSentHolds() throws Exception {
    try (FeedRig rig = rig()) {
      rig.onSource("CREATE TABLE t (id int PRIMARY KEY)");
      rig.onTarget("CREATE TABLE t (id int PRIMARY KEY, must int NOT NULL)");
      rig.follow("t");
      rig.onSource("INSERT INTO t VALUES (1)");
      List<FeedEvent> events = rig.drain();
      FramException held = failure(() -> rig.apply(events));
      assertThat(held.code()).isEqualTo(ErrorCode.SCHEMA_DRIFT);
      assertThat(held.getMessage()).contains("must");
    }
  }

  @Test
  void aRolledBackLayoutIsForgotten() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both("CREATE TABLE t (a int, b int, id int PRIMARY KEY)").follow("t");
      rig.onSource("INSERT INTO t VALUES (1, 2, 3)");
      rig.sync();
      rig.onSource("INSERT INTO t VALUES (4, 5, 6)");
      rig.onSource("ALTER TABLE t DROP a; INSERT INTO t VALUES (7, 8)");
      List<FeedEvent> events = rig.drain();
      rig.applier().begin(rig.position);
      rig.applier().apply(events);
      rig.applier().rollback();
      rig.apply(events);
      rig.onTarget("ALTER TABLE t DROP a");
      rig.same("t");
    }
  }

  @Test
  void aGiantTransactionComesInPieces() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both("CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE)").follow("t");
      rig.onSource(
          "BEGIN; INSERT INTO t SELECT i, i FROM generate_series(1, 20000) i; UPDATE t SET"
              + " id = id + 100000 WHERE id % 2 = 0; DELETE FROM t WHERE id % 3 = 0; COMMIT");
      List<FeedEvent> events = rig.drain();
      rig.applier().begin(rig.position);
      long changes = 0;
      for (int i = 0; i < events.size(); i += 777) {
        Applied piece = rig.applier().apply(events.subList(i, Math.min(events.size(), i + 777)));
        changes += piece.changes();
      }
      rig.applier().commit(rig.end(events));
      assertThat(changes).isGreaterThan(30000);
      rig.same("t");
    }
  }

  @Test
  void eachKeyChunkHasItsOwnFence() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both(
          "CREATE TABLE t (id int PRIMARY KEY, n int, big text); ALTER TABLE t ALTER big SET"
              + " STORAGE EXTERNAL");
      rig.follow("t");
      rig.onSource(
          "INSERT INTO t SELECT i, 0, repeat(md5(i::text), 100) FROM generate_series(1, 20) i");
      copyChunk(rig, 0, Optional.empty(), Optional.of("10"));
      rig.onSource("UPDATE t SET n = 1");
      rig.onSource(
          "UPDATE t SET id = 105, big = 'x' WHERE id = 5; UPDATE t SET id = -15, big = 'y' WHERE id = 15");
      rig.onSource("UPDATE t SET id = -16 WHERE id = 6; UPDATE t SET id = 116 WHERE id = 16");
      copyChunk(rig, 1, Optional.of("10"), Optional.empty());
      rig.onSource(
          "UPDATE t SET n = n + 1; UPDATE t SET id = 107 WHERE id = 7; UPDATE t SET id = -17 WHERE id = 17");
      rig.reopen();
      rig.syncOneByOne();
      rig.same("t");
      rig.onSource("UPDATE t SET n = 9; DELETE FROM t WHERE id IN (105, -15)");
      rig.sync();
      rig.same("t");
    }
  }

  @Test
  void aMoveBetweenChunksWithoutAllValuesAsksForANewCopy() throws Exception {
    try (FeedRig rig = rig()) {
      rig.both(
          "CREATE TABLE t (id int PRIMARY KEY, big text); ALTER TABLE t ALTER big SET STORAGE"
              + " EXTERNAL");
      rig.follow("t");
      rig.onSource(
          "INSERT INTO t SELECT i, repeat(md5(i::text), 100) FROM generate_series(1, 20) i");
      copyChunk(rig, 0, Optional.empty(), Optional.of("10"));
      rig.onSource("UPDATE t SET id = 5000 - id WHERE id = 15");
      rig.onSource("UPDATE t SET id = -id WHERE id = 4985");
      copyChunk(rig, 1, Optional.of("10"), Optional.empty());
      rig.reopen();
      List<FeedEvent> events = rig.drain();
      FramException broken = failure(() -> rig.apply(events));
      assertThat(broken.code()).isEqualTo(ErrorCode.SNAPSHOT_BROKEN);
      assertThat(broken.getMessage()).contains("public.t");
    }
  }

  private static void copyChunk(FeedRig rig, int number, Optional<String> from, Optional<String> to)
      throws Exception {
    KeyRange range = new KeyRange("id", "int4", from, to);
    String rows =
        FeedRig.text(
            rig.onSource,
            "SELECT json_agg(t) FROM t WHERE "
                + from.map(f -> "id >= " + f).orElse("true")
                + " AND "
                + to.map(f -> "id < " + f).orElse("true"));
    rig.onTarget("INSERT INTO t SELECT * FROM json_populate_recordset(NULL::t, '" + rows + "')");
    rig.onTarget(
        "INSERT INTO fram.key_chunk VALUES ('public', 't', "
            + number
            + ", 2, '"
            + range.text()
            + "')");
    rig.onTarget(
        "INSERT INTO fram.chunk_done VALUES ('public', 't', "
            + number
            + ", 0, 0, '"
            + FeedRig.text(rig.onSource, "SELECT pg_current_snapshot()")
            + "')");
  }

  @Test
  void aRoleWithoutPrivilegesWritesAsAMarkedSession() throws Exception {
    try (FeedRig rig = rig()) {
      String role = "plain_" + rig.id;
      rig.both("CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE DEFERRABLE)");
      rig.onTarget(
          "CREATE ROLE "
              + role
              + " LOGIN PASSWORD 'p'; GRANT USAGE ON SCHEMA fram, public"
              + " TO "
              + role
              + "; GRANT ALL ON ALL TABLES IN SCHEMA fram, public TO "
              + role
              + "; CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF"
              + " coalesce(current_setting('fram.writer', true), '') <> '"
              + rig.id
              + "' THEN RAISE"
              + " EXCEPTION 'closed' USING ERRCODE = '25006'; END IF; RETURN NULL; END $$; CREATE"
              + " TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON t FOR EACH STATEMENT EXECUTE"
              + " FUNCTION guard()");
      rig.follow("t");
      Connector plain =
          new Connector(
              Endpoint.parse(
                      rig.targetServer.uri(rig.database + "_copy").replace("postgres@", role + "@"))
                  .withPassword(new Secret("p")),
              "target");
      try (PostgresApplier applier =
          PostgresApplier.open(plain, rig.id, 1, new java.util.HashSet<>(), FeedRig.UNTOLD)) {
        assertThat(applier.mode()).isEqualTo(WriterMode.MARKED_SESSION);
        rig.onSource(
            "INSERT INTO t SELECT i, i FROM generate_series(1, 10) i; UPDATE t SET u = u + 1");
        List<FeedEvent> events = rig.drain();
        applier.begin(rig.position);
        applier.apply(events);
        applier.commit(rig.end(events));
        rig.same("t");
      }
      assertThatThrownBy(() -> rig.onTarget("DELETE FROM t")).hasMessageContaining("closed");
      rig.onTarget("DROP OWNED BY " + role + "; DROP ROLE " + role);
    }
  }
}
