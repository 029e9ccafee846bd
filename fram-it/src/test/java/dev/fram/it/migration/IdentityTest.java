// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableOptions;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tables without a key (ALGORITHMS A4, I.20, I.22). Were one published as it is, the application's
 * own UPDATE would fail: so an application writes to them all the time, and none of its statements
 * may fail before the gate.
 */
class IdentityTest {
  private static final String TABLES =
      """
      CREATE TABLE noted (a int, f float8, n numeric, j json, x xml, p point, t text);
      CREATE TABLE coded (code int NOT NULL UNIQUE, n int);
      CREATE TABLE late (a int, n int);
      CREATE TABLE swapped (a int PRIMARY KEY DEFERRABLE, n int);
      CREATE TABLE silent (a int PRIMARY KEY, n int);
      ALTER TABLE silent REPLICA IDENTITY NOTHING;
      INSERT INTO noted SELECT i % 7, (ARRAY['NaN', '-0', '0', '1e-300', NULL])[1 + i % 5]::float8,
          (ARRAY['1.0', '1.00', 'NaN', NULL])[1 + i % 4]::numeric,
          (ARRAY['{"a":1}', '{"a": 1}', NULL])[1 + i % 3]::json, '<x/>', '(1,2)',
          repeat(md5((i % 3)::text), i % 2 * 200)
        FROM generate_series(1, 420) i;
      INSERT INTO coded SELECT i, 0 FROM generate_series(1, 100) i;
      INSERT INTO late SELECT i % 10, 0 FROM generate_series(1, 100) i;
      INSERT INTO swapped SELECT i, 0 FROM generate_series(1, 100) i;
      INSERT INTO silent SELECT i, 0 FROM generate_series(1, 100) i;
      """;
  private static final List<String> WRITES =
      List.of(
          "UPDATE noted SET a = a + 7 WHERE ctid = (SELECT ctid FROM noted LIMIT 1)",
          "UPDATE noted SET f = -f WHERE ctid IN (SELECT ctid FROM noted OFFSET 9 LIMIT 5)",
          "UPDATE noted SET n = n * 1.0 WHERE ctid IN (SELECT ctid FROM noted OFFSET 50 LIMIT 3)",
          "UPDATE noted SET j = NULL, p = '(3,4)' WHERE ctid = (SELECT max(ctid) FROM noted)",
          "INSERT INTO noted SELECT * FROM noted LIMIT 3",
          "DELETE FROM noted WHERE ctid IN (SELECT ctid FROM noted OFFSET 20 LIMIT 2)",
          "UPDATE coded SET n = n + 1 WHERE code % 10 = 3",
          "UPDATE coded SET code = code + 1000 WHERE code = (SELECT min(code) FROM coded)",
          "DELETE FROM coded WHERE code = (SELECT max(code) FROM coded)",
          "UPDATE late SET n = n + 1 WHERE a = 3",
          "DELETE FROM late WHERE ctid = (SELECT min(ctid) FROM late)",
          "INSERT INTO late VALUES (3, 0)",
          "UPDATE swapped SET n = n + 1 WHERE a < 5",
          "UPDATE silent SET n = n + 1 WHERE a < 5",
          "SELECT pg_sleep(0.03)");
  private static final TableOptions OPTIONS =
      new TableOptions(List.of("noted"), List.of("late", "swapped"));
  private static final String IDENTITIES =
      "SELECT string_agg(relname || relreplident::text, ' ' ORDER BY relname) FROM pg_class"
          + " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
  private static final String BEFORE = "codedd lated notedd silentn swappedd";

  private final ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
  private String database = "";

  @BeforeEach
  void create() throws Exception {
    database = pair.freshDatabase("identity");
    pair.source().execute(database, TABLES);
  }

  @AfterEach
  void drop() throws Exception {
    pair.drop(database);
  }

  @Test
  void theApplicationNeverFailsAndBothSidesEndEqual() throws Exception {
    try (Application application = new Application(pair.source(), database);
        Move move = move(OPTIONS).begin()) {
      move.awaitPhase(PhaseName.READY);
      assertThat(text(pair.source(), IDENTITIES)).isEqualTo("codedi lated notedf silenti swappedd");
      application.awaitRounds(3);
      Answer answer = Cutovers.cutOver(move);
      assertThat(answer.exitCode()).as(answer.toString()).isZero();
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      application.endsAtTheGate();
      assertThat(move.assertEqualTables()).isEqualTo(5);
      assertThat(text(pair.target(), IDENTITIES)).isEqualTo(BEFORE);
      Answer completed = client(move).complete(status -> {});
      assertThat(completed.exitCode()).as(completed.toString()).isZero();
      assertThat(text(pair.source(), IDENTITIES)).isEqualTo(BEFORE);
      assertThat(text(pair.source(), "SELECT to_regclass('fram.identity')::text")).isEqualTo("");
    }
  }

  @Test
  void aCancelPutsEverythingBack() throws Exception {
    try (Move move = move(OPTIONS).begin()) {
      move.awaitPhase(PhaseName.READY);
      assertThat(text(pair.source(), IDENTITIES)).isNotEqualTo(BEFORE);
      assertThat(client(move).cancel(status -> {}).exitCode()).isZero();
      move.awaitEnd();
    }
    assertThat(text(pair.source(), IDENTITIES)).isEqualTo(BEFORE);
    assertThat(text(pair.source(), "SELECT to_regnamespace('fram')::text")).isEqualTo("");
  }

  @Test
  void withoutConsentNothingIsTouched() throws Exception {
    try (Move move = move(new TableOptions(List.of(), List.of("late", "swapped")))) {
      assertThatThrownBy(move::finish)
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECK_FAILED))
          .hasMessageContaining("public.noted")
          .hasMessageContaining("--replica-identity-full=public.noted")
          .hasMessageContaining("--copy-at-cutover=public.noted");
    }
    assertThat(text(pair.source(), IDENTITIES)).isEqualTo(BEFORE);
    assertThat(text(pair.source(), "SELECT count(*) FROM pg_publication")).isEqualTo("0");
  }

  /** A second migration from the same source finds FULL already set and relies on it. */
  @Test
  void whatAnotherPublicationNeedsStays() throws Exception {
    try (Move move = move(OPTIONS).begin()) {
      move.awaitPhase(PhaseName.READY);
      pair.source().execute(database, "CREATE PUBLICATION other FOR TABLE noted");
      assertThat(client(move).cancel(status -> {}).exitCode()).isZero();
      move.awaitEnd();
    }
    assertThat(text(pair.source(), IDENTITIES)).isEqualTo("codedd lated notedf silentn swappedd");
    pair.source().execute(database, "DELETE FROM noted; DROP PUBLICATION other");
    try (Move move = move(OPTIONS).begin()) {
      move.awaitPhase(PhaseName.READY);
      assertThat(client(move).cancel(status -> {}).exitCode()).isZero();
      move.awaitEnd();
    }
    assertThat(text(pair.source(), IDENTITIES)).isEqualTo(BEFORE);
  }

  @Test
  void anAlterByTheApplicationIsStillNoticed() throws Exception {
    try (Move move = move(OPTIONS).begin()) {
      move.awaitPhase(PhaseName.READY);
      pair.source().execute(database, "ALTER TABLE noted REPLICA IDENTITY NOTHING");
      Answer answer = Cutovers.cutOver(move);
      assertThat(answer.exitCode()).as(answer.toString()).isNotZero();
      pair.source().execute(database, "ALTER TABLE noted REPLICA IDENTITY FULL");
    }
  }

  @Test
  void aCutoverIsRefusedWhenTheLateTablesAreTooLarge() throws Exception {
    pair.source()
        .execute(database, "INSERT INTO late SELECT i, i FROM generate_series(1, 200000) i");
    MigrationSettings settings = Move.settings(MigrationSettings.Mode.MANUAL);
    MigrationSettings.Cutover c = settings.cutover();
    settings =
        settings.withCutover(
            new MigrationSettings.Cutover(
                c.mode(), Duration.ofMillis(400), c.maxLag(), c.attempts()));
    try (Move move = new Move(pair, database, settings, OPTIONS).begin()) {
      move.awaitPhase(PhaseName.READY);
      Answer answer = Cutovers.cutOver(move);
      assertThat(answer.exitCode()).as(answer.toString()).isEqualTo(4);
      assertThat(answer.toString()).contains("240 ms of the write-block budget of 400 ms");
    }
  }

  /** The register is written with the change itself: what a killed run has changed is known. */
  @Test
  void whatAKilledRunHasChangedIsPutBack() throws Exception {
    try (Connection holder = pair.source().connect(database);
        Statement sql = holder.createStatement()) {
      holder.setAutoCommit(false);
      sql.execute("UPDATE noted SET a = 1 WHERE a = 2");
      try (JavaChild fram = migrate()) {
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> !fram.alive() || text(pair.source(), IDENTITIES).startsWith("codedi"));
        assertThat(fram.alive()).as(fram.output()).isTrue();
        fram.kill9();
      }
      holder.commit();
    }
    try (JavaChild fram = migrate()) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() ->
              !fram.alive()
                  || text(pair.target(), "SELECT phase FROM fram.migration").equals("READY"));
      assertThat(text(pair.source(), IDENTITIES)).as(fram.output()).contains("notedf");
      assertThat(
              text(
                  pair.target(),
                  "SELECT string_agg(detail, ' ') FROM fram.journal"
                      + " WHERE step = 'replica-identities'"))
          .contains("public.noted: REPLICA IDENTITY FULL");
    }
    try (Move move = move(OPTIONS)) {
      assertThat(client(move).cancel(status -> {}).exitCode()).isZero();
    }
    assertThat(text(pair.source(), IDENTITIES)).isEqualTo(BEFORE);
  }

  private JavaChild migrate() throws Exception {
    return FramProcess.start(
        pair.sourceEndpoint(database),
        pair.targetEndpoint(database),
        "migrate",
        "--replica-identity-full=noted",
        "--copy-at-cutover=late",
        "--copy-at-cutover=swapped");
  }

  /** The lock is tried for a second at a time, and the application never hears of it. */
  @Test
  void aTransactionThatHoldsATableIsWaitedFor() throws Exception {
    try (Connection holder = pair.source().connect(database);
        Statement sql = holder.createStatement();
        Move move = move(OPTIONS)) {
      holder.setAutoCommit(false);
      sql.execute("UPDATE coded SET n = 1 WHERE code = 1");
      move.begin();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() ->
              text(
                      pair.source(),
                      "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted")
                  .equals("1"));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() ->
              text(
                      pair.source(),
                      "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND NOT granted")
                  .equals("0"));
      sql.execute("UPDATE coded SET n = 2 WHERE code = 2");
      holder.commit();
      move.awaitPhase(PhaseName.READY);
    }
  }

  private Move move(TableOptions options) {
    return new Move(pair, database, Move.settings(MigrationSettings.Mode.MANUAL), options);
  }

  private static MigrationClient client(Move move) {
    return new MigrationClient(
        move.engine(), move.request(), MigrationSettings.defaults(), Clock.system());
  }

  private String text(PostgresServer server, String query) throws SQLException {
    try (Connection connection = server.connect(database);
        Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery(query)) {
      row.next();
      String found = row.getString(1);
      return found == null ? "" : found;
    }
  }

  /** Writes to every table until it is refused; owns a thread. */
  private static final class Application implements AutoCloseable {
    private final AtomicReference<String> refused = new AtomicReference<>("");
    private final AtomicInteger rounds = new AtomicInteger();
    private final Thread thread;

    Application(PostgresServer server, String database) {
      thread = Thread.ofPlatform().name("application").start(() -> write(server, database));
    }

    private void write(PostgresServer server, String database) {
      String last = "connecting";
      try (Connection connection = server.connect(database);
          Statement sql = connection.createStatement()) {
        while (!Thread.currentThread().isInterrupted()) {
          for (String write : WRITES) {
            last = write;
            sql.execute(write);
          }
          rounds.incrementAndGet();
        }
      } catch (SQLException e) {
        refused.set(e.getSQLState() + " " + last + ": " + e.getMessage());
      }
    }

    void awaitRounds(int more) {
      int until = rounds.get() + more;
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> rounds.get() >= until || !thread.isAlive());
      assertThat(refused.get()).isEmpty();
    }

    void endsAtTheGate() throws InterruptedException {
      thread.join(Duration.ofSeconds(30));
      assertThat(refused.get()).as("SQLSTATE of the gate").startsWith("25006");
    }

    @Override
    public void close() {
      thread.interrupt();
      await().atMost(Duration.ofSeconds(30)).until(() -> !thread.isAlive());
    }
  }
}
