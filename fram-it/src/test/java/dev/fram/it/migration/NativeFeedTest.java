// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static dev.fram.it.migration.NativePair.on;
import static dev.fram.it.migration.NativePair.onlyThere;
import static dev.fram.it.migration.NativePair.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.api.traffic.Address;
import dev.fram.core.bus.Answer;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.server.MySqlVersion;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The target as a replica of the source, led by Fram, between real MySQL and MariaDB servers. */
@Timeout(400)
class NativeFeedTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  static final String TABLES =
      """
      CREATE DATABASE app;
      USE app;
      CREATE TABLE customer (id int PRIMARY KEY, name varchar(40)) ENGINE = InnoDB;
      CREATE TABLE item (
        id bigint AUTO_INCREMENT PRIMARY KEY, customer int, token varchar(60) UNIQUE, body text,
        FOREIGN KEY (customer) REFERENCES customer (id) ON DELETE CASCADE) ENGINE = InnoDB;
      CREATE TABLE coded (code varchar(60) NOT NULL UNIQUE, v int) ENGINE = InnoDB;
      CREATE TABLE left_out (id int PRIMARY KEY) ENGINE = InnoDB;
      INSERT INTO customer VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e');
      INSERT INTO coded VALUES ('k1', 1), ('k2', 2), ('k3', 3);
      CREATE DATABASE other;
      CREATE TABLE other.t (id int PRIMARY KEY) ENGINE = InnoDB;
      """;

  /** Everything that Fram's own feed would stop at, or do by itself, comes over by the replica. */
  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void schemaChangesComeOverAndWhatIsOutOfScopeDoesNot(MySqlVersion version) throws Exception {
    schemaChangesComeOverAndWhatIsOutOfScopeDoesNot(NativePair.fresh(version, TABLES));
  }

  static void schemaChangesComeOverAndWhatIsOutOfScopeDoesNot(NativePair pair) throws Exception {
    Writers writers = pair.writers();
    try (writers;
        Move move = pair.withAWayBack().begin()) {
      move.awaitPhase(PhaseName.READY);
      on(
          pair.source(),
          "ALTER TABLE app.coded ADD COLUMN born date DEFAULT '1970-01-01', ALGORITHM = INSTANT");
      on(pair.source(), "CREATE TABLE app.coded_new LIKE app.coded");
      on(pair.source(), "INSERT INTO app.coded_new SELECT code, v + 1000, born FROM app.coded");
      on(pair.source(), "CREATE TABLE app.later (id int PRIMARY KEY, t text)");
      on(pair.source(), "INSERT INTO app.later VALUES (1, 'one'), (2, 'two')");
      on(pair.source(), "RENAME TABLE app.later TO app.waiting, app.coded_new TO app.later");
      on(pair.source(), "INSERT INTO app.left_out VALUES (1)");
      on(pair.source(), "INSERT INTO other.t VALUES (1)");
      on(pair.source(), "CREATE USER IF NOT EXISTS meanwhile@'%' IDENTIFIED BY 'nobody''s'");
      writers.awaitMore();
      Cutovers.untilDone(move);
      await().atMost(LIMIT).until(() -> move.status().reverse().isPresent());
      writers.awaitMore();
      writers.close();
      writers.assertNothingLost(NativePair.login(pair.target()));
    } finally {
      on(pair.source(), "DROP USER IF EXISTS meanwhile@'%'");
    }
    assertThat(values(pair.target(), "SELECT COUNT(*) FROM app.later")).containsExactly("3");
    assertThat(values(pair.target(), "SELECT t FROM app.waiting WHERE id = 2"))
        .containsExactly("two");
    assertThat(values(pair.target(), "SELECT DISTINCT born FROM app.coded"))
        .containsExactly("1970-01-01");
    assertThat(values(pair.target(), "SHOW TABLES FROM app LIKE 'left%'")).isEmpty();
    assertThat(values(pair.target(), "SHOW DATABASES LIKE 'other'")).isEmpty();
    assertThat(values(pair.target(), "SELECT user FROM mysql.user WHERE user = 'meanwhile'"))
        .isEmpty();
    // By now the replica and its account are gone; Fram's own database says that it has served.
    assertThat(pair.channels()).isEmpty();
    assertThat(pair.accounts()).isEmpty();
  }

  /** Fram and the target are killed while the replica works; what stands there then counts. */
  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void goesOnAfterFramAndTheTargetWereKilled(MySqlVersion version) throws Exception {
    goesOnAfterFramAndTheTargetWereKilled(NativePair.fresh(version, TABLES));
  }

  static void goesOnAfterFramAndTheTargetWereKilled(NativePair pair) throws Exception {
    Random random = new Random();
    Writers writers = pair.writers();
    try (writers) {
      for (int i = 1; i <= 3; i++) {
        int epoch = i;
        try (JavaChild fram = pair.fram("migrate", "--cutover=manual")) {
          awaitWith(fram, () -> pair.follows() && pair.epoch() == epoch);
          String begun = pair.recorded();
          awaitWith(fram, () -> !pair.recorded().equals(begun));
          long more = writers.count() + 10 + random.nextInt(60);
          awaitWith(fram, () -> writers.count() > more);
          fram.kill9();
        }
        if (i == 2) {
          pair.target().kill9();
          pair.target().start();
        }
      }
      try (Move move = pair.move().begin()) {
        move.awaitPhase(PhaseName.READY);
        pair.target().kill9();
        pair.target().start();
        // Who asks for a comparison before would take the lease that the run has lost.
        await().atMost(LIMIT).until(pair::led);
        writers.awaitMore();
        // Until the run is there again nobody knows at which moment both sides are to be equal.
        await()
            .atMost(LIMIT)
            .ignoreException(FramException.class)
            .failFast(() -> {
              if (move.ended()) {
                assertThatCode(move::awaitEnd).doesNotThrowAnyException();
              }
            })
            .until(() -> Cutovers.verify(move).exitCode() == 0);
        Cutovers.untilDone(move);
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      }
      writers.awaitMore();
      writers.close();
      writers.assertNothingLost(NativePair.login(pair.target()));
    }
  }

  /**
   * What a run that was killed had told the replica to bring over arrives when nobody looks. The
   * next one counts it, and compares it.
   */
  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void aReplicaThatWentOnAloneIsTakenForWhatItIs(MySqlVersion version) throws Exception {
    aReplicaThatWentOnAloneIsTakenForWhatItIs(NativePair.fresh(version, TABLES));
  }

  static void aReplicaThatWentOnAloneIsTakenForWhatItIs(NativePair pair) throws Exception {
    try (JavaChild fram = pair.fram("migrate", "--cutover=manual")) {
      awaitWith(fram, () -> pair.phase().equals("READY"));
      fram.kill9();
    }
    String recorded = pair.recorded();
    for (int id = 1_000; id < 1_400; id++) {
      on(pair.source(), "INSERT INTO app.customer VALUES (" + id + ", 'ours')");
    }
    pair.goOnToTheEnd();
    await()
        .atMost(LIMIT)
        .until(
            () -> !values(pair.target(), "SELECT id FROM app.customer WHERE id = 1399").isEmpty());
    assertThat(pair.recorded()).isEqualTo(recorded);
    // There is no moment at which both sides could be compared.
    assertThatThrownBy(() -> Cutovers.verify(pair.move()))
        .isInstanceOf(FramException.class)
        .hasMessageContaining("the replica is farther than what is recorded of it");
    onlyThere(pair.target(), "UPDATE app.customer SET name = 'not as it was sent' WHERE id = 1005");
    try (Move move = pair.move().begin()) {
      move.awaitPhase(PhaseName.READY);
      Answer refused = Cutovers.cutOver(move);
      assertThat(refused.exitCode()).as(refused.toString()).isNotZero();
      assertThat(Cutovers.verify(move).toString()).contains("app.customer");
      onlyThere(pair.target(), "UPDATE app.customer SET name = 'ours' WHERE id = 1005");
      assertThat(Cutovers.verify(move).exitCode()).isZero();
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
    assertThat(values(pair.target(), "SELECT COUNT(*) FROM app.customer WHERE name = 'ours'"))
        .containsExactly("400");
  }

  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void aRowThatIsThereAlreadyIsExplainedAndTheSourceUntouched(MySqlVersion version)
      throws Exception {
    aRowThatIsThereAlreadyIsExplainedAndTheSourceUntouched(NativePair.fresh(version, TABLES));
  }

  static void aRowThatIsThereAlreadyIsExplainedAndTheSourceUntouched(NativePair pair)
      throws Exception {
    try (Move move = pair.move().begin()) {
      move.awaitPhase(PhaseName.READY);
      on(pair.target(), "INSERT INTO app.customer VALUES (77, 'a stranger')");
      on(pair.source(), "INSERT INTO app.customer VALUES (77, 'ours')");
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOf(FramException.class)
          .hasMessageContaining("its replica has stopped")
          .hasMessageContaining("somebody else has written to it")
          .hasMessageNotContaining("77");
    }
    pair.cancelled(pair.request(Optional.empty()));
  }

  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void anAccountThatWasDroppedIsMadeAgain(MySqlVersion version) throws Exception {
    anAccountThatWasDroppedIsMadeAgain(NativePair.fresh(version, TABLES));
  }

  static void anAccountThatWasDroppedIsMadeAgain(NativePair pair) throws Exception {
    try (Move move = pair.move().begin()) {
      move.awaitPhase(PhaseName.READY);
      String account = pair.accounts().getFirst();
      on(pair.source(), "DROP USER " + account);
      pair.endReplicasSessions(account);
      on(pair.source(), "INSERT INTO app.customer VALUES (78, 'ours')");
      await()
          .atMost(LIMIT)
          .until(
              () -> !values(pair.target(), "SELECT id FROM app.customer WHERE id = 78").isEmpty());
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
  }

  /** The log goes while the target cannot reach the source. */
  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void aLogThatIsGoneIsExplainedAndTheSourceUntouched(MySqlVersion version) throws Exception {
    aLogThatIsGoneIsExplainedAndTheSourceUntouched(NativePair.fresh(version, TABLES));
  }

  static void aLogThatIsGoneIsExplainedAndTheSourceUntouched(NativePair pair) throws Exception {
    try (TcpProxy way = TcpProxy.to("127.0.0.1", pair.source().port())) {
      RouteRequest request = pair.request(Optional.of(new Address("127.0.0.1", way.port())));
      try (Move move = pair.move(request).begin()) {
        move.awaitPhase(PhaseName.READY);
        way.cut();
        on(pair.source(), "INSERT INTO app.customer VALUES (81, 'ours')");
        await()
            .atMost(LIMIT)
            .until(() -> {
              on(pair.source(), "FLUSH BINARY LOGS");
              List<String> logs = values(pair.source(), "SHOW BINARY LOGS");
              on(pair.source(), "PURGE BINARY LOGS TO '" + logs.getLast() + "'");
              // Whoever reads a log keeps it.
              return values(pair.source(), "SHOW BINARY LOGS").size() == 1;
            });
        way.pass();
        assertThatThrownBy(move::awaitEnd)
            .isInstanceOfSatisfying(
                FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LOG_LOST))
            .hasMessageContaining("binlog_expire_logs_seconds");
      }
      pair.cancelled(request);
    }
  }

  /** A replica that was told to encrypt does not do without, whatever the source can do now. */
  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void aSourceThatEncryptsNoMoreIsNamed(MySqlVersion version) throws Exception {
    aSourceThatEncryptsNoMoreIsNamed(NativePair.fresh(version, TABLES));
  }

  static void aSourceThatEncryptsNoMoreIsNamed(NativePair pair) throws Exception {
    RouteRequest request = pair.request(Optional.empty());
    try (Move move = pair.move(request).begin()) {
      move.awaitPhase(PhaseName.READY);
      pair.sourceEncrypts(false);
      String account = pair.accounts().getFirst();
      pair.endReplicasSessions(account);
      on(pair.source(), "INSERT INTO app.customer VALUES (82, 'ours')");
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOf(FramException.class)
          .hasMessageContaining("agree on no encryption")
          .hasMessageContaining("ssl-mode=DISABLED");
      assertThat(values(pair.target(), "SELECT id FROM app.customer WHERE id = 82")).isEmpty();
    } finally {
      pair.sourceEncrypts(true);
    }
    try (Move move = pair.move(request).begin()) {
      move.awaitPhase(PhaseName.READY);
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
    assertThat(values(pair.target(), "SELECT id FROM app.customer WHERE id = 82"))
        .containsExactly("82");
  }

  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void aSourceThatTheTargetCannotReachIsNamed(MySqlVersion version) throws Exception {
    aSourceThatTheTargetCannotReachIsNamed(NativePair.fresh(version, TABLES));
  }

  static void aSourceThatTheTargetCannotReachIsNamed(NativePair pair) throws Exception {
    RouteRequest request = pair.request(Optional.of(new Address("127.0.0.1", 1)));
    try (Move move = pair.move(request).begin()) {
      assertThatThrownBy(move::awaitEnd)
          .isInstanceOf(FramException.class)
          .hasMessageContaining("cannot read from 127.0.0.1:1")
          .hasMessageContaining("--source-for-target");
    }
    pair.cancelled(request);
  }

  static void awaitWith(JavaChild fram, BooleanSupplier condition) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          assertThat(fram.alive()).as(fram.output()).isTrue();
          assertThat(condition.getAsBoolean()).as(fram.output()).isTrue();
        });
  }
}
