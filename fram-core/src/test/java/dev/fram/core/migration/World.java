// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.DdlPolicy;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Table.Transfer;
import dev.fram.api.model.TableId;
import dev.fram.api.status.PhaseName;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.traffic.TrafficSettings;
import dev.fram.testkit.memory.MemoryEngine;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryProcess;
import dev.fram.testkit.memory.MemorySource;
import dev.fram.testkit.memory.MemoryStyle;
import dev.fram.testkit.memory.MemoryTarget;
import dev.fram.testkit.memory.MemoryWorkload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Two servers with some tables, and runs in processes of their own. */
final class World {
  static final TableId ITEMS = new TableId("public", "items");
  static final TableId KEYED = new TableId("public", "keyed_orders");
  static final TableId SMALL = new TableId("public", "small");
  static final TableId CACHE = new TableId("public", "cache");
  static final List<TableId> FOLLOWED = List.of(ITEMS, KEYED, SMALL);

  static final TableId UNIQUE = new TableId("public", "unique_codes");
  static final TableId KEYED_UNIQUE = new TableId("public", "keyed_unique");
  static final List<TableId> FAMILY =
      List.of(
          new TableId("public", "parent"),
          new TableId("public", "child"),
          new TableId("public", "grandchild"));

  final MemorySource source;
  final MemoryTarget target = new MemoryTarget();
  final Path folder;

  World(Path folder) {
    this(folder, MemoryStyle.EXACT);
  }

  World(Path folder, MemoryStyle style) {
    this(folder, new MemorySource(style));
    source.createTable(CACHE, Transfer.COPY_AT_CUTOVER);
    MemoryWorkload.seed(source, List.of(CACHE), 5);
  }

  /** Where every table can be followed, and so in both directions. */
  static World reversible(Path folder) {
    return new World(folder, new MemorySource());
  }

  private World(Path folder, MemorySource empty) {
    this.folder = folder;
    this.source = empty;
    FOLLOWED.forEach(t -> source.createTable(t, Transfer.COPY_AND_FOLLOW));
    List.of(UNIQUE, KEYED_UNIQUE)
        .forEach(t -> {
          source.createTable(t, Transfer.COPY_AND_FOLLOW);
          MemoryWorkload.seedTokens(source, t);
        });
    source.createFamily(FAMILY);
    MemoryWorkload.seed(source, FAMILY, 12);
    MemoryWorkload.seed(source, List.of(ITEMS, KEYED), 60);
  }

  MemoryWorkload workload(long seed) {
    return new MemoryWorkload(source, target, FOLLOWED)
        .swaps(List.of(UNIQUE, KEYED_UNIQUE))
        .family(FAMILY)
        .start(3, seed);
  }

  MigrationRun run(MemoryFaults faults, MigrationSettings settings) {
    MemoryEngine engine = new MemoryEngine(source, target, new MemoryProcess(faults));
    return new MigrationRun(engine, MemoryEngine.request(), settings, Clock.system());
  }

  MigrationRun run(MemoryFaults faults, MigrationSettings settings, DdlPolicy policy) {
    MemoryEngine engine = new MemoryEngine(source, target, new MemoryProcess(faults));
    RouteRequest r = MemoryEngine.request();
    RouteRequest request =
        new RouteRequest(
            r.source(), r.target(), r.scope(), r.schemaOptions(), r.tableOptions(), policy);
    return new MigrationRun(engine, request, settings, Clock.system());
  }

  MigrationClient client(MigrationSettings settings) {
    MemoryEngine engine = new MemoryEngine(source, target, new MemoryProcess(MemoryFaults.NONE));
    return new MigrationClient(engine, MemoryEngine.request(), settings, Clock.system());
  }

  /** Everything small and quick: chunks of ten rows, groups of thirty, batches of a few changes. */
  MigrationSettings settings(MigrationSettings.Mode mode) {
    return new MigrationSettings(
        new MigrationSettings.Copy(2, 2, Duration.ofMinutes(1), 1000, 3000),
        new MigrationSettings.Stream(2000, folder, 0, 7, 500, Duration.ofMillis(2)),
        new MigrationSettings.Verify(
            MigrationSettings.VerifyMode.CONTINUOUS,
            2,
            100,
            2000,
            Duration.ofMillis(100),
            10_000,
            MigrationSettings.Differences.REFUSE,
            100),
        new MigrationSettings.Cutover(mode, Duration.ofSeconds(5), Duration.ofSeconds(1), 20),
        MigrationSettings.Reverse.off(),
        new TrafficSettings(
            List.of(), Duration.ofSeconds(1), Duration.ofMillis(100), Optional.empty()),
        MigrationSettings.Guard.defaults(),
        new MigrationSettings.Retry(
            Duration.ofSeconds(5), Duration.ofMillis(2), Duration.ofMillis(20), 8),
        new MigrationSettings.Rhythm(
            Duration.ofMillis(10),
            Duration.ofMillis(3),
            Duration.ofMillis(10),
            Duration.ofMillis(10),
            Duration.ofMillis(5)));
  }

  /** The same with a way back. */
  MigrationSettings reversible(MigrationSettings.Mode mode) {
    return settings(mode)
        .withReverse(
            new MigrationSettings.Reverse(Duration.ofHours(1), MigrationSettings.Wish.ASKED));
  }

  /** Everything up to where a word is waited for; nobody runs any more then. */
  void toReady(MigrationSettings settings) {
    MigrationRun run =
        run(
            MemoryFaults.NONE,
            settings.withCutover(settings(MigrationSettings.Mode.MANUAL).cutover()));
    run.addStatusListener(status -> {
      if (status.phase() == PhaseName.READY) {
        run.stop();
      }
    });
    assertThat(run.run(Goal.MIGRATE).phase()).isEqualTo(PhaseName.READY);
  }

  void assertRight(MemoryWorkload workload) {
    assertUnharmed(workload);
    assertThat(source.writable()).isFalse();
    assertThat(target.writable()).isTrue();
    assertThat(workload.missingOn(target.contents())).isEmpty();
  }

  /** The old server serves again, and has what either of them acknowledged. */
  void assertBack(MemoryWorkload workload) {
    assertUnharmed(workload);
    assertThat(source.writable()).isTrue();
    assertThat(target.writable()).isFalse();
    assertThat(workload.missingOn(source.contents())).isEmpty();
  }

  private void assertUnharmed(MemoryWorkload workload) {
    assertThat(workload.errors()).isEmpty();
    assertThat(source.violations()).isEmpty();
    assertThat(target.server().violations()).isEmpty();
  }
}
