// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is waited for, and who is cut off. */
@Timeout(20)
class WorkerGroupTest {
  private static final Duration GRACE = Duration.ofMillis(100);

  private final StopSignal parent = new StopSignal();
  private final CountDownLatch cut = new CountDownLatch(1);

  @Test
  void besideAFailureThatPassesTheOthersEndWhatTheyDo() {
    AtomicBoolean done = new AtomicBoolean();
    try (WorkerGroup group = group()) {
      group.start(
          "works",
          () -> {
            until(group.signal());
            new StopSignal().pause(GRACE.multipliedBy(5));
            done.set(true);
          });
      group.start(
          "fails",
          () -> {
            throw failure(ErrorCode.CONNECTION_LOST);
          });
      assertThatThrownBy(group::join).isInstanceOf(FramException.class);
    }
    assertThat(done).isTrue();
    assertThat(cut.getCount()).as("nobody is cut off").isOne();
  }

  @Test
  void besideAFailureForGoodWhatHangsIsCutOff() {
    try (WorkerGroup group = group()) {
      group.start("hangs", this::hang);
      group.start(
          "fails",
          () -> {
            throw failure(ErrorCode.SOURCE_GUARDED);
          });
      assertThatThrownBy(group::join)
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_GUARDED));
    }
  }

  @Test
  void anOwnerThatHangsIsCutOffToo() {
    try (WorkerGroup group = group()) {
      group.start(
          "fails",
          () -> {
            throw failure(ErrorCode.SOURCE_GUARDED);
          });
      assertThatThrownBy(this::hang).isInstanceOf(FramException.class);
      assertThatThrownBy(group::rethrow)
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_GUARDED));
    }
  }

  @Test
  void whenAllIsToEndWhatHangsIsCutOffAndIsNoFailure() {
    try (WorkerGroup group = group()) {
      group.start("hangs", this::hang);
      parent.raise();
      assertThatThrownBy(group::join).isInstanceOf(Stopped.class);
    }
  }

  private WorkerGroup group() {
    return new WorkerGroup(parent, cut::countDown, GRACE);
  }

  /** As a session does that waits for an answer until somebody closes it. */
  private void hang() {
    try {
      cut.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw failure(ErrorCode.CONNECTION_LOST);
  }

  private static void until(StopSignal signal) {
    assertThatThrownBy(() -> signal.pause(Duration.ofSeconds(10))).isInstanceOf(Stopped.class);
  }

  private static FramException failure(ErrorCode code) {
    return new FramException(code, "It failed.", "Look.");
  }
}
