// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.model.MigrationId;
import dev.fram.postgresql.apply.Servers;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Journal, lease and fencing on a real target. */
class JournalTest {
  private static final PostgresServer SERVER = Servers.of(PostgresVersion.V15);

  @Test
  void theStoryIsThereForTheNextRun() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, "SELECT 1")) {
      JournalStore journal = rig.route.target().journal();
      long epoch = rig.lease.epoch();
      journal.savePhase(epoch, "COPYING", "{\"n\":1}");
      long step = journal.intent(epoch, "copy", "begin");
      journal.outcome(epoch, step, StepOutcome.DONE, "end");
      journal.startFeed(epoch, Lsn.parse("0/10"));
      journal.startFeed(epoch, Lsn.parse("0/20"));
      journal.publishStatus(epoch, "{}");
      long command = journal.submitCommand("cutover");
      try (Route next = new PostgresEngine().open(rig.request())) {
        assertThat(next.id()).isEqualTo(rig.route.id());
        JournalStore read = next.target().journal();
        assertThat(read.load().orElseThrow().phase()).isEqualTo("COPYING");
        assertThat(read.entries()).hasSize(1);
        assertThat(read.entries().getFirst().outcome()).contains(StepOutcome.DONE);
        assertThat(read.feedPosition().orElseThrow().text()).isEqualTo("0/10");
        assertThat(read.publishedStatus()).isPresent();
        assertThat(read.pendingCommands()).hasSize(1);
        assertThat(read.commandAnswer(command)).isEmpty();
        read.answerCommand(command, "done");
        assertThat(journal.commandAnswer(command)).contains("done");
        MigrationRecord other =
            new MigrationRecord(new MigrationId("00000000"), "x", "{}", "PLANNED", "{}", 0);
        assertThat(read.create(other).id()).isEqualTo(rig.route.id());
      }
    }
  }

  @Test
  void onlyOneRunHoldsTheLeaseAndAnEarlierOneIsFenced() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, "SELECT 1")) {
      JournalStore journal = rig.route.target().journal();
      assertThat(rig.route.target().lease("second")).isEmpty();
      rig.lease.verify();
      kill(rig, "fram lease");
      rig.lease.verify(); // lost the session, not the lease
      assertThat(rig.route.target().lease("second")).isEmpty();
      kill(rig, "fram lease");
      try (Lease second = rig.route.target().lease("second").orElseThrow()) {
        assertThat(second.epoch()).isEqualTo(rig.lease.epoch() + 1);
        CopyTest.assertCode(rig.lease::verify, ErrorCode.FENCED);
        CopyTest.assertCode(
            () -> journal.savePhase(rig.lease.epoch(), "READY", "{}"), ErrorCode.FENCED);
        CopyTest.assertCode(() -> journal.intent(rig.lease.epoch(), "step", ""), ErrorCode.FENCED);
        journal.savePhase(second.epoch(), "READY", "{}");
      }
    }
  }

  @Test
  void aReadOutlivesALostSessionAndAWriteSaysSo() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, "SELECT 1")) {
      JournalStore journal = rig.route.target().journal();
      kill(rig, "fram journal");
      assertThat(journal.load()).isPresent();
      kill(rig, "fram journal");
      CopyTest.assertCode(
          () -> journal.savePhase(rig.lease.epoch(), "READY", "{}"), ErrorCode.CONNECTION_LOST);
      journal.savePhase(rig.lease.epoch(), "READY", "{}");
    }
  }

  @Test
  void thereIsNothingToReadWithoutASchema() throws SQLException {
    try (RouteRig rig = new RouteRig(SERVER, SERVER, "SELECT 1")) {
      rig.route.target().removeTraces();
      assertThat(rig.route.target().journal().load()).isEqualTo(Optional.empty());
    }
  }

  private static void kill(RouteRig rig, String application) throws SQLException {
    RouteRig.run(
        rig.onTarget,
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '"
            + application
            + "' AND datname = current_database()");
  }
}
