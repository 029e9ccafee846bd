// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.load;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.tool.Debian;
import dev.fram.bench.tool.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The least that any copy asks of a source: one stream at a time, by the server's own client,
 * thrown away. There is no target in it.
 *
 * @param script reads every table once
 */
record ReaderUnderLoad(BenchArena arena, Calm application, String script) implements Contender {
  static final String NAME = "one stream, thrown away";

  private static final String POSTGRES =
      "for t in $TABLES; do psql -Xq -d \"$SRC\" -c \"COPY public.$t TO STDOUT (FORMAT binary)\" >/dev/null; done";
  private static final String MYSQL =
      "for t in ${TABLES//,/}; do mysql --defaults-extra-file=\"$SRC\" --ssl-mode=DISABLED --quick -Nre \"SELECT * FROM $t\" \"$DATABASE\" >/dev/null; done";

  /** Empty when the product's client is not there. */
  static Optional<Contender> of(BenchArena arena, Calm application) throws IOException {
    if (arena.engine().equals("postgresql")) {
      return Optional.of(new ReaderUnderLoad(arena, application, POSTGRES));
    }
    Optional<Path> client = Debian.MYSQL_CLIENT.bin();
    return client.map(
        bin -> new ReaderUnderLoad(arena, application, "PATH=" + bin + ":$PATH\n" + MYSQL));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean fills() {
    return false;
  }

  @Override
  public ToolRun run() throws Exception {
    Oltp.Seen calm = application.alone();
    Oltp beside = application.beside();
    Map<String, String> environment = new TreeMap<>(arena.environment());
    environment.put("FOR", Integer.toString(application.seconds()));
    ToolRun run =
        Shell.run("SECONDS=0; while [ $SECONDS -lt $FOR ]; do\n" + script + "\ndone", environment);
    Oltp.Seen reading = beside.stop();
    return new ToolRun(
        run.seconds(),
        run.tool(),
        run.peakBytes(),
        Map.of(
            "calm_p99_ms",
            calm.p99Millis(),
            "copy_p99_ms",
            reading.p99Millis(),
            "p99_by_calm",
            reading.p99Millis() / calm.p99Millis()));
  }
}
