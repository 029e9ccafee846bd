// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.Endpoint;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.SwitchableProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@link Strikes} where the application comes through a real proxy that Fram pauses and switches,
 * and a probe comes the same way. Where they are asked for: minutes even for a few.
 */
@Timeout(3_600)
@EnabledIfSystemProperty(named = "fram.journal.step", matches = ".+")
class ProxyStrikeTest {
  @ParameterizedTest
  @MethodSource("dev.fram.it.migration.Strikes#wanted")
  void nothingIsLostBehindPgBouncer(Strikes.Blow blow) throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    String database = pair.freshDatabase("struck");
    pair.source().execute(database, JournalStrikeTest.TABLES);
    Pooler.createAccount(pair.source());
    Pooler.createAccount(pair.target());
    Pooler.grantTables(pair.source(), database);
    Login source = () -> pair.source().connect(database);
    Login target = () -> pair.target().connect(database);
    try (Pooler pooler = new Pooler(pair.sourceEndpoint(database), "transaction");
        Strikes strikes =
            new Strikes(
                new Strikes.Side(pair.sourceEndpoint(database), source, source),
                new Strikes.Side(pair.targetEndpoint(database), target, target),
                Strikes.Path.behind(
                    pooler::connect,
                    words(
                        pooler.setting(),
                        pooler.endpoint(),
                        pair.sourceEndpoint(database),
                        pair.targetEndpoint(database))))) {
      strikes.thereAndBack(blow, JournalStops::onPostgres);
      assertThat(Files.readString(pooler.config()))
          .contains(" port=%d ".formatted(pair.source().port()));
    }
    pair.drop(database);
  }

  @ParameterizedTest
  @MethodSource("dev.fram.it.migration.Strikes#wanted")
  void nothingIsLostBehindHaProxy(Strikes.Blow blow) throws Exception {
    MySqlPair pair = MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V8_0);
    pair.fresh();
    pair.source().execute("", MySqlJournalStrikeTest.TABLES);
    MySqlJournalStrikeTest.observed(pair.source());
    MySqlJournalStrikeTest.observed(pair.target());
    try (HaProxy proxy = new HaProxy(pair.source())) {
      Endpoint path = proxy.through(pair.applicationOnSource().current());
      Login application = new SwitchableProvider(path)::connect;
      List<String> words =
          new ArrayList<>(
              words(proxy.setting(), path, pair.sourceEndpoint("app"), pair.targetEndpoint("app")));
      words.add("--provider-account=" + MySqlJournalStrikeTest.OBSERVER + "@%");
      try (Strikes strikes =
          new Strikes(
              new Strikes.Side(
                  pair.sourceEndpoint("app"),
                  MySqlJournalStrikeTest.login(pair.source()),
                  MySqlJournalStrikeTest.observer(pair.source())),
              new Strikes.Side(
                  pair.targetEndpoint("app"),
                  MySqlJournalStrikeTest.login(pair.target()),
                  MySqlJournalStrikeTest.observer(pair.target())),
              Strikes.Path.behind(application, words))) {
        strikes.thereAndBack(blow, JournalStops::onMySql);
        assertThat(proxy.config()).contains("server main 127.0.0.1:" + pair.source().port() + " ");
      }
    }
  }

  /** Fram comes to the servers by another way than the proxy does. */
  private static List<String> words(
      String traffic, Endpoint probe, Endpoint source, Endpoint target) throws IOException {
    String addresses =
        ", source-address: '%s', target-address: '%s'}".formatted(address(source), address(target));
    Path password = Files.createTempFile("probe-", ".password");
    password.toFile().deleteOnExit();
    Files.writeString(password, probe.password().orElseThrow().reveal());
    return List.of(
        "--traffic=" + traffic.replaceFirst("}$", addresses),
        "--probe=" + FramProcess.uri(probe),
        "--probe-password-file=" + password);
  }

  private static String address(Endpoint endpoint) {
    return endpoint.host() + ":" + endpoint.port();
  }
}
