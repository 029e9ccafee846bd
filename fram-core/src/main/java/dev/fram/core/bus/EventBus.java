// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Hands events to everyone who listens, in the thread that publishes. Thread-safe. */
public final class EventBus {
  private final StatusProjector projector;
  private final CopyOnWriteArrayList<Consumer<RunEvent>> listeners;
  private final UnaryOperator<RunEvent> told;

  public EventBus(StatusProjector projector) {
    this(projector, new CopyOnWriteArrayList<>(), UnaryOperator.identity());
  }

  private EventBus(
      StatusProjector projector,
      CopyOnWriteArrayList<Consumer<RunEvent>> listeners,
      UnaryOperator<RunEvent> told) {
    this.projector = projector;
    this.listeners = listeners;
    this.told = told;
  }

  /** The same bus for what works on the way back: its feed is the reverse feed. */
  public EventBus reverse() {
    return new EventBus(projector, listeners, EventBus::reversed);
  }

  private static RunEvent reversed(RunEvent event) {
    if (event instanceof RunEvent.Received e) {
      return new RunEvent.ReverseReceived(e.position());
    }
    return event instanceof RunEvent.Applied e
        ? new RunEvent.ReverseApplied(e.position(), e.transactions(), e.changes())
        : event;
  }

  /** The one picture that all events add up to. */
  public StatusProjector projector() {
    return projector;
  }

  public void listen(Consumer<RunEvent> listener) {
    listeners.add(listener);
  }

  /** The listener hears of nothing any more. */
  public void forget(Consumer<RunEvent> listener) {
    listeners.remove(listener);
  }

  public void publish(RunEvent event) {
    RunEvent happened = told.apply(event);
    projector.on(happened);
    listeners.forEach(l -> l.accept(happened));
  }
}
