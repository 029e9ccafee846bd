// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.model.Endpoint;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.JavaChild;
import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.server.SshServer;
import dev.fram.testkit.workload.OracleReport;
import dev.fram.testkit.workload.SwitchableProvider;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole migration with each server behind a jump host of its own, under load. While it copies,
 * the jump hosts lose their connections; while it follows, they are killed and started again. The
 * same run goes on and nothing is lost.
 */
@Timeout(600)
class SshTest {
  private static final int ROWS = 8_000;
  private static final int RATE = 60;
  private static final Duration LIMIT = Duration.ofSeconds(240);

  @TempDir private Path folder;
  private SshServer nearSource;
  private SshServer nearTarget;
  private Path knownHosts;

  @BeforeEach
  void start() throws IOException {
    nearSource = SshServer.start(Files.createDirectory(folder.resolve("source")));
    nearTarget = SshServer.start(Files.createDirectory(folder.resolve("target")));
    nearTarget.letIn(nearSource.key());
    knownHosts =
        Files.writeString(
            folder.resolve("known_hosts"), nearSource.knownHost() + nearTarget.knownHost());
  }

  @AfterEach
  void stop() {
    nearSource.close();
    nearTarget.close();
  }

  @Test
  void postgresMovesThroughTunnelsThatBreak() throws Exception {
    ServerPair pair = ServerPair.of(PostgresVersion.V15, PostgresVersion.V18);
    String database = pair.freshDatabase("ssh");
    try (Connection source = pair.source().connect(database)) {
      WorkloadSchema.create(source, ROWS);
    }
    Endpoint source = pair.sourceEndpoint(database);
    Endpoint target = pair.targetEndpoint(database);
    Login targetLogin = () -> pair.target().connect(database);
    String sessions =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'fram %' AND datname = '"
            + database
            + "'";
    try (Workload workload =
            Workload.start(
                new SwitchableProvider(source), WorkloadOptions.standard().withRate(RATE));
        PhaseWatch watch = new PhaseWatch(targetLogin, new Random())) {
      runs(
          source,
          target,
          watch,
          () ->
              count(() -> pair.source().connect(database), sessions)
                  + count(targetLogin, sessions));
      OracleReport report = workload.stop().check(new SwitchableProvider(target));
      assertThat(report.clean()).as(report.toString()).isTrue();
      assertThat(report.acknowledged()).isPositive();
      new Move(pair, database, MigrationSettings.defaults()).assertEqualTables();
    }
    pair.drop(database);
  }

  /** On request, for CI's half hour; {@link SshTlsTest} reaches MySQL through them every time. */
  @Test
  @EnabledIfSystemProperty(named = "fram.versions", matches = "all")
  void mySqlMovesThroughTunnelsThatBreak() throws Exception {
    MySqlPair pair = MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V9_7);
    pair.load(ROWS, EnumSet.complementOf(EnumSet.of(WorkloadSchema.Part.EVENTS)));
    Login sourceLogin = () -> MySqlPair.administer(pair.source());
    Login targetLogin = () -> MySqlPair.administer(pair.target());
    String sessions =
        "SELECT count(*) FROM performance_schema.session_connect_attrs"
            + " WHERE attr_name = 'program_name' AND attr_value LIKE 'fram %'";
    try (Workload workload =
            Workload.start(
                pair.applicationOnSource(), WorkloadOptions.standard().withRate(RATE / 2));
        PhaseWatch watch = new PhaseWatch(targetLogin, new Random())) {
      runs(
          pair.sourceEndpoint(""),
          pair.targetEndpoint(""),
          watch,
          () -> count(sourceLogin, sessions) + count(targetLogin, sessions));
      OracleReport report = workload.stop().check(pair.applicationOnTarget());
      assertThat(report.clean()).as(report.toString()).isTrue();
      assertThat(report.acknowledged()).isPositive();
      assertThat(new Move(pair, "", MigrationSettings.defaults()).assertEqualTables())
          .isGreaterThan(5);
    }
  }

  /** How many sessions Fram has on both servers. */
  private interface Sessions {
    long count() throws SQLException;
  }

  private void runs(Endpoint source, Endpoint target, PhaseWatch watch, Sessions sessions)
      throws Exception {
    try (JavaChild fram = start(source, target, "migrate", "--retry-budget=3m")) {
      boolean copying = watch.catches(fram, "COPYING");
      nearSource.cut();
      nearTarget.cut();
      assertThat(fram.alive()).as(fram.output()).isTrue();
      boolean following = watch.catches(fram, "CATCHING_UP");
      nearSource.kill();
      nearTarget.kill();
      // Every way to the servers was through them.
      await().atMost(LIMIT).until(() -> sessions.count() == 0);
      nearSource.startAgain();
      nearTarget.startAgain();
      System.out.println("cut in COPYING: " + copying + ", killed in CATCHING_UP: " + following);
      await().atMost(LIMIT).until(() -> !fram.alive() || watch.phase().equals("READY"));
      // Once more, where it only waits.
      nearSource.cut();
      nearTarget.cut();
      try (JavaChild cutover = start(source, target, "cutover")) {
        assertThat(cutover.awaitExit(LIMIT)).as(cutover.output() + fram.output()).isZero();
      }
      assertThat(fram.awaitExit(LIMIT)).as(fram.output()).isZero();
    }
    Path json = folder.resolve("report.json");
    Path page = folder.resolve("report.html");
    try (JavaChild report =
        start(
            source, target, "report", "--json-file", json.toString(), "--html", page.toString())) {
      assertThat(report.awaitExit(LIMIT)).as(report.output()).isZero();
    }
    // The residency record says by which way.
    assertThat(Files.readString(json))
        .contains("ssh-ed25519 " + nearSource.fingerprint())
        .contains("ssh-ed25519 " + nearTarget.fingerprint())
        .contains(" through " + nearSource.user() + "@127.0.0.1:" + nearSource.port());
  }

  private JavaChild start(Endpoint source, Endpoint target, String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--source-ssh", nearSource.uri(), "--target-ssh", nearTarget.uri()));
    all.addAll(List.of("--ssh-identity", nearSource.key().toString()));
    all.addAll(List.of("--ssh-known-hosts", knownHosts.toString()));
    return FramProcess.start(source, target, all.toArray(String[]::new));
  }

  private static long count(Login login, String sql) throws SQLException {
    try (Connection connection = login.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
