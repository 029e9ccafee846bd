// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** As {@link CrossingsTest}, by PostgreSQL's own subscription. */
@Timeout(1_800)
class SubscriptionCrossingsTest extends SubscriptionCase {
  @Test
  void thereAndBack() throws Exception {
    for (int time = 1; time <= CrossingsTest.TIMES; time++) {
      if (time > 1) {
        drop();
        create();
      }
      Writers writers = writers();
      try (writers;
          Move move = withAWayBack().begin()) {
        move.awaitPhase(PhaseName.READY);
        assertThat(values(pair.target(), FOLLOWS)).as("time %d", time).containsExactly("t");
        Cutovers.thereAndBack(move, writers);
      }
      writers.close();
      writers.assertNothingLost(login(pair.source()));
    }
  }
}
