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
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only a replica of MariaDB's does. What both products' do: {@link NativeFeedTest}. */
@Timeout(400)
class MariaDbFeedTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String PLACE = "SELECT @@global.gtid_slave_pos";

  private NativePair pair;

  @BeforeEach
  void fresh() throws SQLException {
    pair = NativePair.fresh(MySqlVersion.MARIADB_11_4, NativeFeedTest.TABLES);
  }

  /**
   * A server that restarts starts its replicas by itself, with no filter and no end: whatever the
   * source does elsewhere would be done on the target, with nobody there to see it.
   */
  @Test
  void aTargetThatRestartsBringsNothingOverByItself() throws Exception {
    ready();
    on(pair.source(), "CREATE DATABASE made_meanwhile");
    on(pair.source(), "INSERT INTO app.customer VALUES (90, 'ours')");
    pair.target().kill9();
    pair.target().start();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(status("Last_SQL_Errno")).as("it has tried").isNotEqualTo("0"));
    assertThat(status("Slave_IO_Running")).isEqualTo("No");
    assertThat(status("Slave_SQL_Running")).isEqualTo("No");
    assertThat(values(pair.target(), "SHOW DATABASES LIKE 'made%'")).isEmpty();
    assertThat(values(pair.target(), "SELECT id FROM app.customer WHERE id = 90")).isEmpty();
    try (Move move = pair.move().begin()) {
      move.awaitPhase(PhaseName.READY);
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
    assertThat(values(pair.target(), "SELECT id FROM app.customer WHERE id = 90"))
        .containsExactly("90");
    assertThat(values(pair.target(), "SHOW DATABASES LIKE 'made%'")).isEmpty();
    assertThat(pair.channels()).isEmpty();
    assertThat(values(pair.target(), PLACE)).containsExactly("");
  }

  /** Of each domain the replica has to stop at its own transaction, and the feed has to know it. */
  @Test
  void followsASourceOfSeveralDomains() throws Exception {
    inDomain(7, "INSERT INTO app.customer VALUES (1001, 'before')");
    try (Move move = pair.move().begin()) {
      move.awaitPhase(PhaseName.READY);
      for (int i = 0; i < 40; i++) {
        inDomain(i % 3 * 7, "INSERT INTO app.customer VALUES (" + (2000 + i) + ", 'meanwhile')");
      }
      inDomain(99, "INSERT INTO app.customer VALUES (3000, 'a new one')");
      Cutovers.untilDone(move);
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
    }
    assertThat(values(pair.target(), "SELECT COUNT(*) FROM app.customer WHERE id > 1000"))
        .containsExactly("42");
  }

  private void inDomain(int domain, String sql) throws SQLException {
    try (Connection connection = MySqlPair.administer(pair.source());
        Statement statement = connection.createStatement()) {
      statement.execute("SET SESSION gtid_domain_id = " + domain);
      statement.execute(sql);
    }
  }

  /** Set back by hand: rows would come a second time, or, set forward, not at all. */
  @Test
  void aPlaceThatSomebodyHasChangedIsRefused() throws Exception {
    ready();
    String place = values(pair.target(), PLACE).getFirst();
    String server = values(pair.source(), "SELECT @@global.server_id").getFirst();
    for (String wrong : List.of("0-" + server + "-1", "0-" + server + "-99999999")) {
      on(pair.target(), "SET GLOBAL gtid_slave_pos = '" + wrong + "'");
      try (Move move = pair.move().begin()) {
        assertThatThrownBy(move::awaitEnd)
            .isInstanceOfSatisfying(
                FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FEED_INVALID))
            .hasMessageContaining("gtid_slave_pos is '" + wrong + "'");
      }
    }
    on(pair.target(), "SET GLOBAL gtid_slave_pos = '" + place + "'");
    try (Move move = pair.move().begin()) {
      move.awaitPhase(PhaseName.READY);
    }
    pair.cancelled(pair.request(Optional.empty()));
  }

  /** It is stopped before it has done anything, or the run ends: in either case nothing is lost. */
  @Test
  void aReplicaThatSomebodyElseStartsIsNotTrusted() throws Exception {
    Writers writers = pair.writers();
    try (writers) {
      try (Move move = pair.move().begin()) {
        move.awaitPhase(PhaseName.READY);
        on(pair.target(), "START SLAVE 'fram'");
        writers.awaitMore();
        Cutovers.untilDone(move);
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      } catch (FramException e) {
        assertThat(e).hasMessageContaining("somebody else has led it");
        try (Move again = pair.move().begin()) {
          again.awaitPhase(PhaseName.READY);
          Cutovers.untilDone(again);
          assertThat(again.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
        }
      }
      writers.awaitMore();
      writers.close();
      writers.assertNothingLost(NativePair.login(pair.target()));
    }
    assertThat(pair.channels()).isEmpty();
  }

  @Test
  void theAccountMayReadTheLogAndNothingElse() throws Exception {
    try (Move move = pair.move().begin()) {
      move.awaitPhase(PhaseName.READY);
      String account = pair.accounts().getFirst();
      List<String> grants = values(pair.source(), "SHOW GRANTS FOR '" + account + "'@'%'");
      assertThat(grants).hasSize(1);
      assertThat(grants.getFirst())
          .startsWith("GRANT REPLICATION SLAVE ON *.* TO")
          .contains("REQUIRE SSL");
      on(pair.source(), "REVOKE REPLICATION SLAVE ON *.* FROM '" + account + "'@'%'");
      on(pair.source(), "INSERT INTO app.customer VALUES (92, 'ours')");
      await()
          .atMost(LIMIT)
          .until(
              () -> !values(pair.target(), "SELECT id FROM app.customer WHERE id = 92").isEmpty());
    }
    pair.cancelled(pair.request(Optional.empty()));
  }

  private void ready() throws Exception {
    try (JavaChild fram = pair.fram("migrate", "--cutover=manual")) {
      NativeFeedTest.awaitWith(fram, () -> pair.phase().equals("READY"));
      fram.kill9();
    }
  }

  private String status(String column) throws SQLException {
    try (Connection connection = MySqlPair.administer(pair.target());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW SLAVE 'fram' STATUS")) {
      return row.next() ? row.getString(column) : "none";
    }
  }
}
