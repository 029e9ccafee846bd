// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import static dev.fram.traffic.proxysql.Shop.BEFORE;
import static dev.fram.traffic.proxysql.Shop.MOVED;
import static dev.fram.traffic.proxysql.Shop.PAUSED;
import static dev.fram.traffic.proxysql.Shop.assertDone;
import static dev.fram.traffic.proxysql.Shop.assertEverywhere;
import static dev.fram.traffic.proxysql.Shop.assertNotDone;
import static dev.fram.traffic.proxysql.Shop.change;
import static dev.fram.traffic.proxysql.Shop.fresh;
import static dev.fram.traffic.proxysql.Shop.move;
import static dev.fram.traffic.proxysql.Shop.obstacles;
import static dev.fram.traffic.proxysql.Shop.open;
import static dev.fram.traffic.proxysql.Shop.servers;
import static dev.fram.traffic.proxysql.Shop.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.SwitchOutcome.Again;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The switch against a stand-in of ProxySQL's admin interface; no ProxySQL, and no MySQL. */
@Timeout(120)
class ProxySqlTest {
  private static final Duration LIMIT = Duration.ofSeconds(3);
  private static final Duration SHORT = Duration.ofMillis(200);

  @ParameterizedTest
  @EnumSource(StandInWire.Plugin.class)
  void pausesPointsElsewhereAndGoesOn(StandInWire.Plugin plugin) throws Exception {
    try (StandIn proxy = start(plugin)) {
      TrafficSwitch proxysql = fresh(proxy);
      assertThat(proxysql.check().obstacles()).isEmpty();
      assertThat(proxysql.check().plan())
          .isEqualTo(
              "would set db1:3306 OFFLINE_SOFT in hostgroup 0, 1, then put db2:3307 in its place,"
                  + " SAVE and LOAD (ProxySQL 2.5.5-10-g195bd70)");
      assertEverywhere(proxy, BEFORE);
      assertDone(proxysql.pause(LIMIT));
      assertDone(fresh(proxy).pause(LIMIT));
      assertThat(servers(proxy, Layer.RUNTIME)).isEqualTo(PAUSED);
      assertThat(servers(proxy, Layer.DISK)).isEqualTo(BEFORE);
      long writer = proxy.tables().begins(0);
      long reader = proxy.tables().begins(1);
      assertThat(proxy.tables().server(writer)).isEmpty();
      assertDone(proxysql.redirect());
      assertThat(proxy.tables().server(writer)).isEqualTo("db2:3307");
      assertThat(proxy.tables().server(reader)).isEqualTo("db2:3307");
      assertDone(proxysql.resume());
      assertDone(fresh(proxy).redirect());
      assertDone(fresh(proxy).resume());
      assertEverywhere(proxy, MOVED);
      assertThat(proxy.tables().connected(writer)).isTrue();
    }
  }

  @Test
  void anUndoneCutoverLeavesEverythingAsItWas() throws Exception {
    try (StandIn proxy = start()) {
      TrafficSwitch proxysql = fresh(proxy);
      assertDone(proxysql.pause(LIMIT));
      long waiting = proxy.tables().begins(0);
      assertDone(proxysql.undo());
      assertThat(proxy.tables().server(waiting)).isEqualTo("db1:3306");
      assertEverywhere(proxy, BEFORE);
      proxy.noFaults();
      assertDone(fresh(proxy).undo());
      assertThat(proxy.heard()).noneMatch(sql -> sql.startsWith("LOAD"));
    }
  }

  @Test
  void theDataComesBackAndTheTrafficWithIt() throws Exception {
    try (StandIn proxy = start()) {
      TrafficSwitch there = fresh(proxy);
      assertDone(there.pause(LIMIT));
      assertDone(there.redirect());
      TrafficSwitch back =
          open(
              proxy,
              Map.of(),
              Optional.empty(),
              move("db2:3307", "db1:3306", TrafficMove.Direction.BACK));
      assertThat(back.check().obstacles()).isEmpty();
      assertDone(back.pause(LIMIT));
      assertDone(back.redirect());
      assertDone(back.resume());
      assertEverywhere(proxy, BEFORE);
    }
  }

  @Test
  void waitsForTheEndOfATransaction() throws Exception {
    try (StandIn proxy = start()) {
      long busy = proxy.tables().begins(0);
      FutureTask<SwitchOutcome> pause =
          new FutureTask<>(() -> fresh(proxy).pause(Duration.ofSeconds(60)));
      Thread.ofVirtual().start(pause);
      await()
          .until(() ->
              proxy.heard().stream().filter(sql -> sql.contains("connection_pool")).count() > 2);
      assertThat(pause.isDone()).isFalse();
      proxy.tables().ends(busy);
      assertDone(pause.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void whoIsInTheWayIsNamedAndEverythingPutBack() throws Exception {
    try (StandIn proxy = start()) {
      long busy = proxy.tables().begins(1);
      long idle = proxy.tables().begins(0);
      proxy.tables().sleeps(idle, 61_000);
      assertThat(assertNotDone(fresh(proxy).pause(SHORT), Again.LATER))
          .contains("Connections to db1:3306 were still held after 200 ms")
          .contains("client 10.0.0.7:40001 (user ann, session 1, hostgroup 1) is busy (Query)")
          .contains(
              "client 10.0.0.7:40002 (user ann, session 2, hostgroup 0) holds a connection and has"
                  + " sent nothing for 61000 ms");
      assertEverywhere(proxy, BEFORE);
      assertThat(proxy.tables().server(busy)).isEqualTo("db1:3306");
    }
  }

  @Test
  void oneThatSendsNothingIsNotWaitedForIfSoSet() throws Exception {
    try (StandIn proxy = start()) {
      long tied = proxy.tables().begins(0);
      proxy.tables().sleeps(tied, 5_000);
      Optional<Duration> second = Optional.of(Duration.ofSeconds(1));
      assertNotDone(
          open(proxy, Map.of(), Optional.of(Duration.ofSeconds(6))).pause(SHORT), Again.LATER);
      TrafficSwitch proxysql = open(proxy, Map.of(), second);
      assertDone(proxysql.pause(LIMIT));
      assertThat(proxy.tables().connected(tied)).isTrue();
      assertDone(proxysql.redirect());
      // Its connection leads to a closed server: it has to come again.
      assertThat(proxy.tables().connected(tied)).isFalse();
      assertEverywhere(proxy, MOVED);
    }
  }

  /** Fram dies, or the connection: wherever that is, another process takes everything back. */
  @ParameterizedTest
  @EnumSource(
      value = StandIn.Fault.class,
      names = {"CUT_BEFORE", "CUT_AFTER", "REFUSED"})
  void aPauseThatEndsAnywhereCanBeUndone(StandIn.Fault fault) throws Exception {
    try (StandIn proxy = start()) {
      assertDone(fresh(proxy).pause(LIMIT));
      int statements = proxy.heard().size();
      assertDone(fresh(proxy).undo());
      assertThat(statements).isGreaterThan(5);
      for (int at = 1; at <= statements; at++) {
        int last = at;
        proxy.faults((place, sql) -> place == last ? fault : StandIn.Fault.NONE);
        assertNotDone(fresh(proxy).pause(LIMIT), Again.LATER);
        assertThat(proxy.heard()).hasSize(last);
        proxy.noFaults();
        assertDone(fresh(proxy).undo());
        assertEverywhere(proxy, BEFORE);
      }
    }
  }

  /** Nor is the way forward lost. */
  @ParameterizedTest
  @EnumSource(
      value = StandIn.Fault.class,
      names = {"CUT_BEFORE", "CUT_AFTER", "REFUSED"})
  void aSwitchThatEndsAnywhereGoesOn(StandIn.Fault fault) throws Exception {
    for (int at = 1, statements = 1; at <= statements; at++) {
      try (StandIn proxy = start()) {
        assertDone(fresh(proxy).pause(LIMIT));
        proxy.noFaults();
        if (at == 1) {
          assertDone(fresh(proxy).redirect());
          statements = proxy.heard().size();
          assertThat(statements).isGreaterThan(8);
          continue;
        }
        int last = at - 1;
        proxy.faults((place, sql) -> place == last ? fault : StandIn.Fault.NONE);
        assertNotDone(fresh(proxy).redirect(), Again.LATER);
        assertThat(proxy.heard()).hasSizeGreaterThanOrEqualTo(last);
        if (fault != StandIn.Fault.REFUSED && servers(proxy, Layer.RUNTIME).equals(MOVED)) {
          // One that dies now comes back with the right server.
          assertThat(servers(proxy, Layer.DISK)).isEqualTo(MOVED);
        }
        proxy.noFaults();
        assertDone(fresh(proxy).redirect());
        assertDone(fresh(proxy).resume());
        assertEverywhere(proxy, MOVED);
      }
    }
  }

  @Test
  void aLoadThatIsAnsweredButNotObeyedIsNoticed() throws Exception {
    try (StandIn proxy = start()) {
      assertDone(fresh(proxy).pause(LIMIT));
      proxy.faults(
          (place, sql) -> sql.startsWith("LOAD") ? StandIn.Fault.IGNORED : StandIn.Fault.NONE);
      assertThat(assertNotDone(fresh(proxy).redirect(), Again.LATER))
          .contains("does not all lead to db2:3307");
      assertThat(servers(proxy, Layer.RUNTIME)).isEqualTo(PAUSED);
      proxy.noFaults();
      assertDone(fresh(proxy).redirect());
      assertEverywhere(proxy, MOVED);
    }
  }

  @ParameterizedTest
  @CsvSource({"IGNORED, SAVE was answered and not obeyed", "REFUSED, database or disk is full"})
  void aFullDiskDoesNotKeepClientsWaiting(StandIn.Fault fault, String expected) throws Exception {
    try (StandIn proxy = start()) {
      assertDone(fresh(proxy).pause(LIMIT));
      long waiting = proxy.tables().begins(0);
      proxy.faults((place, sql) -> sql.startsWith("SAVE") ? fault : StandIn.Fault.NONE);
      assertThat(assertNotDone(fresh(proxy).redirect(), Again.LATER))
          .contains("It leads to db2:3307, but not on disk")
          .contains(expected);
      assertThat(proxy.tables().server(waiting)).isEqualTo("db2:3307");
      proxy.noFaults();
      assertDone(fresh(proxy).redirect());
      assertEverywhere(proxy, MOVED);
    }
  }

  @Test
  void aPauseThatIsNotObeyedIsNoticed() throws Exception {
    try (StandIn proxy = start()) {
      proxy.faults(
          (place, sql) -> sql.startsWith("LOAD") ? StandIn.Fault.IGNORED : StandIn.Fault.NONE);
      assertThat(assertNotDone(fresh(proxy).pause(LIMIT), Again.LATER))
          .contains("does not all OFFLINE_SOFT");
      assertDone(fresh(proxy).undo());
      assertEverywhere(proxy, BEFORE);
    }
  }

  /** It comes back with what is on disk. */
  @Test
  void aProxySqlThatStartsAgainWhilePausedServesTheOldServer() throws Exception {
    try (StandIn proxy = start()) {
      assertDone(fresh(proxy).pause(LIMIT));
      proxy.tables().run("DELETE FROM mysql_servers");
      proxy.tables().run("INSERT INTO mysql_servers SELECT * FROM disk.mysql_servers");
      proxy.tables().ask("LOAD MYSQL SERVERS TO RUNTIME");
      assertThat(servers(proxy, Layer.RUNTIME)).isEqualTo(BEFORE);
      assertDone(fresh(proxy).redirect());
      assertEverywhere(proxy, MOVED);
    }
  }

  @Test
  void aRowThatSomebodyHasAddedMeanwhileDoesNotKeepClientsWaiting() throws Exception {
    try (StandIn proxy = start()) {
      assertDone(fresh(proxy).pause(LIMIT));
      proxy
          .tables()
          .ask("INSERT INTO mysql_servers (hostgroup_id, hostname, port) VALUES (0, 'db2', 3307)");
      assertDone(fresh(proxy).redirect());
      assertEverywhere(proxy, MOVED);
    }
  }

  @Test
  void aRowThatSomebodyHasRemovedIsNotMadeUp() throws Exception {
    try (StandIn proxy = start()) {
      change(proxy, "DELETE FROM mysql_servers WHERE hostgroup_id=1");
      assertThat(assertNotDone(fresh(proxy).pause(LIMIT), Again.BY_HAND))
          .contains("Hostgroup 1 has no server db1:3306 any more");
      assertThat(assertNotDone(fresh(proxy).redirect(), Again.BY_HAND))
          .contains("Hostgroup 1 has neither db1:3306 nor db2:3307");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "o'brien:3306, it''s:3306",
    "\"db\"; DROP TABLE mysql_servers; --:3306, back\\slash:3306",
    "[2001:db8::1]:3306, [2001:db8::2]:3306",
    "büro.example:3306, 数据库.example:3306"
  })
  void oddNamesAreOnlyNames(String source, String target) throws Exception {
    try (StandIn proxy = new StandIn()) {
      String host = Address.parse(source).orElseThrow().host();
      change(
          proxy,
          "INSERT INTO mysql_servers (hostgroup_id, hostname, comment) VALUES (0, '"
              + host.replace("'", "''")
              + "', 'it''s')");
      TrafficSwitch proxysql =
          open(
              proxy,
              Map.of(
                  "hostgroups",
                  List.of("0"),
                  "source-address",
                  List.of(source),
                  "target-address",
                  List.of(target)),
              Optional.empty());
      long before = proxy.tables().begins(0);
      proxy.tables().ends(before);
      assertThat(proxysql.check().obstacles()).isEmpty();
      assertDone(proxysql.pause(LIMIT));
      assertDone(proxysql.redirect());
      assertThat(proxy.tables().lines("SELECT hostname, comment FROM runtime_mysql_servers"))
          .containsExactly(Address.parse(target).orElseThrow().host() + " it's");
    }
  }

  @Test
  void oneThatIsGoneDidNothing() throws Exception {
    StandIn proxy = start();
    TrafficSwitch proxysql = fresh(proxy);
    proxy.close();
    assertThat(obstacles(proxysql)).contains("the admin interface cannot be asked");
    assertNotDone(proxysql.pause(LIMIT), Again.LATER);
    assertNotDone(proxysql.undo(), Again.LATER);
    assertNotDone(proxysql.redirect(), Again.LATER);
    assertNotDone(proxysql.resume(), Again.LATER);
  }
}
