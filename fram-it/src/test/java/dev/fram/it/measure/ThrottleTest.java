// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.measure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Endpoint;
import dev.fram.api.model.Scope;
import dev.fram.api.status.Status;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.migration.Goal;
import dev.fram.core.migration.MigrationRun;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.fault.Flow;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.tools.PgTools;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** A whole copy, through a network that becomes narrow in the middle. */
@Timeout(300)
class ThrottleTest {
  private static final long WIDE = 8_000_000;
  private static final long NARROW = 1_000_000;
  private static final long BEFORE = 26_000_000;

  @AfterAll
  static void stop() {
    ServerPair.closeAll();
  }

  /**
   * {@code -Dfram.throttle.side=TARGET} or {@code SOURCE} says which way. Not in every run: beside
   * other tests the machine itself is what throttles the copy.
   */
  @Test
  @EnabledIfSystemProperty(named = "fram.throttle.side", matches = "SOURCE|TARGET")
  void aNarrowWayIsNamed() throws Exception {
    boolean target = System.getProperty("fram.throttle.side").equals("TARGET");
    ServerPair pair = pair();
    Endpoint narrow = target ? pair.target() : pair.source();
    try (TcpProxy proxy = TcpProxy.to(narrow.host(), narrow.port())) {
      List<String> notes =
          target
              ? notes(pair.source(), proxy.through(narrow), proxy, Flow.REQUESTS)
              : notes(proxy.through(narrow), pair.target(), proxy, Flow.ANSWERS);
      assertThat(notes)
          .anyMatch(note ->
              note.contains(
                  "it waits for the network " + (target ? "to the target" : "from the source")));
    }
  }

  private static ServerPair pair() throws Exception {
    System.setProperty("fram.pg.bin", PgTools.atLeast(15).binFolder().toString());
    ServerPair pair = ServerPair.of(ServerPair.Product.POSTGRESQL);
    pair.run(
        "CREATE TABLE big AS SELECT g AS id, repeat(md5(g::text), 6) AS text"
            + " FROM generate_series(1, 240000) g");
    pair.run("ALTER TABLE big ADD PRIMARY KEY (id)");
    return pair;
  }

  /** What the run has noted when it noticed a throttle, or when the copy was over without one. */
  private static List<String> notes(Endpoint source, Endpoint target, TcpProxy proxy, Flow flow) {
    proxy.pace(flow, WIDE);
    MigrationSettings.Rhythm usual = MigrationSettings.Rhythm.defaults();
    MigrationSettings settings =
        MigrationSettings.defaults()
            .withRhythm(
                new MigrationSettings.Rhythm(
                    Duration.ofMillis(400),
                    usual.command(),
                    usual.watch(),
                    usual.held(),
                    usual.confirm()));
    MigrationRun run =
        new MigrationRun(
            ServerPair.of(ServerPair.Product.POSTGRESQL).engine(),
            new RouteRequest(source, target, new Scope(List.of(), List.of()), Set.of()),
            settings,
            Clock.system());
    List<String> seen = new CopyOnWriteArrayList<>();
    run.addStatusListener(status -> {
      seen.addAll(status.notes());
      if (status.copy().bytes() > BEFORE) {
        proxy.pace(flow, NARROW);
      }
      if (over(status)) {
        run.stop();
      }
    });
    run.run(Goal.MIGRATE);
    return seen;
  }

  private static boolean over(Status status) {
    return status.notes().stream().anyMatch(note -> note.startsWith("Throttled"))
        || (status.copy().tables() > 0 && status.copy().tablesCopied() == status.copy().tables());
  }
}
