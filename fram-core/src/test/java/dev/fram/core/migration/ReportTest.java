// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.fram.api.engine.TargetRoute;
import dev.fram.api.status.PhaseName;
import dev.fram.core.chronicle.Story;
import dev.fram.core.report.Foresight;
import dev.fram.core.report.Report;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.memory.MemoryEngine;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the target keeps of a migration, over several processes. */
@Timeout(60)
final class ReportTest {
  @TempDir Path folder;

  @Test
  void tellsOfTwoProcessesAsOfOne() {
    World world = World.reversible(folder);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    assertThat(world.client(settings).report("test")).isEmpty();
    assertThat(world.client(settings).forecast()).isEmpty();
    world.toReady(settings);
    Report ready = report(world, settings);
    assertThat(ready.verdict().state()).isEqualTo(Report.State.RUNNING);
    assertThat(ready.verdict().sentence()).startsWith("Ready for the cutover");
    assertThat(ready.cutovers()).isEmpty();
    assertThat(ready.runs()).hasSize(1);
    assertThat(ready.forecast().measured()).isFalse();
    assertThat(ready.forecast().said()).startsWith("Nobody has measured");
    assertThat(ready.forecast().parts())
        .allMatch(p -> p.lowMillis() == -1 && p.verdict().isEmpty());

    assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.CUTOVER).phase())
        .isEqualTo(PhaseName.SERVING);
    Report served = report(world, settings);
    assertThat(served.verdict().state()).isEqualTo(Report.State.MOVED);
    assertThat(served.phases())
        .extracting(Report.PhaseTime::phase)
        .containsExactly(
            "PLANNED",
            "CHECKED",
            "PREPARED",
            "COPYING",
            "CATCHING_UP",
            "VERIFYING",
            "READY",
            "CUTTING_OVER",
            "SERVING");
    assertThat(served.runs()).hasSize(2);
    assertThat(served.cutovers()).hasSize(1);
    Story.Crossing cutover = served.cutovers().getFirst();
    assertThat(cutover.direction()).isEqualTo("cutover");
    assertThat(cutover.picture().steps()).isNotEmpty().allMatch(s -> s.outcome().equals("done"));
    assertThat(cutover.picture().result()).isEqualTo("The target serves.");
    assertThat(served.tables()).isNotEmpty().allMatch(t -> t.compared().equals("equal"));
    assertThat(served.copy().rows())
        .isEqualTo(served.tables().stream().mapToLong(Report.TableLine::rows).sum());
    assertThat(served.proof().mode()).isEqualTo("continuous");
    assertThat(served.proof().different()).isZero();
    assertThat(served.inventory().listed()).isTrue();
  }

  @Test
  void whatWasOverriddenStandsInTheFirstLine() {
    World world = World.reversible(folder);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.MANUAL);
    world.toReady(settings);
    world.target.drift(World.ITEMS, 3, java.util.Optional.of("not the source's"));
    MigrationSettings accepting =
        settings.withVerify(
            new MigrationSettings.Verify(
                MigrationSettings.VerifyMode.CONTINUOUS,
                2,
                100,
                2000,
                settings.verify().again(),
                10_000,
                MigrationSettings.Differences.ACCEPT,
                100));
    assertThatThrownBy(() -> world.run(MemoryFaults.NONE, accepting).run(Goal.CUTOVER))
        .hasMessageContaining("left over");
    Report report = report(world, accepting);
    assertThat(report.verdict().state()).isEqualTo(Report.State.ATTENTION);
    assertThat(report.verdict().sentence())
        .startsWith("Moved: ")
        .contains("CUT OVER WITH AN OPEN DIFFERENCE: 1 row in 1 table differed");
    assertThat(List.copyOf(report.tables()))
        .filteredOn(t -> t.name().equals(World.ITEMS.toString()))
        .allMatch(t -> t.compared().equals("different"));
  }

  @Test
  void aMigrationThatWasNotComparedSaysSo() {
    World world = World.reversible(folder);
    MigrationSettings auto = world.settings(MigrationSettings.Mode.AUTO);
    MigrationSettings off =
        auto.withVerify(
            new MigrationSettings.Verify(
                MigrationSettings.VerifyMode.OFF,
                2,
                100,
                2000,
                auto.verify().again(),
                10_000,
                MigrationSettings.Differences.REFUSE,
                100));
    MemoryEngine engine =
        new MemoryEngine(world.source, world.target, new MemoryProcess(MemoryFaults.NONE));
    try (TargetRoute route = engine.openTarget(MemoryEngine.request())) {
      // Before there is a migration; an hour at least, which it does not take.
      route
          .target()
          .journal()
          .keepAhead(
              Foresight.NAME,
              "{\"measured_millis\":5,\"copy\":{\"low_millis\":0,\"high_millis\":3600000},"
                  + "\"index\":{\"low_millis\":0,\"high_millis\":1000},"
                  + "\"copy_and_index\":{\"low_millis\":0,\"high_millis\":3601000},"
                  + "\"catch_up\":{\"low_millis\":3600000,\"high_millis\":7200000},\"evidence\":[]}");
    }
    world.run(MemoryFaults.NONE, off).run(Goal.MIGRATE);
    Report report = report(world, off);
    assertThat(report.forecast().measured()).isTrue();
    assertThat(report.forecast().parts())
        .filteredOn(part -> part.lowMillis() >= 0)
        .extracting(Report.Foretold::part, Report.Foretold::verdict)
        .containsExactly(
            tuple("copy", "inside"),
            tuple("copy_and_index", "inside"),
            tuple("catch_up", "faster"));
    assertThat(world.client(off).forecast()).contains(report.forecast());
    assertThat(report.verdict().sentence()).contains("CUT OVER WITHOUT A COMPARISON");
  }

  private static Report report(World world, MigrationSettings settings) {
    return world.client(settings).report("test").orElseThrow();
  }
}
