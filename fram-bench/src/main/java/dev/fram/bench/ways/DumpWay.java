// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.ways;

import dev.fram.bench.data.MySqlArena;
import dev.fram.bench.data.TargetServer;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.tool.Shell;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is done by hand: {@code mysqldump | mysql}, then the target as a replica, until it holds
 * what the source has executed. The source's own binary log has everything of the data set's making
 * left out, so that nothing is replayed.
 *
 * @param client the folder of the client's programs
 */
record DumpWay(MySqlArena arena, Path client) implements Way {
  private static final String DUMP =
      """
      mysqldump --defaults-extra-file="$SRC" --ssl-mode=DISABLED --single-transaction --set-gtid-purged=ON --routines --triggers --databases "$DATABASE" |
      mysql --defaults-extra-file="$TO" --ssl-mode=DISABLED
      """;

  @Override
  public String name() {
    return "mysqldump | mysql, then a replica";
  }

  @Override
  public ToolRun run(TargetServer.MySql target) throws Exception {
    long began = System.nanoTime();
    Map<String, String> environment = new TreeMap<>(arena.environment());
    environment.put("TO", arena.clientFile(target).toString());
    // A server that has executed something itself takes no other's GTIDs.
    target.server().execute("", "RESET MASTER");
    ToolRun dump = Shell.run("PATH=" + client + ":$PATH\n" + DUMP, environment);
    double copied = (System.nanoTime() - began) / 1e9;
    String executed = arena.source().value("", "SELECT @@global.gtid_executed").orElse("");
    target
        .server()
        .execute(
            "",
            "CHANGE REPLICATION SOURCE TO "
                + arena.replicaLogin()
                + ", SOURCE_AUTO_POSITION=1, GET_SOURCE_PUBLIC_KEY=1; START REPLICA; SELECT"
                + " WAIT_FOR_EXECUTED_GTID_SET('"
                + executed
                + "', 60)");
    return new ToolRun(
        (System.nanoTime() - began) / 1e9,
        dump.tool(),
        dump.peakBytes(),
        Map.of("until_copied_seconds", copied));
  }
}
