// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.testkit.server.MySqlVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each way of the servers' own, from an empty target to the cutover and back again, under writers
 * that know what was acknowledged. {@code -Dfram.crossings=10} does each so often, every time with
 * a migration of its own; once is enough for a usual run.
 */
@Timeout(1_800)
class CrossingsTest {
  static final int TIMES = Integer.getInteger("fram.crossings", 1);

  @ParameterizedTest
  @EnumSource(names = {"V8_0", "MARIADB_11_4"})
  void asAReplica(MySqlVersion version) throws Exception {
    for (int time = 1; time <= TIMES; time++) {
      cross(NativePair.fresh(version, NativeFeedTest.TABLES), time);
    }
  }

  @Test
  void asAReplicaByFileAndOffset() throws Exception {
    for (int time = 1; time <= TIMES; time++) {
      cross(NativePair.withoutGtids(true, NativeFeedTest.TABLES), time);
    }
  }

  private static void cross(NativePair pair, int time) throws Exception {
    Writers writers = pair.writers();
    try (writers;
        Move move = pair.withAWayBack().begin()) {
      move.awaitPhase(PhaseName.READY);
      assertThat(pair.channels()).as("time %d: it is a replica", time).isNotEmpty();
      Cutovers.thereAndBack(move, writers);
    }
    writers.close();
    writers.assertNothingLost(NativePair.login(pair.source()));
  }

  @Test
  void asAClone() throws Exception {
    for (int time = 1; time <= TIMES; time++) {
      try (ClonePair pair = ClonePair.fresh();
          ClonePair.Supervisor supervisor = pair.supervised()) {
        assertThat(supervisor).isNotNull();
        Writers writers = pair.writers();
        try (writers;
            Move move = pair.move().begin()) {
          move.awaitPhase(PhaseName.READY);
          Cutovers.thereAndBack(move, writers);
        }
        writers.close();
        writers.assertNothingLost(ClonePair.login(pair.source()));
      }
    }
  }
}
