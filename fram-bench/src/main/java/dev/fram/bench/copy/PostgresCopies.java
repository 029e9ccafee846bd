// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.copy;

import dev.fram.bench.data.PostgresArena;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.tool.Debian;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who moves a PostgreSQL database. All end with every index built and every table analyzed. */
final class PostgresCopies {
  private static final String ANALYZE = "psql -Xq -d \"$DST\" -c ANALYZE\n";
  private static final String DUMP_PIPE =
      "pg_dump -d \"$SRC\" | psql -Xq -v ON_ERROR_STOP=1 -d \"$DST\" >/dev/null\n" + ANALYZE;

  /** Without compression: it would only cost time on one machine. */
  private static final String DUMP_FOLDER =
      """
      pg_dump -Fd -Z 0 -j "$JOBS" -f "$DIR/dump" -d "$SRC"
      pg_restore -j "$JOBS" -d "$DST" "$DIR/dump"
      """
          + ANALYZE;

  private static final String PGCOPYDB =
      """
      pgcopydb clone --source "$SRC" --target "$DST" --dir "$DIR/state" --table-jobs "$JOBS" --index-jobs "$JOBS"
      """;

  /**
   * One stream a table, several tables at once; the word before and in COPY makes the difference.
   */
  private static final String RAW =
      """
      pg_dump --section=pre-data -d "$SRC" | psql -Xq -v ON_ERROR_STOP=1 -d "$DST" >/dev/null
      pg_dump --section=post-data -Fc -f "$DIR/post" -d "$SRC"
      export PATH
      echo $TABLES | tr ' ' '\\n' | xargs -P "$JOBS" -I'{}' sh -ec '
        psql -Xq -d "$SRC" -c "COPY public.{} TO STDOUT (FORMAT binary)" |
        psql -Xq -v ON_ERROR_STOP=1 -d "$DST" -1 <TRUNCATE>-c "COPY public.{} FROM STDIN (FORMAT binary<FREEZE>)"'
      pg_restore -j "$JOBS" -d "$DST" "$DIR/post"
      """
          + ANALYZE;

  private PostgresCopies() {}

  static List<Contender> all(PostgresArena arena, int jobs, List<String> jvm) throws IOException {
    List<Contender> all = new ArrayList<>();
    all.add(new FramCopy(arena, jobs, jvm));
    Optional<Path> pgcopydb = Debian.PGCOPYDB.bin();
    pgcopydb.ifPresent(bin ->
        all.add(
            new ScriptContender(
                "pgcopydb clone", arena, jobs, "PATH=" + bin + ":$PATH\n" + PGCOPYDB)));
    all.add(new ScriptContender("pg_dump -Fd | pg_restore -j", arena, jobs, DUMP_FOLDER));
    all.add(new ScriptContender("pg_dump | psql", arena, jobs, DUMP_PIPE));
    all.add(new ScriptContender("raw COPY + indexes", arena, jobs, raw("", "")));
    all.add(
        new ScriptContender(
            "raw COPY FREEZE + indexes",
            arena,
            jobs,
            raw("-c \"TRUNCATE public.{}\" ", ", FREEZE")));
    return all;
  }

  private static String raw(String truncate, String freeze) {
    return RAW.replace("<TRUNCATE>", truncate).replace("<FREEZE>", freeze);
  }
}
