// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the apply thread may go on, by what it has in its hand. */
@Timeout(20)
final class FeedProgressTest {
  private final FeedProgress progress = new FeedProgress(Clock.system());
  private final StopSignal signal = new StopSignal();

  @Test
  void pausesBetweenTransactionsOnly() {
    CompletableFuture<Void> pausing =
        CompletableFuture.runAsync(() -> progress.pauseAtBoundary(signal));
    await().until(() -> progress.pace() == FeedProgress.Pace.BOUNDARY);
    assertThat(progress.stands(Hand.INSIDE)).isFalse();
    assertThat(pausing).isNotDone();
    assertThat(progress.stands(Hand.CHANGES)).isTrue();
    pausing.join();
    assertThat(progress.stands(Hand.EMPTY)).isTrue();
    progress.pace(FeedProgress.Pace.FULL_BATCHES);
    assertThat(progress.stands(Hand.CHANGES)).isFalse();
  }

  @Test
  void movesOnWithoutChangesOnly() {
    CompletableFuture<Boolean> there =
        CompletableFuture.supplyAsync(
            () -> progress.awaitWithoutChanges(TestPosition.parse("9"), signal));
    await().until(() -> progress.pace() == FeedProgress.Pace.NO_CHANGES);
    assertThat(progress.stands(Hand.EMPTY)).isFalse();
    progress.durable(TestPosition.parse("8"));
    assertThat(there).isNotDone();
    progress.durable(TestPosition.parse("9"));
    assertThat(there.join()).isTrue();
  }

  @Test
  void saysThatAChangeWaits() {
    CompletableFuture<Boolean> there =
        CompletableFuture.supplyAsync(
            () -> progress.awaitWithoutChanges(TestPosition.parse("9"), signal));
    await().until(() -> progress.pace() == FeedProgress.Pace.NO_CHANGES);
    assertThat(progress.stands(Hand.CHANGES)).isTrue();
    assertThat(there.join()).isFalse();
  }
}
