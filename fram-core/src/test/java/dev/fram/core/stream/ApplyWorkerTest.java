// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.StatusProjector;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.lag.LagMeter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When a position that no change leads to is written on the target. */
@Timeout(20)
final class ApplyWorkerTest {
  private static final Duration NEVER_DUE = Duration.ofDays(1);

  private final FeedProgress progress = new FeedProgress(Clock.system(), new RecentTransactions(0));
  private final StopSignal signal = new StopSignal();
  private final BlockingQueue<Batch> batches = new LinkedBlockingQueue<>();

  /** Remembers nothing but where it is. */
  private static final class PositionOnly implements Applier {
    private volatile Position position = TestPosition.parse("1");

    @Override
    public Position position() {
      return position;
    }

    @Override
    public void begin(Position from) {}

    @Override
    public Applied apply(List<FeedEvent> events) {
      return new Applied(0, 0);
    }

    @Override
    public void commit(Position to) {
      position = to;
    }

    @Override
    public void rollback() {}

    @Override
    public void close() {}
  }

  private Optional<Batch> next() {
    try {
      return Optional.ofNullable(batches.poll(5, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private PositionOnly working(Runnable test) {
    PositionOnly applier = new PositionOnly();
    ApplyWorker worker =
        new ApplyWorker(
            applier,
            progress,
            new LagMeter(Clock.system()),
            new EventBus(new StatusProjector(Clock.system())),
            Clock.system(),
            NEVER_DUE);
    Thread thread = Thread.ofVirtual().start(() -> worker.follow(this::next, signal));
    try {
      test.run();
    } finally {
      signal.raise();
    }
    await().until(() -> !thread.isAlive());
    return applier;
  }

  /** Behind the gate and at the source's seal writers wait for it. */
  @ParameterizedTest
  @EnumSource(
      value = FeedProgress.Pace.class,
      names = {"AT_ONCE", "NO_CHANGES"})
  void whoWaitsForAPositionGetsItAtOnce(FeedProgress.Pace pace) {
    PositionOnly applier =
        working(() -> {
          progress.pace(pace);
          batches.add(new Batch.Nothing(TestPosition.parse("9")));
          await().until(() -> batches.isEmpty() && progress.durable().isPresent());
        });
    assertThat(applier.position().text()).isEqualTo("9");
  }

  @Test
  void otherwiseItIsWrittenNowAndThen() {
    PositionOnly applier =
        working(() -> {
          batches.add(new Batch.Nothing(TestPosition.parse("9")));
          batches.add(new Batch.Nothing(TestPosition.parse("10")));
          await().until(batches::isEmpty);
        });
    assertThat(applier.position().text()).isEqualTo("1");
  }
}
