// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.testkit.server.PostgresVersion;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** By a base backup between two servers of each version, under writers, with a way back. */
@Timeout(300)
class BaseVersionsTest {
  /**
   * Newer ones need a pg_basebackup that the servers' own user may run: {@code
   * -Dfram.base.versions=16,17,18} with FRAM_PG_BIN.
   */
  static List<Integer> versions() {
    return Stream.of(System.getProperty("fram.base.versions", "13,14").split(",", -1))
        .map(Integer::parseInt)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("versions")
  void movesUnderWriters(int version) throws Exception {
    try (BasePair pair = BasePair.fresh(PostgresVersion.of(version))) {
      Writers writers = pair.writers();
      try (writers;
          Move move = pair.move().begin()) {
        move.awaitPhase(PhaseName.READY);
        String identifier = "SELECT system_identifier FROM pg_control_system()";
        assertThat(BasePair.values(pair.target(), identifier))
            .isEqualTo(BasePair.values(pair.source(), identifier));
        Cutovers.thereAndBack(move, writers);
      }
      writers.close();
      writers.assertNothingLost(BasePair.login(pair.source()));
    }
  }
}
