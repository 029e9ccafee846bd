// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.copy;

import dev.fram.bench.data.MySqlArena;
import dev.fram.bench.measure.Contender;
import dev.fram.bench.tool.Debian;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who moves a MySQL database. All end with every index built and every table analyzed. */
final class MySqlCopies {
  private static final String ANALYZE =
      "mysql --defaults-extra-file=\"$DST\" --ssl-mode=DISABLED -e \"ANALYZE TABLE $TABLES\""
          + " \"$DATABASE\"\n";

  private static final String DUMP_PIPE =
      """
      mysqldump --defaults-extra-file="$SRC" --ssl-mode=DISABLED --single-transaction --set-gtid-purged=OFF --databases "$DATABASE" |
      mysql --defaults-extra-file="$DST" --ssl-mode=DISABLED
      """
          + ANALYZE;

  /** Unless told otherwise myloader writes no binary log on the target. */
  private static final String DUMPER =
      """
      mydumper --defaults-file="$SRC_DUMPER" -B "$DATABASE" -t "$JOBS" -r 100000 -o "$DIR/dump"
      myloader --defaults-file="$DST_DUMPER" -B "$DATABASE" -t "$JOBS" -d "$DIR/dump" <BINLOG>
      """
          + ANALYZE;

  private MySqlCopies() {}

  static List<Contender> all(MySqlArena arena, int jobs, List<String> jvm)
      throws IOException, SQLException {
    Optional<Path> client = Debian.MYSQL_CLIENT.bin();
    Optional<Path> dumper = Debian.MYDUMPER.bin();
    List<Contender> all = new ArrayList<>();
    all.add(new FramCopy(arena, jobs, jvm));
    all.add(new Clone(arena));
    if (client.isEmpty()) {
      return all;
    }
    String path = "PATH=" + client.get() + ":$PATH\n";
    if (dumper.isPresent()) {
      String both = "PATH=" + dumper.get() + ":" + client.get() + ":$PATH\n";
      all.add(
          script("mydumper + myloader -e", arena, jobs, both + DUMPER.replace("<BINLOG>", "-e")));
      all.add(
          script(
              "mydumper + myloader, no binlog",
              arena,
              jobs,
              both + DUMPER.replace("<BINLOG>", "")));
    }
    all.add(script("raw LOAD DATA + indexes", arena, jobs, path + LoadData.script() + ANALYZE));
    all.add(script("mysqldump | mysql", arena, jobs, path + DUMP_PIPE));
    return all;
  }

  private static Contender script(String name, MySqlArena arena, int jobs, String script) {
    return new ScriptContender(name, arena, jobs, script);
  }
}
