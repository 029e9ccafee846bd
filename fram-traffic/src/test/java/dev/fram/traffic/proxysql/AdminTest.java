// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.proxysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.model.Secret;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.suite.SharedServers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the stand-in cannot show, for it is ours: that the protocol is MySQL's. Real servers. */
@Timeout(300)
class AdminTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static MySqlServer server(MySqlVersion version) {
    return SharedServers.mySql("admin " + version, () -> MySqlServer.plan(version).start());
  }

  private static Admin open(MySqlServer server, String password) throws IOException {
    return Admin.open(
        new Address(server.host(), server.port()),
        new Admin.Login(server.user(), Optional.of(new Secret(password))),
        LIMIT);
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void logsInAsksAndOutlivesAnError(MySqlVersion version) throws IOException {
    MySqlServer server = server(version);
    try (Admin admin = open(server, server.password())) {
      assertThat(admin.ask("SELECT 'it''s' AS word, 7 AS number UNION ALL SELECT '', 8"))
          .containsExactly(
              Map.of("word", "it's", "number", "7"), Map.of("word", "", "number", "8"));
      assertThat(admin.ask("SET @a = 1")).isEmpty();
      assertThat(admin.ask("SELECT 1 AS one WHERE 1 = 2")).isEmpty();
      assertThatThrownBy(() -> admin.ask("SELECT nothing FROM nowhere.at_all"))
          .isInstanceOf(AdminError.class)
          .hasMessageContaining("nowhere");
      assertThat(admin.ask("SELECT @a AS a")).containsExactly(Map.of("a", "1"));
    }
    assertThatThrownBy(() -> open(server, "not-this"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Access denied")
        .hasMessageNotContaining("not-this");
  }

  @ParameterizedTest
  @EnumSource(MySqlVersion.class)
  void aDatabaseIsNotTakenForProxySql(MySqlVersion version) {
    MySqlServer server = server(version);
    TrafficMove move = Shop.move("db1:3306", "db2:3307", TrafficMove.Direction.FORWARD);
    String place = "mysql://" + server.user() + "@" + server.host() + ":" + server.port();
    assertThat(
            new ProxySqlKind()
                .open(
                    new SwitchOptions(
                        Map.of("admin", List.of(place), "hostgroups", List.of("0")),
                        Map.of(),
                        Optional.of(new Secret(server.password()))),
                    move)
                .check()
                .obstacles())
        .hasSize(1)
        .allMatch(obstacle -> obstacle.contains("not ProxySQL's admin interface"));
  }
}
