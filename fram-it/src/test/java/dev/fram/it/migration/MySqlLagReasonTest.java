// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@link LagReasonTest} for MySQL and MariaDB: a lock on the target, nothing finds the row, and a
 * replica that is waited for.
 */
@Timeout(180)
class MySqlLagReasonTest {
  private static final int ROWS = Integer.getInteger("fram.lag.rows", 200_000);

  @ParameterizedTest
  @EnumSource(
      value = MySqlVersion.class,
      names = {"V8_0", "MARIADB_11_4"})
  void eachIsNamedAndIsGoneWhenItIsOver(MySqlVersion version) throws SQLException {
    MySqlPair pair = MySqlPair.of(version, version).fresh();
    try (Connection source = pair.source().connect("");
        Statement application = source.createStatement()) {
      application.execute("CREATE DATABASE shop");
      application.execute("CREATE TABLE shop.item (id int PRIMARY KEY, v varchar(100))");
      application.execute("INSERT INTO shop.item VALUES (1, 'a secret'), (2, 'x')");
      application.execute("CREATE TABLE shop.entry (n int, v varchar(100))");
      application.execute("INSERT INTO shop.entry VALUES (1, 'x')");
      for (long rows = 1; rows < ROWS; rows *= 2) {
        application.execute("INSERT INTO shop.entry SELECT n + " + rows + ", v FROM shop.entry");
      }
      try (Move move = new Move(pair, "shop", LagReasonTest.settings()).begin()) {
        move.awaitPhase(PhaseName.READY);
        LagReasonTest.assertNothingForAWhile(move);
        aLock(pair, application, move);
        LagReasonTest.await(move, s -> s.lagging().isEmpty() && s.feed().lagMillis() == 0);
        application.execute("UPDATE shop.entry SET v = 'y' WHERE n % 100 = 0");
        LagReasonTest.await(
            move,
            LagReasonTest.lags("shop.entry has no primary key and no unique index on the target"));
      }
    }
  }

  private static void aLock(MySqlPair pair, Statement application, Move move) throws SQLException {
    try (Connection target = pair.target().connect("shop");
        Statement holder = target.createStatement()) {
      target.setAutoCommit(false);
      String session = one(holder, "SELECT CONNECTION_ID()");
      holder.execute("SELECT * FROM item WHERE v = 'a secret' FOR UPDATE");
      application.execute("UPDATE shop.item SET v = 'z' WHERE id = 1");
      Status seen =
          LagReasonTest.await(
              move, LagReasonTest.lags("shop.item waits for a lock of session " + session));
      assertThat(seen.lagging().orElseThrow()).doesNotContain("secret");
      target.rollback();
    }
  }

  /**
   * A replica that is waited for (semi-synchronous) and does not come, and not the source. The
   * picture is kept on the target, so it stands still meanwhile; the log says it, and the notes do
   * afterwards. {@code -Dfram.lag.standby=true}: it takes its time.
   */
  @ParameterizedTest
  @EnumSource(
      value = MySqlVersion.class,
      names = {"V8_0", "MARIADB_11_4"})
  @EnabledIfSystemProperty(named = "fram.lag.standby", matches = "true")
  void aReplicaThatDoesNotAnswerIsNamed(MySqlVersion version) throws SQLException {
    MySqlPair pair = MySqlPair.of(version, version).fresh();
    String role = version.mariaDb() ? "master" : "source";
    try (Connection source = pair.source().connect("");
        Statement application = source.createStatement();
        Connection target = MySqlPair.administer(pair.target());
        Statement settings = target.createStatement()) {
      application.execute("CREATE DATABASE shop");
      application.execute("CREATE TABLE shop.item (id int PRIMARY KEY, v varchar(100))");
      application.execute("INSERT INTO shop.item VALUES (1, 'x')");
      try (Move move = new Move(pair, "shop", LagReasonTest.settings()).begin()) {
        move.awaitPhase(PhaseName.READY);
        if (!version.mariaDb()) {
          settings.execute("INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'");
        }
        settings.execute("SET GLOBAL rpl_semi_sync_" + role + "_timeout = 100000");
        settings.execute("SET GLOBAL rpl_semi_sync_" + role + "_enabled = ON");
        application.execute("UPDATE shop.item SET v = 'w' WHERE id = 1");
        long until = System.nanoTime() + 8_000_000_000L;
        Awaitility.await().until(() -> System.nanoTime() > until);
        settings.execute("SET GLOBAL rpl_semi_sync_" + role + "_enabled = OFF");
        LagReasonTest.await(
            move,
            status -> status.notes().stream().anyMatch(n -> n.contains("waits for its standby")));
        LagReasonTest.await(move, s -> s.lagging().isEmpty() && s.feed().lagMillis() == 0);
        assertThat(move.status().notes()).noneMatch(n -> n.contains("The source has not answered"));
        if (!version.mariaDb()) {
          settings.execute("UNINSTALL PLUGIN rpl_semi_sync_source");
        }
      }
    }
  }

  private static String one(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
