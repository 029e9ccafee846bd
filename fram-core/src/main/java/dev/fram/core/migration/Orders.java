// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.status.Command;
import dev.fram.core.concurrent.StopSignal;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What has been asked of the run, from its own process or from another one. Thread-safe. */
final class Orders {
  /** How the run is to end before its goal. */
  enum Ending {
    STOP,
    CANCEL,
    COMPLETE
  }

  /**
   * @param id the journal's number of it
   */
  record Order(long id, Command command) {}

  private final BlockingQueue<Order> queue = new LinkedBlockingQueue<>();
  private final Set<Long> seen = new HashSet<>();
  private final Set<Long> unanswered = new HashSet<>();
  private final Set<Long> taken = new HashSet<>();
  private final Goal goal;
  private Optional<Ending> ending = Optional.empty();
  private Optional<StopSignal> work = Optional.empty();
  private boolean turnedBack;
  private boolean paused;

  Orders(Goal goal) {
    this.goal = goal;
  }

  Goal goal() {
    return goal;
  }

  /** This run has rolled back: it does not set out again by itself, in no attempt. */
  synchronized void turnBack() {
    turnedBack = true;
  }

  synchronized boolean turnedBack() {
    return turnedBack;
  }

  /** Holds in every attempt of this run, until {@link #goOn}. */
  synchronized void pause() {
    paused = true;
  }

  synchronized void goOn() {
    paused = false;
  }

  synchronized boolean paused() {
    return paused;
  }

  /** Which signal ends the work that is going on now. */
  synchronized void attach(StopSignal signal) {
    work = Optional.of(signal);
    if (ending.isPresent()) {
      signal.raise();
    }
  }

  synchronized void end(Ending how) {
    if (ending.isEmpty()) {
      ending = Optional.of(how);
    }
    work.ifPresent(StopSignal::raise);
  }

  synchronized Optional<Ending> ending() {
    return ending;
  }

  /** The cancel is being carried out: its own work must not be stopped by it. */
  synchronized void detach() {
    work = Optional.empty();
  }

  /**
   * Returns whether it is new: a command stands in the journal until it is answered, and who has
   * read it there before that may ask afterwards.
   */
  synchronized boolean accept(long id) {
    if (!seen.add(id)) {
      return false;
    }
    unanswered.add(id);
    return true;
  }

  synchronized Set<Long> unanswered() {
    return Set.copyOf(unanswered);
  }

  synchronized void answered(long id) {
    unanswered.remove(id);
  }

  /** Commands that were taken up by work that did not come to its end. */
  synchronized Set<Long> stray() {
    Set<Long> stray = new HashSet<>(unanswered);
    stray.retainAll(taken);
    return stray;
  }

  void queue(Order order) {
    queue.add(order);
  }

  private synchronized void took(Order order) {
    taken.add(order.id());
  }

  Optional<Order> await(Duration wait) {
    try {
      Optional<Order> order = Optional.ofNullable(queue.poll(wait.toNanos(), TimeUnit.NANOSECONDS));
      order.ifPresent(this::took);
      return order;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end(Ending.STOP);
      return Optional.empty();
    }
  }
}
