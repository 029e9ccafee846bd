// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.testkit.server.MySqlVersion;
import dev.fram.testkit.workload.WorkloadOptions;
import dev.fram.testkit.workload.WorkloadSchema;
import dev.fram.testkit.workload.WorkloadStats;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Cutovers under twelve writers, some of whose transactions are XA, with everything that is awkward
 * in the schema. Both servers are compared in every row and object as they were at the hand-over,
 * with SQL that is not the engine's; and the event that fires every second must have fired on the
 * source or on the target, never on both.
 */
class MySqlCutoverTest {
  private static final int CUTOVERS = Integer.getInteger("fram.mysql.cutovers", 1);
  private static final int RATE = Integer.getInteger("fram.mysql.rate", 40);
  private static final MySqlRound ROUND =
      new MySqlRound(
          4_000,
          EnumSet.allOf(WorkloadSchema.Part.class),
          WorkloadOptions.standard().withWriters(12).withRate(RATE).withPrepared(1));

  @Test
  void nothingIsLostBetweenTwoServersOf80() throws Exception {
    cutOver(MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V8_0), CUTOVERS);
  }

  @Test
  void nothingIsLostOnTheWayTo97() throws Exception {
    cutOver(MySqlPair.of(MySqlVersion.V8_0, MySqlVersion.V9_7), Math.ceilDiv(CUTOVERS, 4));
  }

  @Test
  void nothingIsLostBetweenTwoServersOfMariaDb() throws Exception {
    cutOver(
        MySqlPair.of(MySqlVersion.MARIADB_11_4, MySqlVersion.MARIADB_11_4),
        Math.ceilDiv(CUTOVERS, 4));
  }

  private static void cutOver(MySqlPair pair, int times) throws Exception {
    List<Long> pauses = new ArrayList<>();
    String way = pair.source().version().product() + " to " + pair.target().version().product();
    for (int i = 0; i < times; i++) {
      WorkloadStats stats = ROUND.run(pair);
      pauses.add(stats.worstPauseMillis());
      System.out.printf(
          "%s, cutover %d: longest pause of a writer %d ms, errors that writers saw %s%n",
          way, i + 1, stats.worstPauseMillis(), stats.errors());
    }
    pauses.sort(null);
    System.out.printf(
        "%s, %d cutovers: longest pause of a writer: median %d ms, worst %d ms%n",
        way, times, pauses.get(pauses.size() / 2), pauses.getLast());
  }
}
