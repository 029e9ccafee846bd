// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableOptions;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.MigrationClient;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.workload.OracleReport;
import dev.fram.testkit.workload.Workload;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import dev.fram.testkit.workload.WorkloadStats;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Real cutovers behind a real PgBouncer: its clients get no error and lose nothing. */
class PgBouncerTest {
  private static final Logger LOG = LoggerFactory.getLogger(PgBouncerTest.class);
  private static final PostgresVersion VERSION = PostgresVersion.of(18);
  private static final int CUTOVERS = Integer.getInteger("fram.traffic.cutovers", 2);
  private static final int ROLLBACKS = Integer.getInteger("fram.traffic.rollbacks", 1);
  private static final int WRITERS = 8;
  private static final Duration LIMIT = Duration.ofMinutes(3);

  /** Of pgbench, for one cutover and one rollback. */
  private static final int TRANSACTIONS = 1_500;

  /** Where the data is: one database of one of the two servers. */
  private record Home(PostgresServer server, String database) {
    Endpoint endpoint() {
      return server.endpoint(database);
    }
  }

  @Test
  void cutoversInAChainFailNoTransactionAndLoseNone() throws Exception {
    ServerPair pair = ServerPair.of(VERSION, VERSION);
    Home home = new Home(pair.source(), pair.freshDatabase("pooled"));
    try (Connection source = home.server().connect(home.database())) {
      WorkloadSchema.create(source, 500);
    }
    Pooler.createAccount(pair.source());
    Pooler.createAccount(pair.target());
    Pooler.grant(home.server(), home.database());
    List<Status.Probe> seen = new ArrayList<>();
    try (Pooler pooler = new Pooler(home.endpoint(), "transaction");
        Workload workload =
            Workload.start(pooler, WorkloadOptions.standard().withWriters(WRITERS).withRate(120))) {
      for (int round = 0; round < CUTOVERS; round++) {
        PostgresServer to = home.server() == pair.source() ? pair.target() : pair.source();
        Home next = new Home(to, pair.freshDatabase("pooled"));
        seen.add(move(home, next, pooler));
        home = next;
      }
      WorkloadStats stats = workload.stats();
      OracleReport report = workload.stop().check(pooler);
      LOG.info("{} cutovers: {}; {}", CUTOVERS, gaps(seen), stats);
      assertThat(report.clean()).as(report.toString()).isTrue();
      assertThat(report.acknowledged()).isGreaterThan(100L * CUTOVERS);
      assertThat(stats.failed()).as(stats.toString()).isZero();
      assertThat(stats.unanswered()).isZero();
      // Each writer once, and the workload itself to look around.
      assertThat(stats.connects()).isEqualTo(WRITERS);
    }
  }

  /**
   * One migration, there and back and there again, without a new copy: the applications stay
   * connected to the pooler and never learn of it.
   */
  @Test
  void rollbacksInAChainFailNoTransactionAndLoseNone() throws Exception {
    ServerPair pair = ServerPair.of(VERSION, VERSION);
    String database = pair.freshDatabase("returned");
    Home old = new Home(pair.source(), database);
    Home served = new Home(pair.target(), database);
    try (Connection source = pair.source().connect(database)) {
      // With what the log does not carry, the way back is refused.
      WorkloadSchema.create(
          source, 500, EnumSet.complementOf(EnumSet.of(WorkloadSchema.Part.UNREPLICATED)));
    }
    Pooler.createAccount(pair.source());
    Pooler.createAccount(pair.target());
    Pooler.grant(old.server(), database);
    try (Pooler pooler = new Pooler(old.endpoint(), "transaction");
        Workload workload =
            Workload.start(pooler, WorkloadOptions.standard().withWriters(WRITERS).withRate(120))) {
      Gaps gaps = thereAndBack(old, served, TableOptions.none(), pooler);
      WorkloadStats stats = workload.stats();
      OracleReport report = workload.stop().check(pooler);
      LOG.info("{}; {}", gaps, stats);
      assertThat(report.clean()).as(report.toString()).isTrue();
      assertThat(report.acknowledged()).isGreaterThan(100L * ROLLBACKS);
      assertThat(stats.failed()).as(stats.toString()).isZero();
      assertThat(stats.unanswered()).isZero();
      assertThat(stats.connects()).isEqualTo(WRITERS);
    }
  }

  /**
   * PostgreSQL's own load: 8 clients and TPC-B's transactions, which go on through every switch.
   * {@code -Dfram.traffic.pgbench} names the program, {@code -Dfram.traffic.rollbacks} how often.
   */
  @Test
  @EnabledIfSystemProperty(named = "fram.traffic.pgbench", matches = ".+")
  void pgbenchLosesNothingThroughCutoversAndRollbacks() throws Exception {
    ServerPair pair = ServerPair.of(VERSION, VERSION);
    String database = pair.freshDatabase("tpcb");
    Home old = new Home(pair.source(), database);
    Pooler.createAccount(pair.source());
    Pooler.createAccount(pair.target());
    Pgbench.fill(old.endpoint());
    Pooler.grantTables(old.server(), database);
    try (Pooler pooler = new Pooler(old.endpoint(), "transaction");
        Pgbench load = Pgbench.start(pooler.endpoint(), WRITERS, (long) TRANSACTIONS * ROLLBACKS)) {
      Gaps gaps =
          thereAndBack(
              old,
              new Home(pair.target(), database),
              new TableOptions(List.of("public.pgbench_history"), List.of()),
              pooler);
      String report = load.awaitEnd();
      LOG.info("{}\n{}", gaps, report);
      assertThat(report).contains("number of failed transactions: 0 (0.000%)");
      assertThat(load.exitCode()).as(report).isZero();
    }
    assertThat(
            number(
                old,
                "SELECT count(DISTINCT s) FROM (SELECT sum(abalance) FROM pgbench_accounts"
                    + " UNION ALL SELECT sum(tbalance) FROM pgbench_tellers"
                    + " UNION ALL SELECT sum(bbalance) FROM pgbench_branches"
                    + " UNION ALL SELECT sum(delta) FROM pgbench_history) t (s)"))
        .isEqualTo(1);
    assertThat(number(old, "SELECT count(*) FROM pgbench_history"))
        .isEqualTo((long) TRANSACTIONS * ROLLBACKS / WRITERS * WRITERS);
  }

  /** The longest gaps that clients saw, on the way there and on the way back. */
  private record Gaps(List<Status.Probe> there, List<Status.Probe> back) {
    @Override
    public String toString() {
      return "%d cutovers: %s; as many rollbacks: %s"
          .formatted(there.size(), gaps(there), gaps(back));
    }
  }

  /** Cuts over and rolls back so often, and copies once. */
  private static Gaps thereAndBack(Home old, Home served, TableOptions options, Pooler pooler)
      throws Exception {
    Gaps gaps = new Gaps(new ArrayList<>(), new ArrayList<>());
    MigrationSettings settings =
        TrafficSetting.of(
                MigrationSettings.Mode.MANUAL,
                Optional.of(pooler.endpoint()),
                List.of(pooler.setting()))
            .withReverse(
                new MigrationSettings.Reverse(Duration.ofHours(1), MigrationSettings.Wish.ASKED));
    RouteRequest request = request(old, served, options);
    for (int round = 0; round < ROLLBACKS; round++) {
      try (Move move = new Move(request, settings).begin()) {
        gaps.there.add(cutOver(move));
        assertThat(sessions(old)).isEmpty();
        Answer answer =
            new MigrationClient(move.engine(), request, settings, Clock.system()).rollback(s -> {});
        assertThat(answer.exitCode()).as(answer.toString()).isZero();
        assertThat(move.awaitEnd().phase()).isEqualTo(PhaseName.ROLLED_BACK);
        gaps.back.add(probe(move));
        assertThat(sessions(served)).isEmpty();
      }
    }
    return gaps;
  }

  private static Status.Probe cutOver(Move move) {
    await().atMost(LIMIT).until(() -> move.hasPhase(PhaseName.READY));
    Cutovers.untilDone(move);
    await()
        .atMost(LIMIT)
        .until(() -> move.hasPhase(PhaseName.SERVING) && move.status().reverse().isPresent());
    return probe(move);
  }

  private static Status.Probe probe(Move move) {
    Status.Probe probe = move.status().cutover().orElseThrow().probe().orElseThrow();
    assertThat(probe.writeErrors() + probe.readErrors()).as(probe.toString()).isZero();
    assertThat(probe.longestWriteGapMillis()).isPositive().isLessThan(10_000);
    return probe;
  }

  private static RouteRequest request(Home from, Home to) {
    return request(from, to, TableOptions.none());
  }

  private static RouteRequest request(Home from, Home to, TableOptions options) {
    return new RouteRequest(
        from.endpoint(), to.endpoint(), Scope.all(), Set.of(), options, DdlPolicy.ASK);
  }

  private static Status.Probe move(Home from, Home to, Pooler pooler) throws Exception {
    MigrationSettings settings =
        TrafficSetting.of(
            MigrationSettings.Mode.AUTO, Optional.of(pooler.endpoint()), List.of(pooler.setting()));
    RouteRequest request = request(from, to);
    try (Move move = new Move(request, settings)) {
      assertThat(move.finish().phase()).isEqualTo(PhaseName.SERVING);
      assertThat(sessions(from)).isEmpty();
      Status.Probe probe = move.status().cutover().orElseThrow().probe().orElseThrow();
      assertThat(probe.writes()).isGreaterThan(10);
      assertThat(probe.reads()).isGreaterThan(10);
      assertThat(probe.writeErrors() + probe.readErrors()).as(probe.toString()).isZero();
      assertThat(probe.longestWriteGapMillis()).isPositive().isLessThan(10_000);
      Answer completed =
          new MigrationClient(move.engine(), request, settings, Clock.system()).complete(s -> {});
      assertThat(completed.exitCode()).as(completed.toString()).isZero();
      assertThat(tables(from, "fram.probe")).isZero();
      assertThat(tables(to, "fram.probe")).isZero();
      return probe;
    }
  }

  /** Of the application or the probe, by whatever way; the server's own workers are none. */
  private static List<String> sessions(Home home) throws Exception {
    List<String> sessions = new ArrayList<>();
    try (Connection connection = home.server().connect(home.database());
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT concat_ws(', ', application_name, backend_start, state,"
                    + " query) FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
                    + " AND application_name NOT LIKE 'fram %'")) {
      while (rows.next()) {
        sessions.add(rows.getString(1));
      }
    }
    return sessions;
  }

  private static long tables(Home home, String name) throws Exception {
    return number(
        home, "SELECT count(*) FROM (SELECT to_regclass('" + name + "') r) t WHERE r IS NOT NULL");
  }

  private static long number(Home home, String sql) throws Exception {
    try (Connection connection = home.server().connect(home.database());
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static String gaps(List<Status.Probe> seen) {
    List<Long> writes =
        new ArrayList<>(seen.stream().map(Status.Probe::longestWriteGapMillis).toList());
    List<Long> reads =
        new ArrayList<>(seen.stream().map(Status.Probe::longestReadGapMillis).toList());
    Collections.sort(writes);
    Collections.sort(reads);
    return "longest write gap: median %d ms, worst %d ms; of reads: median %d ms, worst %d ms"
        .formatted(
            writes.get(writes.size() / 2),
            writes.getLast(),
            reads.get(reads.size() / 2),
            reads.getLast());
  }
}
