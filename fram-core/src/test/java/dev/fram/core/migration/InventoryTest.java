// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.Answer;
import dev.fram.core.inventory.Inventory;
import dev.fram.core.inventory.InventoryItem;
import dev.fram.core.inventory.ObjectState;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.memory.MemoryFaults;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What became of every object, asked at every time of a migration. */
@Timeout(60)
final class InventoryTest {
  private static final String INDEX = "public.items/items_value";

  @TempDir Path folder;

  @Test
  void tellsWhatIsThereAndWhatIsToComeWhileTheRunGoesOn() {
    World world = new World(folder);
    MigrationSettings settings = VerifyTest.comparing(world);
    MigrationRun run = world.run(MemoryFaults.NONE, settings);
    MigrationClient client = world.client(settings);
    try (Background background = new Background(() -> run.run(Goal.MIGRATE), run)) {
      await().until(() -> phase(client).equals(Optional.of(PhaseName.READY)));
      Inventory ready = client.inventory();
      assertThat(ready.leftOver()).isEmpty();
      assertThat(names(ready, ObjectState.TO_COME)).containsExactly("public.cache", "triggers");
      assertThat(names(ready, ObjectState.VERIFIED)).contains("public.items", INDEX);
      world.target.forget(INDEX);
      assertThat(names(client.inventory(), ObjectState.LEFT_OVER)).containsExactly(INDEX);
      assertThat(client.cutoverDryRun().details())
          .contains("list-objects: would be refused: index " + INDEX + ": missing on the target");
      Answer refused = client.cutover(status -> {});
      assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(4);
      assertThat(refused.code()).isEqualTo(ErrorCode.CUTOVER_UNDONE.name());
      assertThat(refused.message()).contains("Not ready", INDEX);
      assertThat(world.source.writable()).isTrue();
      world.target.build(INDEX);
      Answer cutover = client.cutover(status -> {});
      assertThat(cutover.exitCode()).as(cutover.toString()).isZero();
      background.join();
    }
    assertThat(phase(client)).contains(PhaseName.SERVING);
    assertThat(names(client.inventory(), ObjectState.VERIFIED))
        .contains("public.items", "triggers")
        .doesNotContain("public.cache");
    assertThat(names(client.inventory(), ObjectState.MIGRATED)).containsExactly("public.cache");
  }

  /** Whoever says so cuts over without what is missing, and is told of it. */
  @Test
  void whatIsMissingMayBeAccepted() {
    World world = new World(folder);
    world.toReady(VerifyTest.comparing(world));
    world.target.forget(INDEX);
    assertThatThrownBy(
            () -> world.run(MemoryFaults.NONE, VerifyTest.accepting(world)).run(Goal.CUTOVER))
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEFT_OVER))
        .hasMessageContaining(INDEX);
    assertThat(world.target.writable()).isTrue();
  }

  @Test
  void aRunEndsWithWhatIsLeftOverAsLongAsItIs() {
    World world = new World(folder);
    MigrationSettings settings = world.settings(MigrationSettings.Mode.AUTO);
    assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE).phase())
        .isEqualTo(PhaseName.SERVING);
    world.target.forget("triggers");
    assertThatThrownBy(() -> world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE))
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEFT_OVER))
        .hasMessageContaining("1 object of the source")
        .hasMessageContaining("trigger triggers: missing on the target");
    world.target.build("triggers");
    assertThat(world.run(MemoryFaults.NONE, settings).run(Goal.MIGRATE).phase())
        .isEqualTo(PhaseName.SERVING);
  }

  @Test
  void withoutAMigrationBothServersAreComparedAsTheyAre() {
    World world = new World(folder);
    MigrationClient client = world.client(world.settings(MigrationSettings.Mode.AUTO));
    Inventory before = client.inventory();
    assertThat(before.leftOver()).hasSameSizeAs(before.items());
    assertThat(before.origin()).contains("No migration");
  }

  private static Optional<PhaseName> phase(MigrationClient client) {
    return client.status().map(view -> view.status().phase());
  }

  private static List<String> names(Inventory inventory, ObjectState state) {
    return inventory.items().stream()
        .filter(item -> item.state() == state)
        .map(InventoryItem::id)
        .map(id -> id.name())
        .toList();
  }
}
