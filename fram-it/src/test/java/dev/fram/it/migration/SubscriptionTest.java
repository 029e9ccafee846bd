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
import dev.fram.api.traffic.Address;
import dev.fram.core.bus.Answer;
import dev.fram.core.run.MigrationSettings;
import dev.fram.postgresql.replica.Conflicts;
import dev.fram.testkit.fault.TcpProxy;
import java.nio.file.Files;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The target follows by its own subscription, led by Fram, between real PostgreSQL servers. */
@Timeout(400)
class SubscriptionTest extends SubscriptionCase {
  /** The whole way: there by the subscription, back and there again without it. */
  @Test
  void followsIsProvenAndServesAndBringsBack() throws Exception {
    Writers writers = writers();
    try (writers;
        Move move = withAWayBack().begin()) {
      move.awaitPhase(PhaseName.READY);
      assertThat(values(pair.target(), FOLLOWS)).containsExactly("t");
      on(pair.source(), "TRUNCATE audit");
      on(pair.source(), "UPDATE coded SET code = code || '.' WHERE v % 2 = 0");
      on(pair.source(), "INSERT INTO left_out VALUES (1)");
      writers.awaitMore();
      assertThat(Cutovers.verify(move).exitCode()).isZero();
      Cutovers.untilDone(move);
      await().atMost(LIMIT).until(() -> move.status().reverse().isPresent());
      writers.awaitMore();
      Cutovers.untilBack(move);
      writers.awaitMore();
    }
    // And there once more: by Fram's own feed.
    Writers again =
        new Writers(login(pair.source()), login(pair.target()), new Writers.Pace(3, 15, 1_000_000));
    try (again;
        Move move = withAWayBack().begin()) {
      await().atMost(LIMIT).until(() -> move.hasPhase(PhaseName.READY));
      again.awaitMore();
      assertThat(values(pair.target(), FOLLOWS)).isEmpty();
      Cutovers.untilDone(move);
      await().atMost(LIMIT).until(() -> move.status().reverse().isPresent());
      again.awaitMore();
      again.close();
      again.assertNothingLost(login(pair.target()));
      writers.assertNothingLost(login(pair.target()));
    }
    // Nothing of a subscription is left once the target has served.
    assertThat(values(pair.target(), TRACES))
        .noneMatch(t -> t.matches("(subscr|origin|trigger fram_turn).*"));
    assertThat(values(pair.source(), TRACES))
        .noneMatch(t -> t.contains("_sub") || t.startsWith("role"));
  }

  @Test
  void nothingIsLeftOfACancelledOne() throws Exception {
    try (Move move = move(request(Optional.empty())).begin()) {
      move.awaitPhase(PhaseName.READY);
      assertThat(values(pair.target(), TRACES)).anyMatch(t -> t.startsWith("subscription"));
    }
    on(pair.source(), "INSERT INTO customer VALUES (95, 'ours')");
    awaitHeld();
    cancelled(request(Optional.empty()));
  }

  @Test
  void aRowThatIsThereAlreadyIsExplainedAndTheSourceUntouched() throws Exception {
    try (Move move = move(request(Optional.empty())).begin()) {
      move.awaitPhase(PhaseName.READY);
      onlyThere("INSERT INTO customer VALUES (97, 'a stranger')");
      on(pair.source(), "INSERT INTO customer VALUES (97, 'ours')");
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOf(FramException.class)
          .hasMessageContaining("its subscription does not get on")
          .hasMessageContaining("somebody else has written to it")
          .hasMessageNotContaining("stranger");
    }
    // A run that comes later has told it nothing, and says so all the same.
    try (Move move = move(request(Optional.empty())).begin()) {
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOf(FramException.class)
          .hasMessageContaining("somebody else has written to it");
    }
    cancelled(request(Optional.empty()));
  }

  /** The worker passes over a row that is not there, and says nothing; the comparison does. */
  @Test
  void aRowThatIsMissingKeepsTheCutoverAway() throws Exception {
    try (Connection session = login(pair.target()).open();
        Move move = move(request(Optional.empty())).begin()) {
      move.awaitPhase(PhaseName.READY);
      String name = values(pair.target(), "SELECT subname FROM pg_subscription").getFirst();
      Conflicts conflicts = new Conflicts(session, name, "target");
      onlyThere("DELETE FROM customer WHERE id = 50");
      on(
          pair.source(),
          "BEGIN; INSERT INTO customer VALUES (96, 'x');"
              + " UPDATE customer SET name = 'changed' WHERE id = 50; COMMIT");
      await()
          .atMost(LIMIT)
          .until(
              () -> values(pair.target(), "SELECT name FROM customer WHERE id = 96").contains("x"));
      // A server since 18 has counted it.
      AtomicReference<String> told = new AtomicReference<>("");
      await()
          .atMost(LIMIT)
          .until(() -> {
            conflicts.more().ifPresent(told::set);
            return !told.get().isEmpty();
          });
      assertThat(told.get()).startsWith("target: its subscription has met 1 changes of rows");
      Answer refused = Cutovers.cutOver(move);
      assertThat(refused.exitCode()).as(refused.toString()).isNotZero();
      assertThat(Cutovers.verify(move).toString()).contains("public.customer");
      assertThat(Cutovers.repair(move).exitCode()).isZero();
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
    assertThat(values(pair.target(), "SELECT name FROM customer WHERE id = 50"))
        .containsExactly("changed");
  }

  @Test
  void aRoleThatWasDroppedIsMadeAgain() throws Exception {
    try (Move move = move(request(Optional.empty())).begin()) {
      move.awaitPhase(PhaseName.READY);
      String role =
          values(pair.source(), "SELECT rolname FROM pg_roles WHERE rolname ~ '^fram_'").getFirst();
      on(pair.source(), "DROP ROLE " + role);
      on(
          pair.source(),
          "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
              + " WHERE slot_name LIKE 'fram%\\_sub'");
      on(pair.source(), "INSERT INTO customer VALUES (98, 'ours')");
      await()
          .atMost(LIMIT)
          .until(() ->
              values(pair.target(), "SELECT name FROM customer WHERE id = 98").contains("ours"));
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
  }

  @Test
  void aSlotThatIsGoneIsExplainedAndTheSourceUntouched() throws Exception {
    try (Move move = move(request(Optional.empty())).begin()) {
      move.awaitPhase(PhaseName.READY);
      String slot = slots().getFirst().split(" ")[0];
      await()
          .atMost(LIMIT)
          .ignoreExceptions()
          .until(() -> {
            on(
                pair.source(),
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                    + " WHERE active_pid IS NOT NULL AND slot_name = '"
                    + slot
                    + "'");
            on(pair.source(), "SELECT pg_drop_replication_slot('" + slot + "')");
            return true;
          });
      on(pair.source(), "INSERT INTO customer VALUES (98, 'ours')");
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_LOST))
          .hasMessageContaining("max_slot_wal_keep_size");
    }
    cancelled(request(Optional.empty()));
  }

  @Test
  void aSourceThatTheTargetCannotReachIsNamed() throws Exception {
    RouteRequest request = request(Optional.of(new Address("127.0.0.1", 1)));
    try (Move move = move(request).begin()) {
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOf(FramException.class)
          .hasMessageContaining("cannot reach the source at 127.0.0.1:1")
          .hasMessageContaining("--source-for-target")
          .hasMessageNotContaining("password=");
    }
    // A statement that fails is written to a server's log.
    assertThat(Files.readString(pair.target().logFile()))
        .contains("could not connect")
        .doesNotContain("password=");
    cancelled(request);
  }

  @Test
  void aWayThatIsCutIsNamedAndGoneOnWith() throws Exception {
    try (TcpProxy way = TcpProxy.to("127.0.0.1", pair.source().port())) {
      RouteRequest request = request(Optional.of(new Address("127.0.0.1", way.port())));
      try (Move move = move(request).begin()) {
        move.awaitPhase(PhaseName.READY);
        way.cut();
        on(pair.source(), "INSERT INTO customer VALUES (99, 'ours')");
        await()
            .atMost(LIMIT)
            .until(() ->
                move.status().toString().contains("cannot read from 127.0.0.1:" + way.port()));
        way.pass();
        await()
            .atMost(LIMIT)
            .until(() ->
                values(pair.target(), "SELECT name FROM customer WHERE id = 99").contains("ours"));
        Cutovers.untilDone(move);
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      }
      assertThat(values(pair.target(), "SELECT name FROM customer WHERE id = 99"))
          .containsExactly("ours");
    }
  }

  /** What was begun in this way is not gone on with in another. */
  @Test
  void theWayIsKept() throws Exception {
    try (Move move = move(request(Optional.empty())).begin()) {
      move.awaitPhase(PhaseName.READY);
    }
    try (Move other =
        new Move(
            pair,
            database,
            Move.settings(MigrationSettings.Mode.MANUAL),
            new Scope(List.of(), List.of("public.left*")))) {
      assertThatThrownBy(other::finish)
          .isInstanceOf(FramException.class)
          .hasMessageContaining("begun with --feed=native");
    }
    cancelled(request(Optional.empty()));
  }
}
