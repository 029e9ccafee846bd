// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.bus;

import dev.fram.api.status.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The cutover's numbers. Not thread-safe: the projector guards it. */
final class CutoverFigures {
  private final Map<String, Status.Step> steps = new LinkedHashMap<>();
  private int attempts;
  private long writeBlockMillis = -1;
  private String frozenAt = "";
  private String result = "";
  private Optional<Status.Probe> probe = Optional.empty();
  private int begun;

  void began() {
    begun++;
    steps.clear();
    frozenAt = "";
    result = "";
    probe = Optional.empty();
  }

  void probed(Status.Probe picture) {
    probe = Optional.of(picture);
  }

  void gateTried() {
    attempts++;
  }

  void step(String name, String outcome, long millis) {
    steps.put(name, new Status.Step(name, outcome, millis));
  }

  void frozen(String position) {
    frozenAt = position;
  }

  void blocked(long millis) {
    writeBlockMillis = millis;
  }

  void ended(String sentence) {
    result = sentence;
  }

  Optional<Status.Cutover> picture() {
    return begun == 0 && steps.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Status.Cutover(
                attempts, writeBlockMillis, List.copyOf(steps.values()), frozenAt, result, probe));
  }
}
