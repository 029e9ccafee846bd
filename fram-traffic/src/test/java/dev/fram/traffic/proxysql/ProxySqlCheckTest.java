// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import static dev.fram.traffic.proxysql.Shop.BEFORE;
import static dev.fram.traffic.proxysql.Shop.assertNotDone;
import static dev.fram.traffic.proxysql.Shop.change;
import static dev.fram.traffic.proxysql.Shop.fresh;
import static dev.fram.traffic.proxysql.Shop.move;
import static dev.fram.traffic.proxysql.Shop.obstacles;
import static dev.fram.traffic.proxysql.Shop.open;
import static dev.fram.traffic.proxysql.Shop.servers;
import static dev.fram.traffic.proxysql.Shop.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.model.Secret;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.SwitchOutcome.Again;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the switch finds before anything is touched; the stand-in again. */
@Timeout(120)
class ProxySqlCheckTest {
  private static final Duration LIMIT = Duration.ofSeconds(3);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE mysql_servers SET status='OFFLINE_SOFT' WHERE hostgroup_id=1"
            + " | db1:3306 is OFFLINE_SOFT in hostgroup 1, not ONLINE",
        "DELETE FROM mysql_servers WHERE hostgroup_id=1"
            + " | hostgroup 1 has no server db1:3306. If it knows it by another name",
        "UPDATE mysql_servers SET hostgroup_id=1 WHERE hostname='db9'"
            + " | hostgroup 1 has db9:3306 (ONLINE) as well",
        "UPDATE mysql_servers SET hostname='db1' WHERE hostname='db9'"
            + " | db1:3306 is in hostgroup 7 too",
        "INSERT INTO mysql_servers (hostgroup_id, hostname, port, status) VALUES (0, 'db2', 3307,"
            + " 'OFFLINE_HARD')"
            + " | hostgroup 0 has db2:3307 already",
        "UPDATE runtime_global_variables SET variable_value='10000' WHERE variable_name LIKE"
            + " '%server_max' | mysql-connect_timeout_server_max is 10000 ms",
        "UPDATE runtime_global_variables SET variable_value='false' WHERE variable_name ="
            + " 'mysql-multiplexing' | mysql-multiplexing is off",
        "UPDATE runtime_global_variables SET variable_value='true' WHERE variable_name ="
            + " 'admin-read_only' | admin-read_only is on",
        "INSERT INTO runtime_mysql_replication_hostgroups VALUES (3, 1, 'read_only', '')"
            + " | mysql_replication_hostgroups names one of the hostgroups",
        "INSERT INTO runtime_mysql_galera_hostgroups VALUES (0, 8, 9, 10, 1)"
            + " | mysql_galera_hostgroups names one of the hostgroups",
      })
  void theCheckNamesWhatIsNotAsItMustBe(String change, String expected) throws Exception {
    try (StandIn proxy = start()) {
      change(proxy, change);
      List<String> obstacles = fresh(proxy).check().obstacles();
      assertThat(obstacles).hasSize(1);
      assertThat(obstacles.getFirst()).contains(expected);
    }
  }

  @Test
  void whatIsNotLoadedOrNotSavedIsNotCarriedAlong() throws Exception {
    try (StandIn proxy = start()) {
      proxy.tables().ask("UPDATE mysql_servers SET weight=9 WHERE hostname='db9'");
      assertThat(obstacles(fresh(proxy)))
          .contains("differs from runtime_mysql_servers (hostgroup 7 db9:3306)")
          .contains("differs from what is on disk (hostgroup 7 db9:3306)");
      assertThat(assertNotDone(fresh(proxy).pause(LIMIT), Again.BY_HAND))
          .contains("(hostgroup 7 db9:3306): LOAD would activate that too");
      assertThat(servers(proxy, Layer.RUNTIME)).isEqualTo(BEFORE);
    }
  }

  @Test
  void aServerThatProxySqlShunnedByItselfIsNoDifference() throws Exception {
    try (StandIn proxy = start()) {
      proxy.tables().ask("UPDATE runtime_mysql_servers SET status='SHUNNED' WHERE hostname='db9'");
      assertThat(fresh(proxy).check().obstacles()).isEmpty();
    }
  }

  @Test
  void aTiedClientIsNamedBeforeAnythingIsTouched() throws Exception {
    try (StandIn proxy = start()) {
      proxy.tables().sleeps(proxy.tables().begins(0), 10_000);
      assertThat(obstacles(fresh(proxy)))
          .contains("session 1, hostgroup 0) holds a connection and has sent nothing for 10000 ms")
          .contains("set idle-after");
      assertThat(open(proxy, Map.of(), Optional.of(Duration.ofSeconds(1))).check().obstacles())
          .isEmpty();
    }
  }

  @Test
  void theNodesOfAClusterAreCounted() throws Exception {
    try (StandIn proxy = start()) {
      proxy.tables().run("INSERT INTO runtime_proxysql_servers VALUES ('a', 6032), ('b', 6032)");
      assertThat(fresh(proxy).check().plan()).contains("one of 2 nodes that need an entry each");
    }
  }

  @Test
  void aWrongPasswordAndAWrongPlaceAreNamed() throws Exception {
    try (StandIn proxy = start()) {
      TrafficMove move = move("db1:3306", "db2:3307", TrafficMove.Direction.FORWARD);
      String admin = "mysql://fram@127.0.0.1:" + proxy.port();
      TrafficSwitch wrong =
          new ProxySqlKind()
              .open(
                  new SwitchOptions(
                      Map.of("admin", List.of(admin), "hostgroups", List.of("0")),
                      Map.of(),
                      Optional.of(new Secret("not-this"))),
                  move);
      assertThat(obstacles(wrong))
          .contains("the admin interface cannot be asked")
          .contains("Access denied for user 'fram'")
          .doesNotContain("not-this");
      String statistics = "mysql://stats@127.0.0.1:" + proxy.port();
      assertThat(obstacles(open(proxy, Map.of("admin", List.of(statistics)), Optional.empty())))
          .contains("stats cannot read mysql_servers")
          .contains("Name a user of admin-admin_credentials");
    }
  }

  @Test
  void aServerThatIsNotProxySqlsAdminInterfaceIsRefused() throws Exception {
    try (StandIn proxy = start()) {
      proxy.faults((place, sql) ->
          sql.contains("@@version_comment") ? StandIn.Fault.IGNORED : StandIn.Fault.NONE);
      assertThat(obstacles(fresh(proxy))).contains("not ProxySQL's admin interface");
      assertThat(proxy.heard()).hasSize(1);
    }
  }

  @Test
  void optionsThatCannotBeMeantAreNamed() {
    assertThat(
            new ProxySqlKind()
                .problems(
                    new SwitchOptions(
                        Map.of(
                            "admin", List.of("postgresql://fram@db:6032"),
                            "hostgroups", List.of("0", "writer")),
                        Map.of(),
                        Optional.empty())))
        .containsExactly(
            "hostgroups are numbers, as in [0, 1].",
            "admin is a postgresql:// address. The admin interface speaks mysql://.");
  }

  @Test
  void thePasswordIsNotSentInTheClear() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<byte[]> came =
          CompletableFuture.supplyAsync(() -> {
            try (Socket guest = listener.accept()) {
              StandInWire wire = new StandInWire(guest);
              wire.greet(StandInWire.Plugin.NATIVE);
              return wire.askInTheClear();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      Address place = new Address("127.0.0.1", listener.getLocalPort());
      Admin.Login login = new Admin.Login("fram", Optional.of(new Secret("not for everybody")));
      assertThatThrownBy(() -> Admin.open(place, login, Duration.ofSeconds(20)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in the clear");
      assertThat(came.get(20, TimeUnit.SECONDS)).isEmpty();
    }
  }
}
