// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Fence;
import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.TableState;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.TableId;
import dev.fram.mysql.RunningServers;
import dev.fram.mysql.binlog.BinlogPosition;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Journal, lease, fencing and register on real servers. */
class JournalTest {
  private static final TableId TABLE = new TableId("Ä db", "t`1");
  private static final BinlogPosition FIRST = BinlogPosition.parse("file:b.000001:4;server=x");
  private static final BinlogPosition LATER = BinlogPosition.parse("file:b.000002:9;server=x");

  @ParameterizedTest
  @EnumSource
  void theStoryIsThereForTheNextRun(MySqlVersion version) throws SQLException {
    try (Rig rig = new Rig(version)) {
      long epoch = rig.lease.epoch();
      rig.journal.savePhase(epoch, "COPYING", "{\"n\":\"ü\"}");
      long step = rig.journal.intent(epoch, "copy", "begin");
      rig.journal.outcome(epoch, step, StepOutcome.DONE, "end");
      rig.journal.intent(epoch, "next", "");
      rig.journal.startFeed(epoch, FIRST);
      rig.journal.startFeed(epoch, LATER);
      rig.journal.publishStatus(epoch, "{}");
      rig.journal.publishStatus(epoch, "{\"a\":1}");
      long command = rig.journal.submitCommand("cutover");
      TableState state =
          new TableState(
              TABLE,
              TableState.Stage.COPIED,
              Optional.of(new Fence.Fuzzy(FIRST.text())),
              Optional.of(new Fingerprint("d", "")),
              7,
              8,
              Optional.of(LATER));
      rig.journal.saveTable(epoch, state);
      rig.journal.saveTable(epoch, state);
      Chunk chunk = new Chunk(TABLE, 0, 1, "range", Chunk.Kind.KEY);
      rig.journal.saveKeyChunks(epoch, TABLE, List.of(chunk));
      Sql.update(rig.session, JournalSchema.CHUNK_DONE, TABLE.schema(), TABLE.name(), 0, 1, 2, "f");
      try (MySqlJournal read = new MySqlJournal(rig.target)) {
        assertThat(read.load().orElseThrow().phase()).isEqualTo("COPYING");
        assertThat(read.load().orElseThrow().evidence()).isEqualTo("{\"n\":\"ü\"}");
        assertThat(read.entries()).hasSize(2);
        assertThat(read.entries().getFirst().outcome()).contains(StepOutcome.DONE);
        assertThat(read.entries().getLast().outcome()).isEmpty();
        assertThat(read.feedPosition()).contains(FIRST);
        assertThat(read.publishedStatus().orElseThrow().status()).isEqualTo("{\"a\":1}");
        assertThat(read.pendingCommands()).hasSize(1);
        assertThat(read.commandAnswer(command)).isEmpty();
        read.answerCommand(command, "done");
        assertThat(rig.journal.commandAnswer(command)).contains("done");
        assertThat(read.tables()).containsOnlyKeys(TABLE).containsValue(state);
        assertThat(read.keyChunks(TABLE)).containsExactly(chunk);
        assertThat(read.copiedChunks(TABLE)).isEqualTo(Set.of(0));
        MigrationRecord other = record("00000001");
        assertThat(read.create(other).id()).isEqualTo(new MigrationId("0000000a"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyOneRunHoldsTheLeaseAndAnEarlierOneIsFenced(MySqlVersion version) throws SQLException {
    try (Rig rig = new Rig(version)) {
      long first = rig.lease.epoch();
      rig.journal.startFeed(first, FIRST);
      assertThat(MySqlLease.tryTake(rig.target, "second")).isEmpty();
      assertThat(MySqlLease.holder(rig.target).orElseThrow()).startsWith("first, connection ");
      rig.lease.verify();
      rig.kill("fram lease");
      rig.lease.verify(); // lost the session, not the lease
      assertThat(MySqlLease.tryTake(rig.target, "second")).isEmpty();
      rig.kill("fram lease");
      try (Lease second = MySqlLease.tryTake(rig.target, "second").orElseThrow()) {
        assertThat(second.epoch()).isEqualTo(first + 1);
        refused(ErrorCode.FENCED, rig.lease::verify);
        refused(ErrorCode.FENCED, () -> rig.journal.savePhase(first, "READY", "{}"));
        refused(ErrorCode.FENCED, () -> rig.journal.intent(first, "step", ""));
        refused(ErrorCode.FENCED, () -> rig.journal.publishStatus(first, "{}"));
        assertThat(advance(rig.session, FIRST, LATER, first)).isZero();
        assertThat(advance(rig.session, FIRST, LATER, second.epoch())).isOne();
        assertThat(advance(rig.session, FIRST, LATER, second.epoch())).isZero();
        rig.journal.savePhase(second.epoch(), "READY", "{}");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReadOutlivesALostSessionAndAWriteSaysSo(MySqlVersion version) throws SQLException {
    try (Rig rig = new Rig(version)) {
      long epoch = rig.lease.epoch();
      rig.kill("fram journal");
      assertThat(rig.journal.load()).isPresent();
      rig.kill("fram journal");
      refused(ErrorCode.CONNECTION_LOST, () -> rig.journal.savePhase(epoch, "READY", "{}"));
      rig.journal.savePhase(epoch, "READY", "{}");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theRegisterDecidesOnceAndStaysWhenItHas(MySqlVersion version) throws SQLException {
    try (Rig rig = new Rig(version)) {
      HandOverRegister register = new HandOverRegister(new MigrationId("0000000a"));
      assertThat(register.read(rig.session)).isEqualTo(new HandOver.OwnerSource());
      register.prepare(rig.session);
      register.prepare(rig.session);
      register.remove(rig.session);
      assertThat(register.read(rig.session)).isEqualTo(new HandOver.OwnerSource());
      register.prepare(rig.session);
      assertThat(register.decide(rig.session, 3, FIRST)).isTrue();
      assertThat(register.decide(rig.session, 4, LATER)).isFalse();
      assertThat(register.read(rig.session)).isEqualTo(new HandOver.HandedOver(FIRST, 3));
      register.remove(rig.session);
      assertThat(register.read(rig.session)).isEqualTo(new HandOver.HandedOver(FIRST, 3));
    }
  }

  private static int advance(Connection session, BinlogPosition from, BinlogPosition to, long epoch)
      throws SQLException {
    return Sql.update(session, FeedRow.there().advance(), to.text(), from.text(), epoch);
  }

  private static void refused(ErrorCode code, Runnable act) {
    assertThatThrownBy(act::run)
        .isInstanceOfSatisfying(FramException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static MigrationRecord record(String id) {
    return new MigrationRecord(new MigrationId(id), "source", "{}", "PLANNED", "{}", 0);
  }

  /** A target with a migration and its first lease. */
  private static final class Rig implements AutoCloseable {
    final Connector target;
    final Connection session;
    final MySqlJournal journal;
    final Lease lease;

    Rig(MySqlVersion version) throws SQLException {
      MySqlServer server = RunningServers.target(version);
      server.dropDatabase("fram");
      target = new Connector(server.endpoint(""), "target");
      session = target.open("test");
      journal = new MySqlJournal(target);
      assertThat(journal.load()).isEmpty();
      journal.create(record("0000000a"));
      lease = MySqlLease.tryTake(target, "first").orElseThrow();
    }

    void kill(String program) throws SQLException {
      for (String id :
          Sql.list(
              session,
              "SELECT PROCESSLIST_ID FROM performance_schema.session_connect_attrs"
                  + " WHERE ATTR_NAME = 'program_name' AND ATTR_VALUE = ?",
              row -> row.getString(1),
              program)) {
        try {
          Sql.run(session, "KILL " + id);
        } catch (SQLException e) {
          // It has ended meanwhile.
          assertThat(e.getErrorCode()).isEqualTo(1094);
        }
      }
    }

    @Override
    public void close() {
      lease.close();
      journal.close();
      target.closeAll();
    }
  }
}
