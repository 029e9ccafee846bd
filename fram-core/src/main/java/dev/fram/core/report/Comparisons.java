// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.report;

import dev.fram.api.status.PhaseName;
import dev.fram.core.chronicle.Story;
import dev.fram.core.probe.TimeRange;
import java.util.List;
import java.util.Optional;

/** Sets what was foretold beside what came of it. */
final class Comparisons {
  private final Optional<Foresight> foretold;
  private final Story story;
  private final List<Report.PhaseTime> phases;
  private final long copyMillis;

  Comparisons(
      Optional<Foresight> foretold, Story story, List<Report.PhaseTime> phases, long copyMillis) {
    this.foretold = foretold;
    this.story = story;
    this.phases = phases;
    this.copyMillis = copyMillis;
  }

  Report.Comparison comparison() {
    List<Report.Foretold> parts =
        List.of(
            part("copy", foretold.flatMap(Foresight::copy), copyMillis),
            part("copy_and_index", foretold.flatMap(Foresight::copyAndIndex), copyAndIndexMillis()),
            part("catch_up", foretold.flatMap(Foresight::catchUp), first(PhaseName.CATCHING_UP)),
            part("verify", foretold.flatMap(Foresight::verify), first(PhaseName.VERIFYING)),
            part("freeze", foretold.flatMap(Foresight::freeze), freezeMillis()));
    return new Report.Comparison(
        foretold.isPresent(),
        foretold.isPresent()
            ? "fram measure has foretold it, from numbers taken then."
            : "Nobody has measured before (fram measure --save): there is nothing to compare with.",
        foretold.map(Foresight::measuredMillis).orElse(-1L),
        parts,
        foretold.map(Foresight::evidence).orElse(List.of()));
  }

  private static Report.Foretold part(String name, Optional<TimeRange> range, long actual) {
    String verdict =
        range
            .filter(r -> actual >= 0)
            .map(r ->
                actual < r.lowMillis() ? "faster" : actual > r.highMillis() ? "slower" : "inside")
            .orElse("");
    return new Report.Foretold(
        name,
        range.map(TimeRange::lowMillis).orElse(-1L),
        range.map(TimeRange::highMillis).orElse(-1L),
        actual,
        verdict);
  }

  /** Indexes are built beside the copy of other tables, or after it: the end of both is seen. */
  private long copyAndIndexMillis() {
    Story.Marks marks = story.marks();
    return copyMillis >= 0 && marks.copiedMillis() > 0 && marks.indexedMillis() > 0
        ? copyMillis + Math.max(0, marks.indexedMillis() - marks.copiedMillis())
        : -1;
  }

  /** Only a phase that has ended has a length. */
  private long first(PhaseName phase) {
    for (int i = 0; i + 1 < phases.size(); i++) {
      if (phases.get(i).phase().equals(phase.name())) {
        return phases.get(i).millis();
      }
    }
    return -1;
  }

  /** The last cutover that was carried through. */
  private long freezeMillis() {
    return story.cutovers().stream()
        .filter(c -> c.direction().equals("cutover") && c.picture().writeBlockMillis() > 0)
        .reduce((first, second) -> second)
        .map(c -> c.picture().writeBlockMillis())
        .orElse(-1L);
  }
}
