// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.status.PhaseName;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whoever has a way around an ordinary freeze tries it during a cutover: administrators, prepared
 * XA transactions, sessions that were there before their account was locked, events, and an
 * application with Fram's own login. Nothing may be accepted on both sides, and nothing
 * acknowledged be lost.
 */
@Timeout(300)
class MySqlFreezeTest {
  private static final String PASSWORD = "pw";
  private static final Set<String> ACCOUNTS = Set.of("plain", "admin");

  /** Who stays on the source whatever happens, and writes as fast as he is let. */
  private static final class Insister implements AutoCloseable {
    private final MySqlServer server;
    private final String user;
    private final boolean xa;
    private final AtomicInteger ids;
    private final Set<Integer> acknowledged = new ConcurrentSkipListSet<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param xa whether it commits each row in two phases
     */
    Insister(MySqlServer server, String user, boolean xa, AtomicInteger ids) {
      this.server = server;
      this.user = user;
      this.xa = xa;
      this.ids = ids;
      this.thread = Thread.ofPlatform().name("insister-" + user).start(this::run);
    }

    private void run() {
      while (!stopped()) {
        try (Connection connection = login(server, user);
            Statement sql = connection.createStatement()) {
          while (!stopped()) {
            int id = ids.incrementAndGet();
            String xid = "'" + user + id + "'";
            String insert = "INSERT INTO orders VALUES (" + id + ", '" + user + "', @@port)";
            if (xa) {
              sql.execute("XA START " + xid);
              sql.execute(insert);
              sql.execute("XA END " + xid);
              sql.execute("XA PREPARE " + xid);
              sql.execute("XA COMMIT " + xid);
            } else {
              sql.execute(insert);
            }
            acknowledged.add(id);
          }
        } catch (SQLException refused) {
          refusals.incrementAndGet();
        }
      }
    }

    private boolean stopped() {
      try {
        return stop.await(2, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        return true;
      }
    }

    int refusals() {
      return refusals.get();
    }

    Set<Integer> acknowledged() {
      return acknowledged;
    }

    @Override
    public void close() {
      stop.countDown();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Connection login(MySqlServer server, String user) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl("shop"), user, PASSWORD);
  }

  private static MySqlPair prepared(MySqlVersion from, MySqlVersion to) throws SQLException {
    MySqlPair pair = MySqlPair.of(from, to).fresh();
    String admin =
        from.mariaDb() ? "SUPER, READ_ONLY ADMIN, CONNECTION ADMIN" : "SUPER, CONNECTION_ADMIN";
    for (MySqlServer server : List.of(pair.source(), pair.target())) {
      for (String user : ACCOUNTS) {
        server.execute("", "DROP USER IF EXISTS " + user);
        server.execute("", "CREATE USER " + user + " IDENTIFIED BY '" + PASSWORD + "'");
        server.execute("", "GRANT ALL ON shop.* TO " + user);
      }
      server.execute("", "GRANT " + admin + " ON *.* TO admin");
    }
    pair.source()
        .execute(
            "",
            "CREATE DATABASE shop;"
                + " CREATE TABLE shop.orders (id int PRIMARY KEY, who varchar(9), port int);"
                + " CREATE TABLE shop.ticks (nr int AUTO_INCREMENT PRIMARY KEY, port int);"
                + " CREATE EVENT shop.tick ON SCHEDULE EVERY 1 SECOND DO"
                + " INSERT INTO shop.ticks (port) VALUES (@@port)");
    return pair;
  }

  private static Move manual(MySqlPair pair) {
    return new Move(pair, "", Move.settings(MigrationSettings.Mode.MANUAL));
  }

  @ParameterizedTest
  @CsvSource({"V8_0,V9_7", "MARIADB_11_4,MARIADB_11_4"})
  void administratorsOldSessionsAndEventsWriteOnOneSideOnly(MySqlVersion from, MySqlVersion to)
      throws Exception {
    MySqlPair pair = prepared(from, to);
    AtomicInteger ids = new AtomicInteger();
    Set<Integer> acknowledged = new TreeSet<>();
    try (Move move = manual(pair);
        Connection old = login(pair.source(), "plain");
        Statement early = old.createStatement()) {
      move.begin().awaitPhase(PhaseName.READY);
      try (Insister plain = new Insister(pair.source(), "plain", false, ids);
          Insister admin = new Insister(pair.source(), "admin", false, ids)) {
        await().until(() -> plain.acknowledged().size() > 9 && admin.acknowledged().size() > 9);
        // Not with Fram's login: on MariaDB a session of it that lingers would hold the cutover up.
        await().until(() -> hasTicked(pair.source()));
        // Open before the account is locked; it has touched nothing that the gate would wait for.
        early.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
        assertThat(Cutovers.cutOver(move).exitCode()).isZero();
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
        assertThatThrownBy(
                () -> {
                  early.execute("INSERT INTO orders VALUES (-1, 'old', 0)");
                  early.execute("COMMIT");
                })
            .isInstanceOf(SQLException.class);
        // The target's own event fires there; the source's must not any more.
        await().until(() -> ticks(pair.target(), pair.target()) > 1);
        int refused = admin.refusals();
        await().until(() -> admin.refusals() > refused && plain.refusals() > 0);
        acknowledged.addAll(plain.acknowledged());
        acknowledged.addAll(admin.acknowledged());
      }
      acknowledgedAreOnTheTarget(pair, acknowledged);
    }
  }

  /**
   * Each of them prepares and commits as fast as it is let, so a cutover may find one prepared and
   * give way; the one that goes through does so between an XA PREPARE and an XA START.
   */
  @ParameterizedTest
  @CsvSource({"V8_0,V8_0", "MARIADB_11_4,MARIADB_11_4"})
  void commitsInTwoPhasesDuringTheFreezeAreOnOneSideAndNotLost(MySqlVersion from, MySqlVersion to)
      throws Exception {
    MySqlPair pair = prepared(from, to);
    AtomicInteger ids = new AtomicInteger();
    Set<Integer> acknowledged = new TreeSet<>();
    try (Move move = manual(pair)) {
      move.begin().awaitPhase(PhaseName.READY);
      try (Insister plain = new Insister(pair.source(), "plain", true, ids);
          Insister admin = new Insister(pair.source(), "admin", true, ids)) {
        await().until(() -> plain.acknowledged().size() > 9 && admin.acknowledged().size() > 9);
        Cutovers.untilDone(move);
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
        int refused = admin.refusals();
        await().until(() -> admin.refusals() > refused && plain.refusals() > 0);
        acknowledged.addAll(plain.acknowledged());
        acknowledged.addAll(admin.acknowledged());
      }
      acknowledgedAreOnTheTarget(pair, acknowledged);
      for (MySqlServer server : List.of(pair.source(), pair.target())) {
        try (Connection connection = MySqlPair.administer(server);
            Statement sql = connection.createStatement();
            ResultSet prepared = sql.executeQuery("XA RECOVER")) {
          assertThat(prepared.next()).as("left prepared on " + server).isFalse();
        }
      }
    }
  }

  private static void acknowledgedAreOnTheTarget(MySqlPair pair, Set<Integer> acknowledged)
      throws SQLException {
    assertThat(orders(pair.target())).containsAll(acknowledged);
    assertThat(orders(pair.source())).isEqualTo(orders(pair.target()));
    assertThat(ticks(pair.source(), pair.source())).isEqualTo(ticks(pair.target(), pair.source()));
    assertThat(ticks(pair.source(), pair.target())).isZero();
  }

  @ParameterizedTest
  @CsvSource({"V8_0,V8_0", "MARIADB_11_4,MARIADB_11_4"})
  void aPreparedTransactionHoldsTheCutoverUpAndIsCarriedOver(MySqlVersion from, MySqlVersion to)
      throws Exception {
    MySqlPair pair = prepared(from, to);
    try (Move move = manual(pair);
        Connection one = login(pair.source(), "plain");
        Connection other = login(pair.source(), "plain");
        Statement before = one.createStatement();
        Statement after = other.createStatement()) {
      move.begin().awaitPhase(PhaseName.READY);
      before.execute("XA START 'before'");
      before.execute("INSERT INTO orders VALUES (1, 'xa', 0)");
      before.execute("XA END 'before'");
      before.execute("XA PREPARE 'before'");
      assertThat(Cutovers.cutOver(move).exitCode()).isNotZero();
      // The server writes on, and the transaction is as it was.
      after.execute("XA START 'after'");
      after.execute("INSERT INTO orders VALUES (2, 'xa', 0)");
      after.execute("XA END 'after'");
      before.execute("XA COMMIT 'before'");
      after.execute("XA PREPARE 'after'");
      assertThat(Cutovers.cutOver(move).exitCode()).isNotZero();
      after.execute("XA COMMIT 'after'");
      assertThat(Cutovers.cutOver(move).exitCode()).isZero();
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      assertThatThrownBy(() -> before.execute("XA START 'late'")).isInstanceOf(SQLException.class);
      assertThat(orders(pair.target())).containsExactly(1, 2);
      assertThat(orders(pair.source())).containsExactly(1, 2);
    }
  }

  /** MariaDB has nothing that binds Fram's own account: 1,106 writes were lost that way once. */
  @ParameterizedTest
  @CsvSource({"V8_0,V8_0", "MARIADB_11_4,MARIADB_11_4"})
  void whoUsesFramsOwnLoginHoldsTheCutoverUpOrIsBound(MySqlVersion from, MySqlVersion to)
      throws Exception {
    MySqlPair pair = prepared(from, to);
    try (Move move = manual(pair)) {
      move.begin().awaitPhase(PhaseName.READY);
      try (Connection stranger = MySqlPair.administer(pair.source());
          Statement sql = stranger.createStatement()) {
        sql.execute("INSERT INTO shop.orders VALUES (1, 'fram', @@port)");
        int code = Cutovers.cutOver(move).exitCode();
        if (from.mariaDb()) {
          assertThat(code).isNotZero();
          sql.execute("INSERT INTO shop.orders VALUES (2, 'fram', @@port)");
        } else {
          assertThat(code).isZero();
          assertThatThrownBy(() -> sql.execute("INSERT INTO shop.orders VALUES (2, 'fram', 0)"))
              .isInstanceOf(SQLException.class);
        }
      }
      if (from.mariaDb()) {
        // The server may take a moment to notice that the session is gone.
        Cutovers.untilDone(move);
      }
      assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.SERVING);
      assertThat(orders(pair.target())).isEqualTo(orders(pair.source())).contains(1);
    }
  }

  private static List<Integer> orders(MySqlServer server) throws SQLException {
    List<Integer> found = new ArrayList<>();
    try (Connection connection = MySqlPair.administer(server);
        Statement sql = connection.createStatement();
        ResultSet rows = sql.executeQuery("SELECT id FROM shop.orders ORDER BY id")) {
      while (rows.next()) {
        found.add(rows.getInt(1));
      }
    }
    return found;
  }

  private static boolean hasTicked(MySqlServer server) throws SQLException {
    try (Connection connection = login(server, "plain");
        Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery("SELECT 1 FROM ticks LIMIT 1")) {
      return row.next();
    }
  }

  /** How many ticks a server holds that were made on the other, or on itself. */
  private static long ticks(MySqlServer server, MySqlServer madeOn) throws SQLException {
    try (Connection connection = MySqlPair.administer(server);
        Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery("SELECT COUNT(*) FROM shop.ticks WHERE port = " + madeOn.port())) {
      row.next();
      return row.getLong(1);
    }
  }
}
