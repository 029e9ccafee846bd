// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.data;

import dev.fram.bench.tool.Debian;
import dev.fram.bench.tool.FramEndpoints;
import dev.fram.testkit.server.Durability;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import dev.fram.testkit.server.ServerPlan;
import dev.fram.testkit.tools.PgTools;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Two durable PostgreSQL servers. Used by one thread. */
public final class PostgresArena implements BenchArena {
  private static final PostgresVersion VERSION = PostgresVersion.V18;
  private static final Map<String, String> SETTINGS =
      Map.of(
          "shared_buffers", "512MB",
          "max_wal_size", "4GB",
          "checkpoint_timeout", "15min",
          "maintenance_work_mem", "128MB",
          "wal_sender_timeout", "0",
          "max_locks_per_transaction", "512");

  private final PostgresServer source;
  private final PostgresServer target;
  private final PgTools tools;
  private final Scratch scratch;
  private final DataSet data;
  private final int scale;
  private Map<String, String> passwords = Map.of();

  private PostgresArena(
      PostgresServer source,
      PostgresServer target,
      PgTools tools,
      Scratch scratch,
      DataSet data,
      int scale) {
    this.source = source;
    this.target = target;
    this.tools = tools;
    this.scratch = scratch;
    this.data = data;
    this.scale = scale;
  }

  /** Starts both and loads the data set. */
  public static PostgresArena open(DataSet data, int scale) throws IOException, SQLException {
    return open(data, scale, "replica");
  }

  /** The same, and from the target a way back is possible. */
  static PostgresArena openBothWays(DataSet data, int scale) throws IOException, SQLException {
    return open(data, scale, "logical");
  }

  private static PostgresArena open(DataSet data, int scale, String targetLog)
      throws IOException, SQLException {
    PgTools tools = PgTools.atLeast(VERSION.major());
    PostgresServer source = start(Map.of());
    PostgresArena arena =
        new PostgresArena(
            source, start(Map.of("wal_level", targetLog)), tools, new Scratch(), data, scale);
    try {
      arena.load();
      return arena;
    } catch (IOException | SQLException | RuntimeException failed) {
      arena.close();
      throw failed;
    }
  }

  static PostgresServer server(TargetServer target) {
    return switch (target) {
      case TargetServer.Postgres postgres -> postgres.server();
      case TargetServer.MySql other -> throw new IllegalArgumentException("not PostgreSQL");
    };
  }

  @Override
  public TargetServer first() {
    return new TargetServer.Postgres(target);
  }

  @Override
  public TargetServer another() throws SQLException {
    PostgresServer server = start(Map.of("wal_level", "replica"));
    server.createDatabase(DataSet.DATABASE);
    return new TargetServer.Postgres(server);
  }

  /** The commits need not wait for the disk here: it is the log that is wanted. */
  @Override
  public void write(Workload workload, int transactions, long mark) throws SQLException {
    try (Connection connection = source.connect(DataSet.DATABASE);
        Statement statement = connection.createStatement()) {
      statement.execute("SET synchronous_commit = off");
      statement.execute("CALL write_" + workload.word() + "(" + transactions + ")");
      statement.execute("SET synchronous_commit = on");
      statement.execute("UPDATE marker SET round = " + mark + " WHERE id = 1");
    }
  }

  private static PostgresServer start(Map<String, String> more) {
    ServerPlan plan = PostgresServer.plan(VERSION).durability(Durability.DURABLE);
    SETTINGS.forEach(plan::setting);
    more.forEach(plan::setting);
    return plan.start();
  }

  private void load() throws IOException, SQLException {
    source.createDatabase(DataSet.DATABASE);
    source.execute(DataSet.DATABASE, data.sql(engine(), scale));
    if (data == DataSet.SHOP) {
      source.execute(DataSet.DATABASE, DataSet.writes(engine(), scale));
    }
    source.execute(DataSet.DATABASE, "VACUUM ANALYZE");
    Path file = scratch.secret("pgpass", login(source) + login(target));
    passwords = Map.of("PGPASSFILE", file.toString());
  }

  private static String login(PostgresServer server) {
    return "%s:%d:*:%s:%s%n"
        .formatted(server.host(), server.port(), server.user(), server.password());
  }

  @Override
  public String engine() {
    return "postgresql";
  }

  public DataSet data() {
    return data;
  }

  public PostgresServer source() {
    return source;
  }

  public PostgresServer target() {
    return target;
  }

  public PgTools tools() {
    return tools;
  }

  @Override
  public Connection connectSource() throws SQLException {
    return source.connect(DataSet.DATABASE);
  }

  @Override
  public long sourcePid() {
    return source.pid();
  }

  @Override
  public long targetPid() {
    return target.pid();
  }

  @Override
  public void prepare() throws SQLException {
    target.dropDatabase(DataSet.DATABASE);
    target.createDatabase(DataSet.DATABASE);
    source.execute("postgres", "CHECKPOINT");
    target.execute("postgres", "CHECKPOINT");
  }

  @Override
  public void check(String contender) throws SQLException {
    Map<String, Long> there = contents(source);
    Map<String, Long> here = contents(target);
    if (!there.equals(here)) {
      throw new IllegalStateException(contender + " left " + here + ", the source has " + there);
    }
  }

  /** Rows of each table, and how many indexes there are. */
  private Map<String, Long> contents(PostgresServer server) throws SQLException {
    Map<String, Long> found = new TreeMap<>();
    try (Connection connection = server.connect(DataSet.DATABASE);
        Statement statement = connection.createStatement()) {
      for (String table : data.tables()) {
        found.put(table, number(statement, "SELECT count(*) FROM public." + table));
      }
      found.put(
          "indexes",
          number(
              statement,
              "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                  + " WHERE relnamespace = 'public'::regnamespace AND indisvalid"));
    }
    return found;
  }

  private static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Override
  public FramEndpoints endpoints() {
    return endpoints(first());
  }

  @Override
  public FramEndpoints endpoints(TargetServer server) {
    PostgresServer other = server(server);
    return new FramEndpoints(
        source.uri(DataSet.DATABASE),
        other.uri(DataSet.DATABASE),
        Map.of(
            "FRAM_SOURCE_PASSWORD", source.password(),
            "FRAM_TARGET_PASSWORD", other.password(),
            "FRAM_PG_BIN", tools.binFolder().toString()));
  }

  @Override
  public Map<String, String> environment() {
    Map<String, String> all = new TreeMap<>(passwords);
    all.put("SRC", source.uri(DataSet.DATABASE));
    all.put("DST", target.uri(DataSet.DATABASE));
    all.put("TABLES", String.join(" ", data.tables()));
    all.put("PATH", tools.binFolder() + ":" + System.getenv("PATH"));
    return all;
  }

  /** A password file for the source and another target. */
  public Path passwords(TargetServer other) throws IOException {
    return scratch.secret("pgpass-" + other.pid(), login(source) + login(server(other)));
  }

  @Override
  public Path freshFolder() throws IOException {
    return scratch.fresh();
  }

  @Override
  public List<String> description() throws SQLException, IOException {
    try (Connection connection = source.connect(DataSet.DATABASE);
        Statement statement = connection.createStatement()) {
      long megabytes = number(statement, "SELECT pg_database_size(current_database()) >> 20");
      Optional<Path> pgcopydb = Debian.PGCOPYDB.bin();
      return List.of(
          "PostgreSQL " + connection.getMetaData().getDatabaseProductVersion() + " to the same",
          data + ", scale " + scale + ": " + megabytes + " MiB with indexes, " + contents(source),
          "settings of both, fsync and synchronous_commit on: " + new TreeMap<>(SETTINGS),
          "pg_dump " + tools.major() + "; pgcopydb of Debian sid: " + pgcopydb.isPresent());
    }
  }

  @Override
  public void close() {
    target.close();
    source.close();
    scratch.close();
  }
}
