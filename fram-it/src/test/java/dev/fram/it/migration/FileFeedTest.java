// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static dev.fram.it.migration.NativePair.on;
import static dev.fram.it.migration.NativePair.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.MySqlServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As {@link NativeFeedTest}, from a source of MySQL 8.0 without GTIDs: by file and offset. */
@Timeout(400)
class FileFeedTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int MANY = 3_000;
  private static final String WORKERS = "SELECT @@global.replica_parallel_workers";

  private static NativePair fresh(boolean targetHasGtids) throws SQLException {
    return NativePair.withoutGtids(targetHasGtids, NativeFeedTest.TABLES);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void schemaChangesComeOverAndWhatIsOutOfScopeDoesNot(boolean targetHasGtids) throws Exception {
    NativePair pair = fresh(targetHasGtids);
    String workers = values(pair.target(), WORKERS).getFirst();
    NativeFeedTest.schemaChangesComeOverAndWhatIsOutOfScopeDoesNot(pair);
    assertThat(values(pair.target(), WORKERS)).containsExactly(workers);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void goesOnAfterFramAndTheTargetWereKilled(boolean targetHasGtids) throws Exception {
    NativeFeedTest.goesOnAfterFramAndTheTargetWereKilled(fresh(targetHasGtids));
  }

  @Test
  void aReplicaThatWentOnAloneIsTakenForWhatItIs() throws Exception {
    NativeFeedTest.aReplicaThatWentOnAloneIsTakenForWhatItIs(fresh(true));
  }

  @Test
  void aRowThatIsThereAlreadyIsExplainedAndTheSourceUntouched() throws Exception {
    NativeFeedTest.aRowThatIsThereAlreadyIsExplainedAndTheSourceUntouched(fresh(true));
  }

  @Test
  void anAccountThatWasDroppedIsMadeAgain() throws Exception {
    NativeFeedTest.anAccountThatWasDroppedIsMadeAgain(fresh(true));
  }

  @Test
  void aLogThatIsGoneIsExplainedAndTheSourceUntouched() throws Exception {
    NativeFeedTest.aLogThatIsGoneIsExplainedAndTheSourceUntouched(fresh(true));
  }

  /** Files that end, with nothing to apply in the next one, and XA transactions across them. */
  @Test
  void filesEndAndXaComesOver() throws Exception {
    NativePair pair = fresh(true);
    try (Move move = pair.withAWayBack().begin()) {
      move.awaitPhase(PhaseName.READY);
      for (int i = 0; i < 3; i++) {
        on(pair.source(), "INSERT INTO app.customer VALUES (" + (100 + i) + ", 'before')");
        on(pair.source(), "FLUSH BINARY LOGS");
        await().atMost(LIMIT).until(() -> Cutovers.verify(move).exitCode() == 0);
      }
      on(
          pair.source(),
          "XA START 'a'; INSERT INTO app.customer VALUES (201, 'xa'); XA END 'a'; XA PREPARE 'a'");
      on(pair.source(), "FLUSH BINARY LOGS; INSERT INTO app.customer VALUES (202, 'between')");
      on(pair.source(), "XA COMMIT 'a'");
      on(pair.source(), "FLUSH BINARY LOGS; FLUSH BINARY LOGS");
      await().atMost(LIMIT).until(() -> Cutovers.verify(move).exitCode() == 0);
      on(pair.source(), "FLUSH BINARY LOGS");
      Cutovers.untilDone(move);
      await().atMost(LIMIT).until(() -> move.status().reverse().isPresent());
      assertThat(values(pair.target(), "SELECT id FROM app.customer WHERE id > 99 ORDER BY id"))
          .containsExactly("100", "101", "102", "201", "202");
    }
  }

  /** What it had committed then it must not apply again, nor leave out what it had not. */
  @Test
  void aTargetThatIsKilledWhileItAppliesKnowsWhereItIs() throws Exception {
    NativePair pair = fresh(true);
    try (JavaChild fram = pair.fram("migrate", "--cutover=manual")) {
      NativeFeedTest.awaitWith(fram, () -> pair.phase().equals("READY"));
      fram.kill9();
    }
    try (Connection session = MySqlPair.administer(pair.source());
        Statement statement = session.createStatement()) {
      for (int id = 1_000; id < 1_000 + MANY; id++) {
        statement.execute("INSERT INTO app.customer VALUES (" + id + ", 'ours')");
        statement.execute("UPDATE app.coded SET v = v + 1 WHERE code = 'k" + (1 + id % 3) + "'");
      }
    }
    pair.goOnToTheEnd();
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> count(pair.target()) > MANY / 20);
    pair.target().kill9();
    pair.target().start();
    assertThat(count(pair.target())).as("killed in the middle").isLessThan(MANY);
    try (Move move = pair.move().begin()) {
      move.awaitPhase(PhaseName.READY);
      assertThat(Cutovers.verify(move).exitCode()).isZero();
      Cutovers.untilDone(move);
    }
    assertThat(count(pair.target())).isEqualTo(MANY);
    assertThat(values(pair.target(), "SELECT SUM(v) FROM app.coded"))
        .isEqualTo(values(pair.source(), "SELECT SUM(v) FROM app.coded"));
  }

  private static int count(MySqlServer server) throws SQLException {
    return Integer.parseInt(
        values(server, "SELECT COUNT(*) FROM app.customer WHERE id >= 1000").getFirst());
  }

  /** From there it would apply again what is there already. */
  @Test
  void aPlaceThatSomebodyHasPutBackIsRefused() throws Exception {
    NativePair pair = fresh(true);
    try (Move move = pair.move().begin()) {
      move.awaitPhase(PhaseName.READY);
      on(pair.source(), "INSERT INTO app.customer VALUES (300, 'ours')");
      await().atMost(LIMIT).until(() -> Cutovers.verify(move).exitCode() == 0);
    }
    String first = values(pair.source(), "SHOW BINARY LOGS").getFirst();
    on(pair.target(), "STOP REPLICA FOR CHANNEL 'fram'");
    on(
        pair.target(),
        "CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE = '"
            + first
            + "', SOURCE_LOG_POS = 4 FOR CHANNEL 'fram'");
    try (Move move = pair.move().begin()) {
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FEED_INVALID))
          .hasMessageContaining("its replica stands at " + first + ":4");
    }
    pair.cancelled(pair.request(Optional.empty()));
  }

  /** With the channel goes the only record of how far the target is. */
  @Test
  void aChannelThatSomebodyHasTakenAwayIsNotMadeAgain() throws Exception {
    NativePair pair = fresh(true);
    try (Move move = pair.move().begin()) {
      move.awaitPhase(PhaseName.READY);
    }
    on(pair.target(), "STOP REPLICA FOR CHANNEL 'fram'");
    on(pair.target(), "RESET REPLICA ALL FOR CHANNEL 'fram'");
    try (Move move = pair.move().begin()) {
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FEED_INVALID))
          .hasMessageContaining("channel 'fram' is gone");
    }
    pair.cancelled(pair.request(Optional.empty()));
  }
}
