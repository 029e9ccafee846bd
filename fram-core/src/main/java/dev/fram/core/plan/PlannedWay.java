// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.plan;

import dev.fram.api.check.Finding;
import dev.fram.api.check.Finding.Severity;
import dev.fram.api.engine.Way;
import java.util.List;
import java.util.stream.Stream;

/**
 * A way and what the checks said of it.
 *
 * @param way the way
 * @param there what was found about the migration
 * @param back what was found about the way back; nothing where none is wanted
 */
public record PlannedWay(Way way, List<Finding> there, List<Finding> back) {
  public PlannedWay {
    there = List.copyOf(there);
    back = List.copyOf(back);
  }

  /** Whether it can be taken, as fram check and fram migrate would say it. */
  public enum Verdict {
    POSSIBLE,
    /** Not with these settings, but with {@code --reverse-window none}. */
    WITHOUT_A_WAY_BACK,
    NOT_POSSIBLE
  }

  public Verdict verdict() {
    if (there.stream().anyMatch(finding -> finding.severity() == Severity.FAIL)) {
      return Verdict.NOT_POSSIBLE;
    }
    return back.stream().anyMatch(finding -> finding.severity() == Severity.FAIL)
        ? Verdict.WITHOUT_A_WAY_BACK
        : Verdict.POSSIBLE;
  }

  public boolean possible() {
    return verdict() == Verdict.POSSIBLE;
  }

  /** Those of that severity, of the migration and of its way back. */
  public List<Finding> of(Severity severity) {
    return Stream.concat(there.stream(), back.stream())
        .filter(finding -> finding.severity() == severity)
        .distinct()
        .toList();
  }
}
