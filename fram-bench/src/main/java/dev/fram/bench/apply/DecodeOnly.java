// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.apply;

import dev.fram.bench.data.BenchArena;
import dev.fram.bench.data.DataSet;
import dev.fram.bench.data.MySqlArena;
import dev.fram.bench.data.PostgresArena;
import dev.fram.bench.measure.ToolRun;
import dev.fram.bench.measure.Usage;
import dev.fram.bench.tool.Shell;
import dev.fram.testkit.tools.PgTools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the source's sender can do when nobody applies anything: its own client receives all of the
 * backlog and throws it away. PostgreSQL's decodes for pgoutput, as for Fram; MySQL's sends its
 * files. The target that is looked at is the source itself, which has the mark already.
 */
final class DecodeOnly implements Follower {
  static final String NAME = "decode only";

  private static final String RECEIVER = "pg_recvlogical";

  /** From a slot of its own up to the end of the log. */
  private static final String RECEIVE =
      "sh \"$RECEIVER\" -d \"$SRC\" -S bench_decode --start -f /dev/null -P pgoutput"
          + " -o proto_version=1 -o publication_names=bench --no-loop --endpos=\"$END\"";

  /** From a position to the end of the last file; without decoding, which the sender does not. */
  private static final String DUMP =
      "mysqlbinlog --defaults-extra-file=\"$SRC\" --ssl-mode=DISABLED --read-from-remote-server"
          + " --raw --to-last-log --start-position=\"$POSITION\" -r \"$DIR/\" \"$FILE\"";

  private final BenchArena arena;
  private final Map<String, String> environment;
  private Optional<ToolRun> last = Optional.empty();

  private DecodeOnly(BenchArena arena, Map<String, String> environment) {
    this.arena = arena;
    this.environment = new TreeMap<>(environment);
  }

  /** Empty when its program is not there. PostgreSQL's publication must be there already. */
  static Optional<Follower> start(BenchArena arena) throws IOException, SQLException {
    return switch (arena) {
      case PostgresArena postgres -> {
        Optional<Path> receiver = receiver(postgres.tools());
        if (receiver.isEmpty()) {
          yield Optional.empty();
        }
        postgres
            .source()
            .execute(
                DataSet.DATABASE,
                "SELECT pg_create_logical_replication_slot('bench_decode', 'pgoutput')");
        Map<String, String> all = new TreeMap<>(arena.environment());
        all.put("RECEIVER", receiver.get().toString());
        yield Optional.of(new DecodeOnly(arena, all));
      }
      case MySqlArena mysql -> {
        Optional<Path> program = mysql.program("mysqlbinlog");
        if (program.isEmpty()) {
          yield Optional.empty();
        }
        Map<String, String> all = new TreeMap<>(arena.environment());
        all.put("PATH", program.get().getParent() + ":" + System.getenv("PATH"));
        yield Optional.of(new DecodeOnly(arena, all));
      }
    };
  }

  /**
   * A script that starts pg_recvlogical, which comes with pg_dump. Where pg_dump was unpacked with
   * libraries of its own, it is started by a script, and so is this one.
   */
  private static Optional<Path> receiver(PgTools tools) throws IOException {
    Path beside = tools.binFolder().resolve(RECEIVER);
    Path unpacked =
        tools
            .binFolder()
            .resolveSibling("usr/lib/postgresql/" + tools.major() + "/bin/" + RECEIVER);
    String text;
    if (Files.isExecutable(beside)) {
      text = "exec '" + beside + "' \"$@\"\n";
    } else if (Files.isExecutable(unpacked)) {
      text = Files.readString(tools.pgDump()).replace("/bin/pg_dump'", "/bin/" + RECEIVER + "'");
    } else {
      return Optional.empty();
    }
    Path script = Files.createTempFile("fram-bench-", ".sh");
    script.toFile().deleteOnExit();
    return Optional.of(Files.writeString(script, text));
  }

  @Override
  public String name() {
    return NAME;
  }

  /** Nothing runs; MySQL's place in the log is kept here. */
  @Override
  public void pause() throws SQLException, IOException {
    if (arena instanceof MySqlArena) {
      try (Connection connection = arena.connectSource();
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SHOW MASTER STATUS")) {
        rows.next();
        environment.put("FILE", rows.getString("File"));
        environment.put("POSITION", rows.getString("Position"));
      }
      environment.put("DIR", arena.freshFolder().toString());
    }
  }

  /** Receives everything up to now. */
  @Override
  public void resume() throws SQLException, IOException {
    switch (arena) {
      case PostgresArena postgres -> {
        try (Connection connection = arena.connectSource();
            Statement statement = connection.createStatement();
            ResultSet rows = statement.executeQuery("SELECT pg_current_wal_flush_lsn()")) {
          rows.next();
          environment.put("END", rows.getString(1));
        }
        last = Optional.of(Shell.run(RECEIVE, environment));
      }
      case MySqlArena mysql -> last = Optional.of(Shell.run(DUMP, environment));
    }
  }

  @Override
  public long targetPid() {
    return arena.sourcePid();
  }

  @Override
  public Connection connect() throws SQLException {
    return arena.connectSource();
  }

  /** Of all runs so far is not known: each is a process of its own. */
  @Override
  public Usage toolUsage() {
    return new Usage(0, 0);
  }

  @Override
  public long toolPeak() {
    return last.map(ToolRun::peakBytes).orElse(0L);
  }

  @Override
  public void close() {}
}
