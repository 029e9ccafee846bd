// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The commit that hands over, and nobody hears its answer (ALGORITHMS E4 step 8, I.49, I.62). The
 * source's commit is made to take some seconds, so that something can happen in the middle of it. A
 * trigger that fires ALWAYS doubles rows when it is still on the target while changes are applied.
 */
class HandOverTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String TABLES =
      """
      CREATE TABLE item (id int PRIMARY KEY);
      CREATE TABLE audit (item int);
      ALTER TABLE audit REPLICA IDENTITY FULL;
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO public.audit VALUES (NEW.id); RETURN NULL; END $$;
      CREATE TRIGGER note AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION note();
      ALTER TABLE item ENABLE ALWAYS TRIGGER note;
      INSERT INTO item SELECT generate_series(1, 10);
      """;
  private static final String SLOW_COMMIT =
      """
      CREATE FUNCTION fram.slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(4); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON fram.handover
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fram.slow();
      """;

  private final ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
  private String database = "";
  private Connection source;
  private Connection target;

  @BeforeEach
  void connect() throws Exception {
    database = pair.freshDatabase("handover");
    source = pair.source().connect(database);
    target = pair.target().connect(database);
    run(source, TABLES);
  }

  @AfterEach
  void close() throws Exception {
    source.close();
    target.close();
    pair.drop(database);
  }

  @Test
  void aHandOverWhoseAnswerIsLostIsFoundOut() throws Exception {
    try (TcpProxy network = TcpProxy.to("127.0.0.1", pair.source().port());
        Move move = new Move(through(network), manual()).begin()) {
      move.awaitPhase(PhaseName.READY);
      slowCommit(move);
      CompletableFuture<Answer> cutover =
          CompletableFuture.supplyAsync(() -> Cutovers.cutOver(move));
      awaitCommitting();
      network.cutOnce();
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      Answer answer = cutover.get(60, TimeUnit.SECONDS);
      assertThat(answer.exitCode()).as(answer.toString()).isZero();
      assertThat(text(source, "SELECT state FROM fram.handover")).isEqualTo("HANDED_OVER");
      run(target, "INSERT INTO item VALUES (11)");
      assertThat(text(target, "SELECT count(*) FROM audit")).isEqualTo("11");
    }
  }

  @Test
  void aHandOverThatWasRolledBackUnheardIsUndone() throws Exception {
    try (TcpProxy network = TcpProxy.to("127.0.0.1", pair.source().port());
        Move move = new Move(through(network), manual()).begin()) {
      move.awaitPhase(PhaseName.READY);
      slowCommit(move);
      CompletableFuture<Answer> cutover =
          CompletableFuture.supplyAsync(() -> Cutovers.cutOver(move));
      awaitCommitting();
      network.cut();
      endCommit();
      network.pass();
      Answer undone = cutover.get(60, TimeUnit.SECONDS);
      assertThat(undone.exitCode()).as(undone.toString()).isEqualTo(4);
      assertThat(text(source, "SELECT state FROM fram.handover")).isEqualTo("OWNER_SOURCE");
      run(source, "INSERT INTO item SELECT generate_series(11, 20)");
      await().atMost(LIMIT).until(() -> move.status().phase() == PhaseName.READY);
      run(source, "DROP TRIGGER slow ON fram.handover");
      Answer done = Cutovers.cutOver(move);
      assertThat(done.exitCode()).as(done.toString()).isZero();
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      assertThat(text(target, "SELECT count(*) FROM audit")).isEqualTo("20");
    }
  }

  /** Nobody can reach the source: a person looks there, and the target opens without it. */
  @Test
  void aPersonsWordOpensTheTargetWithoutTheSource() throws Exception {
    MigrationSettings brief =
        manual()
            .withRetry(
                new MigrationSettings.Retry(
                    Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ofMillis(200), 5));
    try (TcpProxy network = TcpProxy.to("127.0.0.1", pair.source().port());
        Move move = new Move(through(network), brief).begin()) {
      move.awaitPhase(PhaseName.READY);
      slowCommit(move);
      CompletableFuture<Answer> cutover =
          CompletableFuture.supplyAsync(() -> Cutovers.cutOver(move));
      awaitCommitting();
      network.cut();
      assertAsks(move::awaitEnd);
      assertThat(cutover.get(60, TimeUnit.SECONDS).exitCode()).isEqualTo(6);
      try (Move again = new Move(through(network), brief)) {
        assertAsks(again::finish);
      }
      await()
          .atMost(LIMIT)
          .until(() -> text(source, "SELECT state FROM fram.handover").equals("HANDED_OVER"));
      MigrationClient client =
          new MigrationClient(move.engine(), move.request(), brief, Clock.system());
      assertThat(client.status().orElseThrow().status().question().orElseThrow().asks())
          .startsWith("Has " + move.request().source().display() + " handed over?");
      Answer opened = client.resolve("handed-over", status -> {});
      assertThat(opened.exitCode()).as(opened.toString()).isZero();
      run(target, "INSERT INTO item VALUES (11)");
      network.pass();
      try (Move last = new Move(through(network), brief)) {
        assertThat(last.finish().phase()).isEqualTo(PhaseName.SERVING);
      }
      assertThat(text(target, "SELECT count(*) FROM audit")).isEqualTo("11");
      assertThat(text(target, "SELECT detail FROM fram.journal WHERE step = 'resolve hand-over'"))
          .isEqualTo("handed-over");
    }
  }

  private static void assertAsks(ThrowingCallable run) {
    assertThatThrownBy(run)
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUTCOME_UNKNOWN))
        .hasMessageContaining("fram resolve handed-over: ");
  }

  @Test
  void aRunThatDiedAfterItsFinishLeavesNothingThatDoublesRows() throws Exception {
    Move move = new Move(pair, database, manual());
    try (JavaChild first = fram("migrate")) {
      awaitPhase("READY");
      slowCommit(move);
      first.kill9();
    }
    try (JavaChild second = fram("migrate", "--cutover=auto")) {
      awaitCommitting();
      second.kill9();
      endCommit();
    }
    assertThat(text(source, "SELECT state FROM fram.handover")).isEqualTo("OWNER_SOURCE");
    assertThat(
            text(
                target,
                "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'item'::regclass"
                    + " AND tgname = 'note'"))
        .as("the finish was committed on the target")
        .isEqualTo("1");
    run(source, "DROP TRIGGER slow ON fram.handover");
    run(source, "INSERT INTO item SELECT generate_series(11, 20)");
    try (JavaChild third = fram("migrate", "--cutover=auto")) {
      assertThat(third.awaitExit(LIMIT)).as(third.output()).isZero();
    }
    assertThat(text(target, "SELECT count(*) FROM audit")).isEqualTo("20");
    move.assertEqualTables();
  }

  private RouteRequest through(TcpProxy network) {
    return new RouteRequest(
        network.through(pair.sourceEndpoint(database)),
        pair.targetEndpoint(database),
        Scope.all(),
        Set.of());
  }

  private static MigrationSettings manual() {
    return Move.settings(MigrationSettings.Mode.MANUAL);
  }

  private JavaChild fram(String... words) throws Exception {
    return FramProcess.start(pair.sourceEndpoint(database), pair.targetEndpoint(database), words);
  }

  /** The register exists from the first look at a cutover on. */
  private void slowCommit(Move move) throws SQLException {
    assertThat(Cutovers.dryRun(move).exitCode()).isZero();
    run(source, SLOW_COMMIT);
  }

  private void awaitCommitting() {
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() ->
            text(
                    source,
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'fram gate'"
                        + " AND datname = current_database() AND wait_event = 'PgSleep'")
                .equals("1"));
  }

  private void endCommit() throws SQLException {
    text(
        source,
        "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity"
            + " WHERE application_name = 'fram gate' AND datname = current_database()");
  }

  private void awaitPhase(String phase) {
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> text(target, "SELECT phase FROM fram.migration").equals(phase));
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? String.valueOf(row.getString(1)) : "";
    }
  }
}
