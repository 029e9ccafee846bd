// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.plan;

import dev.fram.api.check.Finding;
import dev.fram.api.check.Finding.Severity;
import dev.fram.api.engine.Way.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which ways there are between two servers, which are possible, and which to take.
 *
 * @param setting what it is about
 * @param ways every way that Fram offers, the one that needs the least first
 * @param others ways that it does not offer
 * @param named the name of the way that the user's own settings choose
 */
public record Plan(
    Setting setting, List<PlannedWay> ways, List<String> others, Optional<String> named) {
  public Plan {
    ways = List.copyOf(ways);
    others = List.copyOf(others);
  }

  /**
   * The first that is possible, and so the one that needs the least. What was measured of the
   * others' speed is said beside it: it is for those who run it to say what a faster copy is worth.
   */
  public Optional<PlannedWay> recommended() {
    return ways.stream().filter(PlannedWay::possible).findFirst();
  }

  /** What was found of this severity whichever way is taken; nothing where there is one way. */
  public List<Finding> shared(Severity severity) {
    if (ways.size() < 2) {
      return List.of();
    }
    List<Finding> shared = new ArrayList<>(ways.getFirst().of(severity));
    ways.forEach(way -> shared.retainAll(way.of(severity)));
    return List.copyOf(shared);
  }

  /** What was found of this severity about this way, and not about all. */
  public List<Finding> own(PlannedWay way, Severity severity) {
    List<Finding> own = new ArrayList<>(way.of(severity));
    own.removeAll(shared(severity));
    return List.copyOf(own);
  }

  /** Why it is the one to take, a sentence each; nothing when there is none. */
  public List<String> reasons() {
    return recommended().map(this::reasons).orElse(List.of());
  }

  private List<String> reasons(PlannedWay taken) {
    List<String> reasons = new ArrayList<>();
    reasons.add(taken.way().advice().taken());
    int warnings = taken.of(Severity.WARN).size();
    reasons.add(
        "Rights, versions, settings, objects: no check fails, "
            + (warnings == 0 ? "none warns." : warnings + (warnings == 1 ? " warns." : " warn.")));
    taken.way().about(Subject.NETWORK).ifPresent(words -> reasons.add("Network: " + words));
    String copy = taken.way().about(Subject.COPY).map(words -> " " + words).orElse("");
    reasons.add("Size: " + setting.size() + copy);
    reasons.add("Outage: " + setting.outage());
    for (PlannedWay way : ways) {
      if (!way.equals(taken)) {
        reasons.add(instead(taken, way));
      }
    }
    return List.copyOf(reasons);
  }

  private static String instead(PlannedWay taken, PlannedWay way) {
    String name = way.way().name();
    return switch (way.verdict()) {
      case POSSIBLE -> {
        StringBuilder words =
            new StringBuilder(name + " is possible, too. " + way.way().advice().taken());
        taken.of(Severity.WARN).stream()
            .map(Finding::code)
            .distinct()
            .filter(way.way().advice().relief()::containsKey)
            .forEach(code ->
                words
                    .append(" Here (")
                    .append(code)
                    .append("): ")
                    .append(way.way().advice().relief().get(code)));
        way.way().about(Subject.SPEED).ifPresent(speed -> words.append(" Speed: ").append(speed));
        yield words.toString();
      }
      case WITHOUT_A_WAY_BACK -> name + " is possible only without a way back.";
      case NOT_POSSIBLE -> name + " is not possible as the servers are now.";
    };
  }
}
