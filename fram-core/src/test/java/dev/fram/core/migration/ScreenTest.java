// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.memory.MemoryFaults;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who looks on in the run's own process. */
@Timeout(60)
class ScreenTest {
  @TempDir Path folder;

  @Test
  void goesOnAndSaysSoWhileTheTargetHangs() throws Exception {
    World world = new World(folder);
    CountDownLatch again = new CountDownLatch(1);
    AtomicReference<Status> last = new AtomicReference<>();
    AtomicInteger shown = new AtomicInteger();
    MigrationRun run = world.run(MemoryFaults.NONE, world.settings(MigrationSettings.Mode.MANUAL));
    run.addStatusListener(status -> {
      last.set(status);
      shown.incrementAndGet();
    });
    Thread runs = Thread.ofPlatform().start(() -> run.run(Goal.MIGRATE));
    try {
      await().until(() -> last.get() != null && last.get().phase() == PhaseName.READY);
      Thread.ofPlatform().daemon().start(() -> hold(world, again));
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() ->
              last.get()
                  .lagging()
                  .filter(s -> s.contains("The target has not answered"))
                  .isPresent());
      int before = shown.get();
      await().until(() -> shown.get() > before + 3);
      assertThat(last.get().notes()).anyMatch(note -> note.contains("The target has not answered"));
      again.countDown();
      await().atMost(Duration.ofSeconds(30)).until(() -> last.get().lagging().isEmpty());
    } finally {
      again.countDown();
      run.stop();
      runs.join();
    }
  }

  /** Nobody gets anything out of the target meanwhile. */
  private static void hold(World world, CountDownLatch until) {
    synchronized (world.target) {
      try {
        until.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
