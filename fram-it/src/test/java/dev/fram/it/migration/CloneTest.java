// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static dev.fram.it.migration.ClonePair.asked;
import static dev.fram.it.migration.NativePair.on;
import static dev.fram.it.migration.NativePair.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.NativeFeed;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.api.traffic.Address;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.MySqlServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The whole server by MySQL's CLONE plugin, between real servers of 8.0 under eight writers. */
@Timeout(400)
class CloneTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String MARK = "SELECT stage FROM fram.cloned";
  private static final String CLONING =
      "SELECT 1 FROM performance_schema.clone_status WHERE STATE = 'In Progress'";
  private static final String ACCOUNTS =
      "SELECT user FROM mysql.user WHERE user LIKE 'fram\\_clone%'";
  private static final String PERSISTED =
      "SELECT VARIABLE_NAME FROM performance_schema.persisted_variables";
  private static final String OBJECTS =
      "SELECT CONCAT_WS('|', TRIGGER_NAME, TRIM(TRAILING ';' FROM ACTION_STATEMENT), DEFINER)"
          + " FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'app'"
          + " UNION ALL SELECT CONCAT_WS('|', TABLE_NAME, VIEW_DEFINITION, DEFINER)"
          + " FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 'app'"
          + " UNION ALL SELECT CONCAT_WS('|', ROUTINE_NAME, ROUTINE_DEFINITION, DEFINER)"
          + " FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'app'"
          + " UNION ALL SELECT CONCAT_WS('|', EVENT_NAME, STATUS, DEFINER)"
          + " FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'app' ORDER BY 1";

  /** A way there, back and there again; what is proven is not what the engine itself computes. */
  @Test
  void movesTheWholeServerThereBackAndThereAgain() throws Exception {
    ClonePair pair = ClonePair.fresh(Map.of("general_log", "ON"));
    ClonePair.Supervisor supervisor = pair.supervised();
    try (pair;
        supervisor) {
      String uuid = values(pair.target(), "SELECT @@global.server_uuid").getFirst();
      List<String> objects = values(pair.source(), OBJECTS);
      Writers writers = pair.writers();
      try (writers) {
        try (Move move = pair.move().begin()) {
          move.awaitPhase(PhaseName.READY);
          assertCloned(pair, uuid);
          writers.awaitMore();
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
          writers.assertNothingLost(ClonePair.login(pair.target()));
          await()
              .atMost(LIMIT)
              .until(() ->
                  ClonePair.checksums(pair.source()).equals(ClonePair.checksums(pair.target())));
          Answer completed = client(again).complete(status -> {});
          assertThat(completed.exitCode()).as(completed.toString()).isZero();
        }
      }
      assertThat(values(pair.target(), OBJECTS)).isEqualTo(objects);
      assertThat(values(pair.target(), "SHOW DATABASES LIKE 'fram'")).isEmpty();
      assertThat(values(pair.target(), PERSISTED)).isEmpty();
      assertThat(values(pair.target(), "SELECT @@global.read_only")).containsExactly("0");
      assertNoSecret(pair.source());
      assertNoSecret(pair.target());
    }
  }

  private static void assertCloned(ClonePair pair, String uuid) throws SQLException {
    MySqlServer target = pair.target();
    assertThat(values(target, "SELECT @@global.server_uuid")).containsExactly(uuid);
    assertThat(values(target, "SELECT STATE FROM performance_schema.clone_status"))
        .containsExactly("Completed");
    // Nothing was copied by rows.
    assertThat(values(target, "SELECT COUNT(*) FROM fram.chunk_done")).containsExactly("0");
    assertThat(values(target, "SELECT v FROM other.t")).containsExactly("comes along");
    assertThat(values(target, "SELECT @@global.read_only")).containsExactly("1");
    assertThat(
            values(
                target,
                "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS"
                    + " WHERE TRIGGER_SCHEMA = 'app'"))
        .isEmpty();
    assertThat(values(target, "SELECT @@global.event_scheduler")).containsExactly("ON");
    String own = values(target, "SELECT @@global.server_id").getFirst();
    assertThat(values(target, "SELECT nr FROM app.tick WHERE server = " + own)).isEmpty();
    for (MySqlServer server : List.of(pair.source(), target)) {
      assertThat(values(server, ACCOUNTS)).isEmpty();
    }
    assertThat(values(pair.source(), "SHOW TABLES FROM fram")).containsExactly("handover");
    assertThat(values(target, "SELECT COUNT(*) FROM mysql.tables_priv")).isNotEmpty();
    assertThat(values(target, "SELECT Routine_name FROM mysql.procs_priv WHERE User = 'shop'"))
        .containsExactly("answer");
  }

  /** Neither where statements are logged as they come, nor where replicas read them. */
  private static void assertNoSecret(MySqlServer server) throws SQLException, IOException {
    Path log =
        server.dataFolder().resolve(values(server, "SELECT @@global.general_log_file").getFirst());
    List<String> clone =
        Files.readAllLines(log, StandardCharsets.ISO_8859_1).stream()
            .filter(line -> line.contains("fram_clone_") && line.contains("IDENTIFIED"))
            .toList();
    assertThat(clone).isNotEmpty().noneMatch(line -> line.contains("IDENTIFIED BY '"));
  }

  /** Whatever a run was at when it was killed, the next one finds out. */
  @Test
  void goesOnWhereverItWasKilled() throws Exception {
    try (ClonePair pair = ClonePair.fresh()) {
      pair.slow();
      Writers writers = pair.writers();
      try (writers) {
        killedWhen(pair, () -> !asked(pair.source(), MARK).isEmpty());
        killedWhen(pair, () -> !asked(pair.target(), CLONING).isEmpty());
        // What was begun goes on without Fram, and ends the server.
        killedWhen(pair, () -> !pair.target().running());
        pair.target().start();
        killedWhen(pair, () -> asked(pair.target(), MARK).contains("SETTLED"));
        ClonePair.Supervisor supervisor = pair.supervised();
        try (supervisor;
            Move move = pair.move().begin()) {
          move.awaitPhase(PhaseName.READY);
          Cutovers.untilDone(move);
          writers.awaitMore();
          writers.close();
          writers.assertNothingLost(ClonePair.login(pair.target()));
          await()
              .atMost(LIMIT)
              .until(() ->
                  ClonePair.checksums(pair.source()).equals(ClonePair.checksums(pair.target())));
        }
      }
      // One clone, whoever looked at it.
      assertThat(values(pair.source(), ACCOUNTS)).isEmpty();
      assertThat(values(pair.target(), ACCOUNTS)).isEmpty();
    }
  }

  private static void killedWhen(ClonePair pair, BooleanSupplier condition) throws Exception {
    try (JavaChild fram = pair.fram()) {
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(20))
          .untilAsserted(() -> {
            assertThat(condition.getAsBoolean() || fram.alive()).as(fram.output()).isTrue();
            assertThat(condition.getAsBoolean()).as(fram.output()).isTrue();
          });
      fram.kill9();
    }
  }

  /** A person has to start it, and is told so; then the clone that is there is gone on with. */
  @Test
  void aTargetThatDoesNotComeBackIsNamed() throws Exception {
    try (ClonePair pair = ClonePair.fresh()) {
      try (Move move = pair.move(pair.request(Optional.empty()), Duration.ofSeconds(6))) {
        assertThatThrownBy(move::finish)
            .isInstanceOfSatisfying(
                FramException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.SERVER_UNREACHABLE))
            .hasMessageContaining("it has not come back for 6 s")
            .hasMessageContaining("systemctl start mysql");
      }
      assertThat(pair.target().running()).isFalse();
      pair.target().start();
      String begun = "SELECT BEGIN_TIME FROM performance_schema.clone_status";
      List<String> first = values(pair.target(), begun);
      try (Move move = pair.move().begin()) {
        move.awaitPhase(PhaseName.READY);
        assertThat(values(pair.target(), begun)).isEqualTo(first);
      }
      Answer cancelled = client(pair.move()).cancel(status -> {});
      assertThat(cancelled.exitCode()).as(cancelled.toString()).isZero();
      assertThat(values(pair.target(), "SHOW DATABASES"))
          .containsExactly("information_schema", "mysql", "performance_schema", "sys");
      assertThat(values(pair.source(), "SHOW DATABASES LIKE 'fram'")).isEmpty();
      assertThat(values(pair.target(), PERSISTED)).isEmpty();
      on(pair.source(), "INSERT INTO app.customer VALUES (80, 'the source serves as before')");
    }
  }

  /** Nobody has a record of it then but the servers. */
  @Test
  void isGivenUpBeforeThereIsARecord() throws Exception {
    try (ClonePair pair = ClonePair.fresh()) {
      try (Move move = pair.move(pair.request(Optional.empty()), Duration.ofSeconds(4))) {
        assertThatThrownBy(move::finish).hasMessageContaining("has not come back");
      }
      pair.target().start();
      Answer cancelled = client(pair.move()).cancel(status -> {});
      assertThat(cancelled.exitCode()).as(cancelled.toString()).isZero();
      for (MySqlServer server : List.of(pair.source(), pair.target())) {
        assertThat(values(server, ACCOUNTS)).isEmpty();
        assertThat(values(server, PERSISTED)).isEmpty();
        assertThat(values(server, "SHOW DATABASES LIKE 'fram'")).isEmpty();
        assertThat(values(server, "SELECT @@global.read_only, @@global.event_scheduler"))
            .containsExactly("0");
      }
    }
  }

  /** What is written between the clone and Fram is on one side only. */
  @Test
  void aTargetThatSomebodyHasWrittenToIsRefused() throws Exception {
    try (ClonePair pair = ClonePair.fresh()) {
      try (Move move = pair.move(pair.request(Optional.empty()), Duration.ofSeconds(4))) {
        assertThatThrownBy(move::finish).hasMessageContaining("has not come back");
      }
      pair.target().start();
      on(pair.target(), "INSERT INTO app.customer VALUES (90, 'a stranger')");
      try (Move move = pair.move()) {
        assertThatThrownBy(move::finish)
            .isInstanceOf(FramException.class)
            .hasMessageContaining("it has executed 1 transactions since it was cloned")
            .hasMessageContaining("drop all of its databases there, fram too");
      }
      // What is there is removed by a person, and never by a clone.
      on(pair.target(), "DROP DATABASE fram");
      try (Move move = pair.move()) {
        assertThatThrownBy(move::finish)
            .hasMessageContaining("a clone removes what is there: 2: app, other");
      }
      assertThat(values(pair.target(), "SELECT id FROM app.customer WHERE id = 90"))
          .containsExactly("90");
      on(pair.target(), "DROP DATABASE app");
      on(pair.target(), "DROP DATABASE other");
      ClonePair.Supervisor supervisor = pair.supervised();
      try (supervisor;
          Move move = pair.move().begin()) {
        move.awaitPhase(PhaseName.READY);
        assertThat(values(pair.target(), "SELECT id FROM app.customer WHERE id = 90")).isEmpty();
      }
    }
  }

  /** A clone of which half is there is none. */
  @Test
  void beginsAnewWhenTheTargetWasKilledMeanwhile() throws Exception {
    try (ClonePair pair = ClonePair.fresh()) {
      pair.slow();
      try (Move move = pair.move().begin()) {
        await()
            .atMost(LIMIT)
            .pollInterval(Duration.ofMillis(20))
            .until(() -> !asked(pair.target(), CLONING).isEmpty());
        pair.target().kill9();
        pair.target().start();
        assertThatThrownBy(move::awaitEnd)
            .isInstanceOf(FramException.class)
            .hasMessageContaining("the clone has ended as")
            .hasMessageContaining("to clone anew");
      }
      ClonePair.Supervisor supervisor = pair.supervised();
      try (supervisor;
          Move move = pair.move().begin()) {
        move.awaitPhase(PhaseName.READY);
        assertThat(ClonePair.checksums(pair.target()))
            .isEqualTo(ClonePair.checksums(pair.source()));
      }
    }
  }

  /** Before anything is removed there. */
  @Test
  void aSourceThatTheTargetCannotReachIsNamed() throws Exception {
    try (ClonePair pair = ClonePair.fresh()) {
      try (Move move =
          pair.move(
              pair.request(Optional.of(new Address("127.0.0.1", 1))), Duration.ofSeconds(10))) {
        assertThatThrownBy(move::finish)
            .isInstanceOf(FramException.class)
            .hasMessageContaining("the clone from 127.0.0.1:1 failed")
            .hasMessageContaining("--source-for-target");
      }
      for (MySqlServer server : List.of(pair.source(), pair.target())) {
        assertThat(values(server, ACCOUNTS)).isEmpty();
        assertThat(values(server, PERSISTED)).isEmpty();
        assertThat(values(server, "SHOW DATABASES LIKE 'fram'")).isEmpty();
      }
      assertThat(values(pair.target(), "SELECT @@global.clone_valid_donor_list IS NULL"))
          .containsExactly("1");
    }
  }

  /** A clone has its GTIDs by itself: there is nothing to tell the replica. */
  @Test
  void theServersOwnReplicationGoesOnFromTheClone() throws Exception {
    ClonePair pair = ClonePair.fresh();
    ClonePair.Supervisor supervisor = pair.supervised();
    Writers writers = pair.writers();
    RouteRequest request =
        pair.request(Optional.empty(), Optional.of(new NativeFeed(Optional.empty())));
    try (pair;
        supervisor;
        writers;
        Move move = pair.move(request, LIMIT).begin()) {
      move.awaitPhase(PhaseName.READY);
      assertThat(values(pair.target(), "SELECT COUNT(*) FROM fram.chunk_done"))
          .containsExactly("0");
      on(pair.source(), "ALTER TABLE app.coded ADD COLUMN born date, ALGORITHM = INSTANT");
      writers.awaitMore();
      Cutovers.untilDone(move);
      await().atMost(LIMIT).until(() -> move.status().reverse().isPresent());
      writers.awaitMore();
      writers.close();
      writers.assertNothingLost(ClonePair.login(pair.target()));
      await()
          .atMost(LIMIT)
          .until(
              () -> ClonePair.checksums(pair.source()).equals(ClonePair.checksums(pair.target())));
    }
  }

  private static MigrationClient client(Move move) {
    return new MigrationClient(
        move.engine(), move.request(), MigrationSettings.defaults(), Clock.system());
  }
}
