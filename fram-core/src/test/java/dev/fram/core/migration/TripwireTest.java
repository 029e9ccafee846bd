// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.run.MigrationSettings.Mode;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryWorkload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes on the old server that nobody was to make. */
@Timeout(60)
final class TripwireTest {
  @TempDir Path folder;

  private static Status status(World world, MigrationSettings settings) {
    return world.client(settings).status().orElseThrow().status();
  }

  private static void awaitServing(World world, MigrationSettings settings) {
    await()
        .until(() ->
            world
                .client(settings)
                .status()
                .filter(v -> v.status().phase() == PhaseName.SERVING)
                .filter(v -> v.status().reverse().isPresent())
                .isPresent());
  }

  private Path rescue() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(f -> f.endsWith("stray-writes.jsonl")).findFirst().orElseThrow();
    }
  }

  @Test
  void aStrayWriteIsToldAndKeptAndWhatComesBackIsNot() throws IOException {
    World world = World.reversible(folder);
    MigrationSettings settings = world.reversible(Mode.AUTO);
    try (MemoryWorkload workload = world.workload(17)) {
      MigrationRun migration = world.run(MemoryFaults.NONE, settings);
      try (Background run = new Background(() -> migration.run(Goal.MIGRATE), migration)) {
        awaitServing(world, settings);
        long before = status(world, settings).reverse().orElseThrow().changes();
        // The log is let go as it is read.
        await()
            .until(() ->
                status(world, settings).reverse().orElseThrow().changes() > before + 20
                    && world.source.strays().kept().orElse(0) > 0);
        OptionalLong kept = world.source.strays().kept();
        await().until(() -> world.source.strays().kept().orElse(0) > kept.orElse(0));
        assertThat(status(world, settings).alarms()).isEmpty();

        world.source.strays().intrude(World.SMALL, 777_777, "by the back door");
        await().until(() -> !status(world, settings).alarms().isEmpty());
        assertThat(status(world, settings).alarms())
            .singleElement()
            .asString()
            .contains("1 stray write seen by this run, in public.small (1).", rescue().toString())
            .doesNotContain("back door");
        assertThat(Files.readAllLines(rescue()))
            .containsExactly("{\"act\":\"INSERT\",\"key\":777777}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rescue())))
            .isEqualTo("rw-------");
        migration.stop();
        run.join();
      }
      // Whoever goes on tells it again, and finds the next one where the last one looked.
      world.source.strays().intrude(World.SMALL, 777_778, "once more");
      MigrationRun again = world.run(MemoryFaults.NONE, settings);
      try (Background run = new Background(() -> again.run(Goal.MIGRATE), again)) {
        await().until(() -> Files.readAllLines(rescue()).size() == 2);
        assertThat(status(world, settings).alarms()).hasSize(1);
        assertThat(world.client(settings).complete(s -> {}).exitCode()).isZero();
        run.join();
      }
      workload.stop();
    }
    assertThat(world.source.hasTraces()).isFalse();
    assertThat(world.source.strays().kept()).isEmpty();
  }

  @Test
  void nothingLooksOnceTheOldServerServesAgain() throws IOException {
    World world = World.reversible(folder);
    MigrationSettings settings = world.reversible(Mode.AUTO);
    try (MemoryWorkload workload = world.workload(18)) {
      MigrationRun migration = world.run(MemoryFaults.NONE, settings);
      try (Background run = new Background(() -> migration.run(Goal.MIGRATE), migration)) {
        awaitServing(world, settings);
        assertThat(world.source.strays().kept()).isPresent();
        assertThat(world.client(settings).rollback(s -> {}).exitCode()).isZero();
        run.join();
      }
      assertThat(world.source.strays().kept()).isEmpty();
      assertThat(status(world, settings).alarms()).isEmpty();
      workload.stop();
      world.assertBack(workload);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> rescued = files.filter(f -> f.endsWith("stray-writes.jsonl")).toList();
      assertThat(rescued).isEmpty();
    }
  }
}
