// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Secret;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.SwitchOutcome.Again;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** What the tests of the switch have in common: a ProxySQL with two hostgroups and a third. */
final class Shop {
  static final String SERVERS =
      "SELECT hostgroup_id, hostname, port, status, weight, max_connections, use_ssl, comment FROM"
          + " %s ORDER BY hostgroup_id, hostname";
  static final List<String> BEFORE =
      List.of(
          "0 db1 3306 ONLINE 1 200 1 writer",
          "1 db1 3306 ONLINE 50 1000 0 reader",
          "7 db9 3306 ONLINE 1 1000 0 other");
  static final List<String> PAUSED =
      List.of(
          "0 db1 3306 OFFLINE_SOFT 1 200 1 writer",
          "1 db1 3306 OFFLINE_SOFT 50 1000 0 reader",
          "7 db9 3306 ONLINE 1 1000 0 other");
  static final List<String> MOVED =
      List.of(
          "0 db2 3307 ONLINE 1 200 1 writer",
          "1 db2 3307 ONLINE 50 1000 0 reader",
          "7 db9 3306 ONLINE 1 1000 0 other");

  static StandIn start() throws Exception {
    return start(StandInWire.Plugin.NATIVE);
  }

  static StandIn start(StandInWire.Plugin plugin) throws Exception {
    StandIn proxy = new StandIn(plugin);
    change(
        proxy,
        "INSERT INTO mysql_servers (hostgroup_id, hostname, weight, max_connections, use_ssl,"
            + " comment) VALUES (0, 'db1', 1, 200, 1, 'writer'), (1, 'db1', 50, 1000, 0, 'reader'),"
            + " (7, 'db9', 1, 1000, 0, 'other')");
    return proxy;
  }

  static void change(StandIn proxy, String sql) throws SQLException {
    proxy.tables().ask(sql);
    proxy.tables().ask("LOAD MYSQL SERVERS TO RUNTIME");
    proxy.tables().ask("SAVE MYSQL SERVERS TO DISK");
  }

  static TrafficMove move(String from, String to, TrafficMove.Direction direction) {
    return new TrafficMove(
        MigrationId.random(new Random(1)),
        direction,
        new TrafficMove.Server(Address.parse(from).orElseThrow(), "shop"),
        new TrafficMove.Server(Address.parse(to).orElseThrow(), "shop"));
  }

  /** As a process that knows nothing of an earlier one. */
  static TrafficSwitch fresh(StandIn proxy) {
    return open(proxy, Map.of(), Optional.empty());
  }

  static TrafficSwitch open(
      StandIn proxy, Map<String, List<String>> other, Optional<Duration> idleAfter) {
    return open(
        proxy, other, idleAfter, move("db1:3306", "db2:3307", TrafficMove.Direction.FORWARD));
  }

  static TrafficSwitch open(
      StandIn proxy,
      Map<String, List<String>> other,
      Optional<Duration> idleAfter,
      TrafficMove move) {
    Map<String, List<String>> texts = new HashMap<>();
    texts.put("admin", List.of("mysql://fram@127.0.0.1:" + proxy.port()));
    texts.put("hostgroups", List.of("0", "1"));
    texts.putAll(other);
    Map<String, Duration> durations = new HashMap<>();
    idleAfter.ifPresent(time -> durations.put("idle-after", time));
    return new ProxySqlKind()
        .open(new SwitchOptions(texts, durations, Optional.of(new Secret(StandIn.PASSWORD))), move);
  }

  static void assertDone(SwitchOutcome outcome) {
    assertThat(outcome).isInstanceOf(SwitchOutcome.Done.class);
  }

  static String assertNotDone(SwitchOutcome outcome, Again again) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            SwitchOutcome.NotDone.class, no -> assertThat(no.again()).isEqualTo(again));
    String told = outcome.toString();
    assertThat(told).doesNotContain(StandIn.PASSWORD).doesNotContain("secret");
    return told;
  }

  static List<String> servers(StandIn proxy, Layer layer) throws SQLException {
    return proxy.tables().lines(SERVERS.formatted(layer.table()));
  }

  static void assertEverywhere(StandIn proxy, List<String> rows) throws SQLException {
    for (Layer layer : Layer.values()) {
      assertThat(servers(proxy, layer)).as(layer.table()).isEqualTo(rows);
    }
  }

  static String obstacles(TrafficSwitch proxysql) {
    return String.join("\n", proxysql.check().obstacles());
  }

  private Shop() {}
}
