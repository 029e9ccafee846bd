// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As {@link CrossingsTest}, by PostgreSQL's base backup. */
@Timeout(1_800)
class BaseCrossingsTest {
  @Test
  void thereAndBack() throws Exception {
    for (int time = 1; time <= CrossingsTest.TIMES; time++) {
      try (BasePair pair = BasePair.fresh()) {
        String identifier = "SELECT system_identifier FROM pg_control_system()";
        List<String> before = BasePair.values(pair.target(), identifier);
        Writers writers = pair.writers();
        try (writers;
            Move move = pair.move().begin()) {
          move.awaitPhase(PhaseName.READY);
          assertThat(BasePair.values(pair.target(), identifier))
              .as("time %d", time)
              .isNotEqualTo(before);
          Cutovers.thereAndBack(move, writers);
        }
        writers.close();
        writers.assertNothingLost(BasePair.login(pair.source()));
      }
    }
  }
}
