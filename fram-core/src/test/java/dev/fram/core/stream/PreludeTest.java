// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.LagMeter;
import dev.fram.core.run.MigrationSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read while tables are copied is neither lost nor kept from whoever waits for it. */
final class PreludeTest {
  @TempDir Path folder;

  /** On an idle source nothing follows for long: its position must not wait for a successor. */
  @Test
  void handsOverHowFarItCameAndThenTheFirstChange() {
    MigrationSettings.Stream limits =
        new MigrationSettings.Stream(1 << 20, folder, 0, 5, 1 << 20, Duration.ofMillis(1));
    Backlog backlog = new Backlog(limits, folder.resolve("m"), TestPosition::parse);
    Clock clock = Clock.system();
    FeedProgress progress = new FeedProgress(clock, new RecentTransactions(0));
    BatchPlanner planner = new BatchPlanner(backlog, progress, limits, clock);
    Prelude prelude =
        new Prelude(
            planner,
            new LagMeter(clock),
            clock,
            Duration.ofHours(1),
            position -> {
              throw new AssertionError("moved too early");
            });
    backlog.put(TestPosition.idle(9));
    prelude.await(new Copying(backlog), new StopSignal());
    assertThat(prelude.next())
        .hasValueSatisfying(batch ->
            assertThat(batch)
                .isInstanceOfSatisfying(
                    Batch.Nothing.class, n -> assertThat(n.reached().text()).isEqualTo("9")));
    assertThat(prelude.next())
        .hasValueSatisfying(batch ->
            assertThat(batch)
                .isInstanceOfSatisfying(
                    Batch.Whole.class, w -> assertThat(w.to().text()).isEqualTo("12")));
  }

  /** Is over at the third look; somebody writes to a followed table before the second. */
  private static final class Copying extends CountDownLatch {
    private final Backlog backlog;
    private int looks;

    Copying(Backlog backlog) {
      super(1);
      this.backlog = backlog;
    }

    @Override
    public long getCount() {
      looks++;
      if (looks == 2) {
        backlog.put(TestPosition.begin(12));
        backlog.put(TestPosition.row("12"));
        backlog.put(TestPosition.commit(12));
      }
      return looks < 3 ? 1 : 0;
    }
  }
}
