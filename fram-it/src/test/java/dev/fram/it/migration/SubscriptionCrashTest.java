// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fram, or the target, dies while the target follows by a subscription; nothing is lost. */
@Timeout(400)
class SubscriptionCrashTest extends SubscriptionCase {
  /** The exported snapshot dies with Fram: all is copied anew, under a new slot. */
  @Test
  void aCopyThatWasKilledBeginsAnewWithANewSlot() throws Exception {
    on(
        pair.source(),
        "INSERT INTO item (customer, token, body)"
            + " SELECT 1 + n % 90, 'seed ' || n, repeat(md5(n::text), 40)"
            + " FROM generate_series(1, 60000) n");
    Writers writers = writers();
    try (writers) {
      for (int i = 0; i < 2; i++) {
        try (JavaChild fram = fram("migrate", "--cutover=manual")) {
          awaitWith(fram, () -> !slots().isEmpty() && stage("COPYING"));
          fram.kill9();
        }
        assertThat(phase()).isEqualTo("COPYING");
        long more = writers.count() + 20;
        await().atMost(LIMIT).until(() -> writers.count() > more);
      }
      String stale = slots().getFirst();
      try (Move move = move(request(Optional.empty())).begin()) {
        move.awaitPhase(PhaseName.CATCHING_UP);
        assertThat(slots()).hasSize(1).doesNotContain(stale);
        move.awaitPhase(PhaseName.READY);
        Cutovers.untilDone(move);
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      }
      writers.awaitMore();
      writers.close();
      writers.assertNothingLost(login(pair.target()));
    }
  }

  /** Fram and the target are killed while the worker applies; what stands there then counts. */
  @Test
  void goesOnAfterFramAndTheTargetWereKilled() throws Exception {
    Random random = new Random();
    Writers writers = writers();
    try (writers) {
      for (int i = 0; i < 3; i++) {
        try (JavaChild fram = fram("migrate", "--cutover=manual")) {
          awaitWith(fram, this::follows);
          long more = writers.count() + 10 + random.nextInt(60);
          awaitWith(fram, () -> writers.count() > more);
          fram.kill9();
        }
        if (i == 1) {
          pair.target().kill9();
          pair.target().start();
        }
      }
      try (Move move = move(request(Optional.empty())).begin()) {
        move.awaitPhase(PhaseName.READY);
        pair.target().kill9();
        pair.target().start();
        writers.awaitMore();
        await()
            .atMost(LIMIT)
            .ignoreException(FramException.class)
            .until(() -> Cutovers.verify(move).exitCode() == 0);
        Cutovers.untilDone(move);
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      }
      writers.awaitMore();
      writers.close();
      writers.assertNothingLost(login(pair.target()));
    }
  }

  /** Wherever it dies: the next run settles it, and nothing is lost on the way. */
  @Test
  void goesOnAfterItWasKilledInTheCutover() throws Exception {
    Writers writers = writers();
    try (writers) {
      try (JavaChild fram = fram("migrate", "--cutover=auto")) {
        awaitWith(fram, () -> phase().equals("CUTTING_OVER"));
        fram.kill9();
      }
      Move auto =
          new Move(
              request(Optional.empty()),
              Move.settings(MigrationSettings.Mode.AUTO)
                  .withReverse(MigrationSettings.Reverse.off()));
      try (auto) {
        assertThat(auto.finish().phase()).isEqualTo(PhaseName.SERVING);
      }
      writers.awaitMore();
      writers.close();
      writers.assertNothingLost(login(pair.target()));
    }
    assertThat(values(pair.target(), TRACES))
        .noneMatch(t -> t.matches("(subscr|origin|trigger).*"));
    assertThat(values(pair.source(), TRACES)).noneMatch(t -> t.startsWith("role"));
  }

  /** Nobody tells the worker to go on: it stands, whatever the source writes. */
  @Test
  void aSubscriptionThatIsLeftAloneStands() throws Exception {
    try (JavaChild fram = fram("migrate", "--cutover=manual")) {
      awaitWith(fram, () -> phase().equals("READY"));
      fram.kill9();
    }
    on(pair.source(), "INSERT INTO customer SELECT n, 'ours' FROM generate_series(1000, 1399) n");
    on(pair.source(), "UPDATE customer SET name = 'ours, too' WHERE id = 1399");
    awaitHeld();
    assertThat(values(pair.target(), "SELECT max(id) FROM customer")).containsExactly("90");
    try (Move move = move(request(Optional.empty())).begin()) {
      move.awaitPhase(PhaseName.READY);
      await()
          .atMost(LIMIT)
          .until(() ->
              values(pair.target(), "SELECT name FROM customer WHERE id = 1399")
                  .contains("ours, too"));
      // A transaction that was told and not recorded: no moment is one of both.
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
  }

  /** What a run that was killed had told the worker is there, and not recorded. */
  @Test
  void aMomentBetweenTellingAndRecordingIsNotCompared() throws Exception {
    try (JavaChild fram = fram("migrate", "--cutover=manual")) {
      awaitWith(fram, () -> phase().equals("READY"));
      fram.kill9();
    }
    on(pair.source(), "INSERT INTO customer VALUES (95, 'ours')");
    String end = values(pair.source(), "SELECT pg_current_wal_insert_lsn()").getFirst();
    String commit = "UPDATE fram.subscription SET stands = false, upto = '" + end + "'";
    on(pair.target(), commit);
    await()
        .atMost(LIMIT)
        .until(() ->
            values(pair.target(), "SELECT name FROM customer WHERE id = 95").contains("ours"));
    // As a run would have told it: the end of a transaction.
    on(
        pair.target(),
        "UPDATE fram.subscription SET upto = (SELECT o.remote_lsn FROM pg_replication_origin_status o"
            + " JOIN pg_subscription s ON o.external_id = 'pg_' || s.oid"
            + " JOIN pg_database d ON d.oid = s.subdbid AND d.datname = current_database())");
    assertThatThrownBy(() -> Cutovers.verify(move(request(Optional.empty()))))
        .isInstanceOf(FramException.class)
        .hasMessageContaining("on its way to where it was told to stand");
    // The next run takes it for what it is, and compares it.
    try (Move move = move(request(Optional.empty())).begin()) {
      move.awaitPhase(PhaseName.READY);
      assertThat(Cutovers.verify(move).exitCode()).isZero();
    }
    cancelled(request(Optional.empty()));
  }

  /** The slot of a run that was killed knows nothing of what another way has copied since. */
  @Test
  void aSlotOfAnotherWaysCopyIsNeverBegunWith() throws Exception {
    on(
        pair.source(),
        "INSERT INTO item (customer, token, body)"
            + " SELECT 1 + n % 90, 'seed ' || n, repeat(md5(n::text), 40)"
            + " FROM generate_series(1, 60000) n");
    try (JavaChild fram = fram("migrate", "--cutover=manual")) {
      awaitWith(fram, () -> !slots().isEmpty() && stage("COPYING"));
      fram.kill9();
    }
    try (Move own =
        new Move(
                pair,
                database,
                Move.settings(MigrationSettings.Mode.MANUAL),
                new Scope(List.of(), List.of("public.left*")))
            .begin()) {
      own.awaitPhase(PhaseName.READY);
      assertThat(slots()).isEmpty();
    }
    try (Move move = move(request(Optional.empty())).begin()) {
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOf(FramException.class)
          .hasMessageContaining("with --feed=native from its beginning");
    }
    cancelled(request(Optional.empty()));
  }
}
