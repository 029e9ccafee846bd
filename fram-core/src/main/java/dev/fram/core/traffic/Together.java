// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.traffic;

import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.WorkerGroup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Does one step of several switches at once, each in a thread of its own: while one pooler waits
 * for its transactions, the clients of another must not wait for it in vain.
 */
final class Together {
  private Together() {}

  /** Returns when all have answered; in the given order. */
  static Map<Switch, SwitchOutcome> act(
      List<Switch> switches, Function<Switch, SwitchOutcome> step) {
    Map<Switch, SwitchOutcome> answers = new ConcurrentHashMap<>();
    try (WorkerGroup group = new WorkerGroup(new StopSignal(), () -> {})) {
      for (Switch one : switches) {
        group.start("traffic-" + one.name(), () -> answers.put(one, step.apply(one)));
      }
      group.join();
    }
    Map<Switch, SwitchOutcome> ordered = new LinkedHashMap<>();
    switches.forEach(one -> ordered.put(one, Objects.requireNonNull(answers.get(one))));
    return ordered;
  }
}
