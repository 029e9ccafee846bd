// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the apply thread may go on, by what it has in its hand. */
@Timeout(20)
final class FeedProgressTest {
  private final FeedProgress progress = new FeedProgress(Clock.system(), new RecentTransactions(0));
  private final StopSignal signal = new StopSignal();

  @Test
  void pausesBetweenTransactionsOnly() {
    CompletableFuture<Void> pausing =
        CompletableFuture.runAsync(() -> progress.pauseAtBoundary(signal));
    await().until(() -> progress.pace() == FeedProgress.Pace.BOUNDARY);
    assertThat(progress.stands(Hand.INSIDE, Optional.empty())).isFalse();
    assertThat(pausing).isNotDone();
    assertThat(progress.stands(Hand.CHANGES, Optional.empty())).isTrue();
    pausing.join();
    assertThat(progress.stands(Hand.EMPTY, Optional.empty())).isTrue();
    progress.pace(FeedProgress.Pace.FULL_BATCHES);
    assertThat(progress.stands(Hand.CHANGES, Optional.empty())).isFalse();
  }

  @Test
  void movesOnWithoutChangesOnly() {
    CompletableFuture<Boolean> there =
        CompletableFuture.supplyAsync(
            () -> progress.awaitWithoutChanges(TestPosition.parse("9"), signal));
    await().until(() -> progress.pace() == FeedProgress.Pace.NO_CHANGES);
    assertThat(progress.stands(Hand.EMPTY, Optional.empty())).isFalse();
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
    assertThat(progress.stands(Hand.CHANGES, Optional.empty())).isTrue();
    assertThat(there.join()).isFalse();
  }

  /** The batch was in hand before anyone knew of the cut, and may reach beyond it. */
  @Test
  void whatWasNotPartedAtTheCutIsNotWritten() {
    Cut cut = new Cut(begin -> true, TestPosition.parse("7"));
    assertThat(progress.standAtCut(cut, Duration.ZERO, signal)).isFalse();
    assertThat(progress.stands(Hand.CHANGES, Optional.empty())).isTrue();
    assertThat(progress.stands(Hand.CHANGES, Optional.of(cut))).isFalse();
    assertThat(progress.stands(Hand.INSIDE, Optional.empty())).isFalse();
    assertThat(progress.stands(Hand.EMPTY, Optional.of(cut))).isFalse();
    progress.durable(TestPosition.parse("7"));
    assertThat(progress.stands(Hand.EMPTY, Optional.of(cut))).isTrue();
  }
}
