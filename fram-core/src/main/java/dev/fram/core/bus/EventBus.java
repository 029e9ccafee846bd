// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Hands events to everyone who listens, in the thread that publishes. Thread-safe. */
public final class EventBus {
  private final StatusProjector projector;
  private final CopyOnWriteArrayList<Consumer<RunEvent>> listeners = new CopyOnWriteArrayList<>();

  public EventBus(StatusProjector projector) {
    this.projector = projector;
  }

  /** The one picture that all events add up to. */
  public StatusProjector projector() {
    return projector;
  }

  public void listen(Consumer<RunEvent> listener) {
    listeners.add(listener);
  }

  public void publish(RunEvent event) {
    projector.on(event);
    listeners.forEach(l -> l.accept(event));
  }
}
