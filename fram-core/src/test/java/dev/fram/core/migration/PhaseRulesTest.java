// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.model.MigrationId;
import dev.fram.api.status.PhaseName;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every pair of phases, as a table that can be read; and every phase through its JSON. */
final class PhaseRulesTest {
  /** Columns in the order of {@link PhaseName}. */
  private static final List<String> TABLE =
      List.of(
          //               P C P C C V R C S R R C C N
          "PLANNED         . x . . . . . . . . . . x .",
          "CHECKED         . . x . . . . . . . . . x .",
          "PREPARED        . . . x . . . . . . . . x .",
          "COPYING         . . . . x . . . . . . . x .",
          "CATCHING_UP     . . . . . x . . . . . . x .",
          "VERIFYING       . . . . . . x . . . . . x .",
          "READY           . . . . . . . x . . . . x .",
          "CUTTING_OVER    . . . . . . x . x . . . . x",
          "SERVING         . . . . . . . . . x . x . .",
          "ROLLING_BACK    . . . . . . . . x . x . . x",
          "ROLLED_BACK     . . . . x . . . . . . . x .",
          "COMPLETED       . . . . . . . . . . . . . .",
          "CANCELLED       . . . . . . . . . . . . . .",
          "NEEDS_OPERATOR  . . . . . . x . x . x . . .");

  @Test
  void allowsExactlyTheTable() {
    assertThat(TABLE).hasSize(PhaseName.values().length);
    for (String line : TABLE) {
      String[] cells = line.split(" +");
      PhaseName from = PhaseName.valueOf(cells[0]);
      for (PhaseName to : PhaseName.values()) {
        boolean legal = cells[to.ordinal() + 1].equals("x");
        assertThat(PhaseRules.successors(from).contains(to))
            .as(from + " -> " + to)
            .isEqualTo(legal);
        if (legal) {
          assertThatCode(() -> PhaseRules.check(from, to)).doesNotThrowAnyException();
        } else {
          assertThatThrownBy(() -> PhaseRules.check(from, to)).hasMessageContaining(from.name());
        }
      }
    }
  }

  @Test
  void keepsEveryPhaseThroughJson() {
    List<Phase> phases =
        List.of(
            new Phase.Planned(),
            new Phase.Checked(3),
            new Phase.Prepared("0/16B3748"),
            new Phase.Copying("0/16B3748"),
            new Phase.CatchingUp(12),
            new Phase.Verifying(),
            new Phase.Ready(),
            new Phase.CuttingOver(),
            new Phase.Serving("0/2000000", "0/3000000", 12),
            new Phase.RollingBack(new Phase.Serving("0/2000000", "0/3000000", 12)),
            new Phase.RolledBack("0/4000000"),
            new Phase.Completed(),
            new Phase.Cancelled(),
            new Phase.NeedsOperator("Is \"it\" up?", Phase.Serving.none()));
    assertThat(phases).hasSize(PhaseName.values().length);
    for (Phase phase : phases) {
      MigrationRecord record =
          new MigrationRecord(
              new MigrationId("0123abcd"),
              "s",
              "{}",
              phase.name().name(),
              PhaseJson.evidence(phase, 3),
              1);
      assertThat(PhaseJson.read(record)).isEqualTo(phase);
      assertThat(PhaseJson.turn(record)).isEqualTo(3);
    }
  }
}
