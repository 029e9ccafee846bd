// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static dev.fram.it.migration.BasePair.asked;
import static dev.fram.it.migration.BasePair.on;
import static dev.fram.it.migration.BasePair.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.host.ServerMachine;
import dev.fram.api.status.PhaseName;
import dev.fram.cli.host.ThisMachine;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole server by a base backup, between real servers of PostgreSQL 15 under eight writers. */
@Timeout(400)
class BaseBackupTest {
  static final Duration LIMIT = Duration.ofMinutes(2);

  private static final String OBJECTS =
      """
      SELECT 'trigger ' || tgname || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal
        AND tgname NOT LIKE 'fram%'
      UNION ALL SELECT 'rule ' || rulename || definition FROM pg_rules WHERE schemaname = 'public'
      UNION ALL SELECT 'policy ' || policyname || tablename FROM pg_policies
      UNION ALL SELECT 'publication ' || pubname || tablename FROM pg_publication_tables
        WHERE pubname NOT LIKE 'fram%'
      UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
      UNION ALL SELECT 'constraint ' || conname || pg_get_constraintdef(oid) || convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
      UNION ALL SELECT 'view ' || viewname || definition FROM pg_views WHERE schemaname = 'public'
      UNION ALL SELECT 'function ' || proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
      UNION ALL SELECT 'grant ' || grantee || table_name || privilege_type
        FROM information_schema.role_table_grants WHERE table_schema = 'public'
      UNION ALL SELECT 'secured ' || relname FROM pg_class WHERE relrowsecurity
      UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%'
      ORDER BY 1
      """;

  private static final String ROWS =
      """
      SELECT table_name || ' ' || (xpath('//row/d/text()', query_to_xml(format(
        'SELECT md5(coalesce(string_agg(t::text, E''\\n'' ORDER BY t::text), '''')) AS d FROM %I t',
        table_name), false, true, '')))[1]::text
      FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
      UNION ALL SELECT 'lo ' || loid || md5(string_agg(data, ''::bytea ORDER BY pageno))
        FROM pg_largeobject GROUP BY loid
      ORDER BY 1
      """;

  /** A way there, back and there again; what is proven is not what the engine itself computes. */
  @Test
  void movesTheWholeServerThereBackAndThereAgain() throws Exception {
    try (BasePair pair = BasePair.fresh()) {
      List<String> objects = values(pair.source(), OBJECTS);
      Writers writers = pair.writers();
      try (writers) {
        try (Move move = pair.move().begin()) {
          move.awaitPhase(PhaseName.READY);
          assertCopied(pair);
          on(pair.source(), "UPDATE noted SET v = v || '!' WHERE id % 3 = 0");
          on(pair.source(), "UPDATE part SET at = (at + 10) % 20 WHERE id % 7 = 0");
          writers.awaitMore();
          assertThat(Cutovers.verify(move).exitCode()).isZero();
          Cutovers.untilDone(move);
          await().atMost(LIMIT).until(() -> move.status().reverse().isPresent());
          assertThat(values(pair.target(), OBJECTS)).isEqualTo(objects);
          writers.awaitMore();
          Cutovers.untilBack(move);
          assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.ROLLED_BACK);
          writers.awaitMore();
        }
        try (Move again = pair.move().begin()) {
          await().atMost(LIMIT).until(() -> again.hasPhase(PhaseName.READY));
          Cutovers.untilDone(again);
          await().atMost(LIMIT).until(() -> again.status().reverse().isPresent());
          writers.awaitMore();
          writers.close();
          writers.assertNothingLost(BasePair.login(pair.target()));
          awaitEqualRows(pair);
          Answer completed = client(again).complete(status -> {});
          assertThat(completed.exitCode()).as(completed.toString()).isZero();
        }
      }
      assertThat(values(pair.target(), OBJECTS)).isEqualTo(objects);
      assertThat(values(pair.target(), SubscriptionCase.TRACES)).noneMatch(t -> t.contains("fram"));
      assertNoSecret(pair);
    }
  }

  static MigrationClient client(Move move) {
    return new MigrationClient(
        move.engine(), move.request(), MigrationSettings.defaults(), Clock.system());
  }

  /** Two servers at rest: the old one follows the new one. */
  static void awaitEqualRows(BasePair pair) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(values(pair.target(), ROWS)).isEqualTo(values(pair.source(), ROWS)));
  }

  private static void assertCopied(BasePair pair) throws SQLException {
    String identifier = "SELECT system_identifier FROM pg_control_system()";
    assertThat(values(pair.target(), identifier)).isEqualTo(values(pair.source(), identifier));
    // The settings are the target's own, and nothing of the recovery is among them.
    assertThat(values(pair.target(), "SHOW work_mem")).containsExactly("5MB");
    assertThat(values(pair.target(), "SHOW max_connections")).containsExactly("200");
    assertThat(
            values(
                pair.target(),
                "SELECT name FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf' ORDER BY 1"))
        .isEmpty();
    assertThat(values(pair.target(), "SHOW default_transaction_read_only")).containsExactly("off");
    assertThat(Files.exists(pair.target().dataFolder().resolve("fram.pgpass"))).isFalse();
    try (Stream<Path> beside = Files.list(pair.target().dataFolder().getParent())) {
      assertThat(beside.map(Path::toString)).noneMatch(path -> path.contains(".fram-"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    // Nothing of the tables was copied by rows, but for what is not followed.
    assertThat(values(pair.target(), "SELECT table_name FROM fram.chunk_done")).isEmpty();
    assertThat(
            values(
                pair.target(),
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname <> 'fram_guard'"))
        .isEmpty();
    assertThat(values(pair.source(), "SELECT slot_name FROM pg_replication_slots"))
        .hasSize(1)
        .noneMatch(slot -> slot.startsWith("fram_base_"));
    for (PostgresServer server : List.of(pair.source(), pair.target())) {
      assertThat(values(server, "SELECT rolname FROM pg_roles WHERE rolname LIKE 'fram%'"))
          .isEmpty();
    }
  }

  /** Both servers log every statement. */
  private static void assertNoSecret(BasePair pair) throws IOException {
    for (PostgresServer server : List.of(pair.source(), pair.target())) {
      List<String> lines = new ArrayList<>(Files.readAllLines(server.logFile()));
      lines.removeIf(line -> !line.contains("fram_replica_"));
      assertThat(lines).isNotEmpty();
      assertThat(lines)
          .filteredOn(line -> line.contains("PASSWORD"))
          .allMatch(line -> line.contains("SCRAM-SHA-256$"));
    }
  }

  static boolean noted(BasePair pair, String stage) {
    return asked(pair.source(), "SELECT stage FROM fram.base_backup").contains(stage);
  }

  /** Whatever a run was at when it was killed, the next one finds out. */
  @Test
  void goesOnWhereverItWasKilled() throws Exception {
    try (BasePair pair = BasePair.fresh()) {
      on(pair.source(), BasePair.NOT_FOLLOWED);
      on(
          pair.source(),
          "INSERT INTO noted SELECT n, repeat('z', 300) FROM generate_series(1, 150000) n");
      Path data = pair.target().dataFolder();
      Writers writers = pair.writers();
      try (writers) {
        killedWhen(pair, () -> noted(pair, "FETCHING"));
        killedWhen(pair, () -> beside(data, "part/base"));
        killedWhen(pair, () -> beside(data, "new"));
        killedWhen(pair, () -> noted(pair, "STARTED"));
        pair.hold("stop");
        killedWhen(pair, () -> beside(data, "new/standby.signal"));
        pair.release();
        pair.hold("start");
        killedWhen(pair, () -> beside(data, "former/PG_VERSION") && !beside(data, "new"));
        pair.release();
        killedWhen(pair, () -> pair.target().running() && promoted(pair));
        try (Move move = pair.oneWay().begin()) {
          move.awaitPhase(PhaseName.READY);
          writers.awaitMore();
          on(pair.source(), "UPDATE fleeting SET v = v || '!'");
          Cutovers.untilDone(move);
          writers.awaitMore();
          writers.close();
          writers.assertNothingLost(BasePair.login(pair.target()));
        }
        assertThat(values(pair.target(), "SELECT count(*) FROM fleeting WHERE v LIKE '%!'"))
            .containsExactly("100");
        assertThat(values(pair.target(), "SELECT count(*) FROM noted"))
            .isEqualTo(values(pair.source(), "SELECT count(*) FROM noted"));
        assertThat(values(pair.target(), "SELECT convert_from(lo_get(4711), 'UTF8')"))
            .containsExactly("large");
      }
    }
  }

  private static boolean beside(Path data, String what) {
    try (Stream<Path> all = Files.list(data.getParent())) {
      return all.filter(path -> path.getFileName().toString().contains(".fram-"))
          .anyMatch(work -> Files.exists(work.resolve(what)));
    } catch (IOException e) {
      return false;
    }
  }

  /** What is there before Fram has looked at it. */
  private static boolean promoted(BasePair pair) {
    return asked(pair.target(), "SELECT stage FROM fram.base_backup").size() == 1;
  }

  private static void killedWhen(BasePair pair, BooleanSupplier condition) throws Exception {
    try (JavaChild fram = pair.fram("migrate", "--cutover=manual")) {
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(10))
          .untilAsserted(() -> {
            assertThat(condition.getAsBoolean() || fram.alive()).as(fram.output()).isTrue();
            assertThat(condition.getAsBoolean()).as(fram.output()).isTrue();
          });
      fram.kill9();
    }
  }

  /** Rows would be missing, or come twice: nobody but Fram may say where recovery ends. */
  @Test
  void aBackupThatEndsElsewhereIsRefusedAndTheTargetPutBack() throws Exception {
    try (BasePair pair = BasePair.fresh()) {
      String identifier = "SELECT system_identifier FROM pg_control_system()";
      List<String> before = values(pair.target(), identifier);
      pair.hold("start");
      killedWhen(
          pair,
          () ->
              beside(pair.target().dataFolder(), "former/PG_VERSION")
                  && !beside(pair.target().dataFolder(), "new"));
      on(pair.source(), "INSERT INTO noted SELECT n, 'later' FROM generate_series(900, 950) n");
      String later = values(pair.source(), "SELECT pg_current_wal_insert_lsn()").getFirst();
      on(pair.source(), "INSERT INTO noted VALUES (951, 'behind it')");
      Path settings = pair.target().dataFolder().resolve("postgresql.auto.conf");
      Files.writeString(
          settings,
          Files.readString(settings)
              .replaceFirst(
                  "recovery_target_lsn = '[^']*'", "recovery_target_lsn = '" + later + "'"));
      pair.release();
      assertThatThrownBy(() -> pair.move().finish())
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ROW_DIVERGENCE))
          .hasMessageContaining("not where Fram's slot begins");
      assertThatThrownBy(() -> on(pair.target(), "INSERT INTO noted VALUES (1000, 'stray')"))
          .hasMessageContaining("read-only transaction");
      Answer cancelled = client(pair.move()).cancel(status -> {});
      assertThat(cancelled.exitCode()).as(cancelled.toString()).isZero();
      await().atMost(LIMIT).until(() -> asked(pair.target(), identifier).equals(before));
      assertThat(values(pair.target(), SubscriptionCase.TRACES)).isEmpty();
      assertThat(asked(pair.target(), "SELECT 1 FROM pg_class WHERE relname = 'noted'")).isEmpty();
      assertThat(beside(pair.target().dataFolder(), ".")).isFalse();
      assertNothingLeft(pair);
    }
  }

  private static void assertNothingLeft(BasePair pair) throws SQLException {
    assertThat(values(pair.source(), SubscriptionCase.TRACES))
        .containsExactly("publication theirs");
    assertThat(values(pair.source(), "SELECT slot_name FROM pg_replication_slots")).isEmpty();
    assertThat(values(pair.source(), "SELECT relreplident FROM pg_class WHERE relname = 'noted'"))
        .containsExactly("d");
  }

  /**
   * Prepared before the slot begins and committed behind it: recovery brings it back prepared, and
   * the feed brings it whole. It can be so for what began while the slot was made.
   */
  @Test
  void whatWasPreparedWhereTheFeedBeginsComesOnce() throws Exception {
    try (BasePair pair = BasePair.fresh();
        Connection first = BasePair.login(pair.source()).open();
        Connection second = BasePair.login(pair.source()).open()) {
      begin(first, 301);
      try (Move move = pair.oneWay().begin()) {
        awaitSlotWaits(pair, first);
        begin(second, 302);
        first.commit();
        awaitSlotWaits(pair, second);
        on(
            pair.source(),
            "BEGIN; UPDATE customer SET name = 'prepared' WHERE id = 7;"
                + " INSERT INTO customer VALUES (303, 'x'); PREPARE TRANSACTION 'it''s'");
        second.commit();
        await()
            .atMost(LIMIT)
            .until(() ->
                asked(
                        pair.source(),
                        "SELECT 1 FROM pg_replication_slots WHERE slot_type = 'logical'"
                            + " AND confirmed_flush_lsn IS NOT NULL")
                    .contains("1"));
        on(pair.source(), "COMMIT PREPARED 'it''s'");
        move.awaitPhase(PhaseName.READY);
        assertThat(values(pair.target(), "SELECT gid FROM pg_prepared_xacts")).isEmpty();
        Cutovers.untilDone(move);
      }
      assertThat(
              values(
                  pair.target(),
                  "SELECT name FROM customer WHERE id IN (7, 301, 302, 303) ORDER BY id"))
          .containsExactly("prepared", "open", "open", "x");
    }
  }

  private static void begin(Connection connection, int id) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO customer VALUES (" + id + ", 'open')");
    }
  }

  /** Whatever makes the slot waits for this transaction to end. */
  private static void awaitSlotWaits(BasePair pair, Connection open) throws SQLException {
    String xid;
    try (Statement statement = open.createStatement();
        var rows = statement.executeQuery("SELECT pg_current_xact_id()::xid::text")) {
      rows.next();
      xid = rows.getString(1);
    }
    await()
        .atMost(LIMIT)
        .until(() ->
            asked(
                    pair.source(),
                    "SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"
                        + " AND transactionid::text = '"
                        + xid
                        + "'")
                .contains("1"));
  }

  /** Two at it would fetch, and replace, each other's. */
  @Test
  void oneRunAtATimeIsAtIt() throws Exception {
    try (BasePair pair = BasePair.fresh()) {
      pair.hold("stop");
      try (Move move = pair.oneWay().begin()) {
        await()
            .atMost(LIMIT)
            .until(() -> beside(pair.target().dataFolder(), "new/standby.signal") || move.ended());
        assertThatThrownBy(() -> pair.oneWay().finish())
            .isInstanceOfSatisfying(
                FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_HELD));
        pair.release();
        move.awaitPhase(PhaseName.READY);
      }
    }
  }

  /** A supervisor may have started it again: its data would be written to from two sides. */
  @Test
  void aServerThatWasNotStoppedIsNotReplaced() throws Exception {
    try (BasePair pair = BasePair.fresh()) {
      ServerMachine machine =
          new ServerMachine(new ThisMachine(), Optional.of("true"), Optional.of("true"));
      long pid = pair.targetPid();
      assertThatThrownBy(() -> pair.move(pair.request(machine)).finish())
          .hasMessageContaining("the server was stopped and runs again, or still")
          .hasMessageContaining("--target-stop");
      assertThat(pair.targetPid()).isEqualTo(pid);
      assertThat(beside(pair.target().dataFolder(), "former")).isFalse();
      try (Move move = pair.oneWay().begin()) {
        move.awaitPhase(PhaseName.READY);
      }
    }
  }

  /** By pg_ctl, with the options that the target runs with; then given up. */
  @Test
  void stopsAndStartsByItselfAndLeavesNothingWhenCancelled() throws Exception {
    try (BasePair pair = BasePair.fresh()) {
      ServerMachine machine =
          new ServerMachine(new ThisMachine(), Optional.empty(), Optional.empty());
      long pid = pair.target().pid();
      try (Move move = pair.move(pair.request(machine)).begin()) {
        move.awaitPhase(PhaseName.READY);
        assertThat(pair.targetPid()).isNotEqualTo(pid);
      }
      Answer cancelled = client(pair.move()).cancel(status -> {});
      assertThat(cancelled.exitCode()).as(cancelled.toString()).isZero();
      assertThat(
              values(pair.target(), "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
          .isEmpty();
      assertThat(values(pair.target(), SubscriptionCase.TRACES)).isEmpty();
      assertNothingLeft(pair);
      pair.endTarget();
    }
  }

  /** Asked before anything is touched. */
  @Test
  void whatOnlyABaseBackupWouldBreakIsAskedBefore() throws Exception {
    try (BasePair pair = BasePair.fresh()) {
      on(pair.source(), "CREATE DATABASE neighbour");
      on(
          pair.source(),
          "CREATE FUNCTION seen() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
              + " CREATE EVENT TRIGGER seen ON ddl_command_end EXECUTE FUNCTION seen()");
      on(pair.target(), "CREATE TABLE precious (id int)");
      on(pair.target(), "SELECT pg_create_physical_replication_slot('theirs')");
      assertThatThrownBy(() -> pair.move().finish())
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECK_FAILED))
          .hasMessageContaining("other databases: 1: neighbour")
          .hasMessageContaining("event triggers, which would fire")
          .hasMessageContaining("others follow it, and could not follow what it becomes: 1: slot")
          .hasMessageContaining("public.precious");
      RouteRequest own =
          pair.request()
              .between(BasePair.endpoint(pair.source()), pair.target().endpoint(BasePair.DATABASE));
      assertThatThrownBy(() -> pair.move(own).finish())
          .hasMessageContaining("the target's login is not one of the source's");
      assertThat(values(pair.target(), "SELECT count(*) FROM precious")).containsExactly("0");
      assertThat(values(pair.source(), "SELECT to_regnamespace('fram') IS NULL"))
          .containsExactly("t");
    }
  }
}
