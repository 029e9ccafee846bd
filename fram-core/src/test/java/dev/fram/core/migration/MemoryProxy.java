// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.traffic.SwitchCheck;
import dev.fram.api.traffic.SwitchOpener;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * A proxy in memory: it outlives the processes that command it, keeps what it is told, and does not
 * answer while it is down. Any thread.
 */
final class MemoryProxy implements SwitchOpener, TrafficSwitch {
  /** Where its clients go. */
  enum Leads {
    SOURCE,
    TARGET
  }

  /** What its clients meet. */
  enum Flow {
    OPEN,
    PAUSED
  }

  final AtomicReference<Leads> leads = new AtomicReference<>(Leads.SOURCE);
  final AtomicReference<Flow> flow = new AtomicReference<>(Flow.OPEN);
  final CopyOnWriteArrayList<String> told = new CopyOnWriteArrayList<>();

  /** Between which servers, as it was opened for them. */
  final CopyOnWriteArrayList<TrafficMove> opened = new CopyOnWriteArrayList<>();

  /** How many of the next steps of that name fail. */
  final AtomicInteger failures = new AtomicInteger();

  private volatile CountDownLatch redirects = new CountDownLatch(0);
  private final String name;
  private final BooleanSupplier reachable;
  private final AtomicReference<String> failing = new AtomicReference<>("");
  private final AtomicReference<SwitchOutcome> failure =
      new AtomicReference<>(SwitchOutcome.done());

  /**
   * @param reachable whether who commands it is alive
   */
  MemoryProxy(String name, BooleanSupplier reachable) {
    this.name = name;
    this.reachable = reachable;
  }

  /** The next steps of that name end like this. */
  MemoryProxy fails(String step, int times, SwitchOutcome outcome) {
    failing.set(step);
    failures.set(times);
    failure.set(outcome);
    return this;
  }

  /** Its clients are moved only when it is let. */
  MemoryProxy redirectsAfter(CountDownLatch latch) {
    redirects = latch;
    return this;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public TrafficSwitch open(TrafficMove move) {
    opened.add(move);
    return this;
  }

  @Override
  public SwitchCheck check() {
    return failing("check")
        ? new SwitchCheck("", List.of("is not as it must be."))
        : new SwitchCheck("would point clients at the target", List.of());
  }

  @Override
  public SwitchOutcome pause(Duration limit) {
    return step("pause", () -> flow.set(Flow.PAUSED));
  }

  @Override
  public SwitchOutcome frozen(Duration limit) {
    return step("frozen", () -> {});
  }

  @Override
  public SwitchOutcome redirect() {
    try {
      redirects.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return step("redirect", () -> leads.set(Leads.TARGET));
  }

  @Override
  public SwitchOutcome resume() {
    return step("resume", () -> flow.set(Flow.OPEN));
  }

  @Override
  public SwitchOutcome undo() {
    return step("undo", () -> flow.set(Flow.OPEN));
  }

  private SwitchOutcome step(String step, Runnable act) {
    if (!reachable.getAsBoolean()) {
      return SwitchOutcome.done(); // whoever asks is dead and hears no answer
    }
    told.add(step);
    if (failing(step)) {
      return failure.get();
    }
    act.run();
    return SwitchOutcome.done();
  }

  private boolean failing(String step) {
    return failing.get().equals(step) && failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
  }
}
