// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.data;

import dev.fram.bench.tool.FramEndpoints;
import dev.fram.testkit.server.Durability;
import dev.fram.testkit.server.MySqlPlan;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Two durable MySQL servers. Used by one thread. */
public final class MySqlArena implements BenchArena {
  private static final MySqlVersion VERSION = MySqlVersion.V8_0;
  private static final String FRAM = "fram";

  /** Older clients know no newer way to log in without TLS. */
  private static final String TOOL = "tool";

  private static final String PASSWORD = "for servers of a bench";
  private static final Map<String, String> SETTINGS =
      Map.of(
          "innodb_buffer_pool_size", "512M",
          "innodb_redo_log_capacity", "1G",
          "local_infile", "ON",
          "net_write_timeout", "600",
          "binlog_transaction_dependency_tracking", "WRITESET",
          "max_allowed_packet", "64M");

  private final MySqlServer source;
  private final MySqlServer target;
  private final Scratch scratch;
  private final int scale;
  private final Map<String, String> files = new TreeMap<>();

  private MySqlArena(MySqlServer source, MySqlServer target, Scratch scratch, int scale) {
    this.source = source;
    this.target = target;
    this.scratch = scratch;
    this.scale = scale;
  }

  /** Starts both and loads the data set. */
  public static MySqlArena open(int scale) throws IOException, SQLException {
    MySqlServer source = start();
    MySqlArena arena = new MySqlArena(source, start(), new Scratch(), scale);
    try {
      arena.load();
      return arena;
    } catch (IOException | SQLException | RuntimeException failed) {
      arena.close();
      throw failed;
    }
  }

  static MySqlServer server(TargetServer target) {
    return switch (target) {
      case TargetServer.MySql mysql -> mysql.server();
      case TargetServer.Postgres other -> throw new IllegalArgumentException("not MySQL");
    };
  }

  @Override
  public TargetServer first() {
    return new TargetServer.MySql(target);
  }

  @Override
  public TargetServer.MySql another() throws SQLException {
    return new TargetServer.MySql(start());
  }

  /** The commits need not wait for the disk here: it is the log that is wanted. */
  @Override
  public void write(Workload workload, int transactions, long mark) throws SQLException {
    try (Connection connection = source.connect(DataSet.DATABASE);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "SET GLOBAL sync_binlog = 0; SET GLOBAL innodb_flush_log_at_trx_commit = 2");
      statement.execute("CALL tools.write_" + workload.word() + "(" + transactions + ")");
      statement.execute(
          "SET GLOBAL sync_binlog = 1; SET GLOBAL innodb_flush_log_at_trx_commit = 1");
      statement.execute("UPDATE marker SET round = " + mark + " WHERE id = 1");
    }
  }

  /** The data set without a trace in the binary log, so that it can be loaded on a replica too. */
  public void fill(MySqlServer server) throws IOException, SQLException {
    try (Connection connection = server.connect("");
        Statement statement = connection.createStatement()) {
      statement.execute("SET sql_log_bin = 0");
      statement.execute("CREATE DATABASE " + DataSet.DATABASE);
      statement.execute("USE " + DataSet.DATABASE);
      statement.execute(DataSet.SHOP.sql(engine(), scale));
      statement.execute("ANALYZE TABLE " + String.join(", ", DataSet.SHOP.tables()));
    }
  }

  /** What a replica logs in with on the source. */
  public String replicaLogin() {
    return "SOURCE_HOST='%s', SOURCE_PORT=%d, SOURCE_USER='%s', SOURCE_PASSWORD='%s'"
        .formatted(source.host(), source.port(), TOOL, PASSWORD);
  }

  /** Has the target clone the whole source into a folder that is not there yet. */
  public void cloneInto(Path folder) throws SQLException {
    target.execute(
        "",
        "SET GLOBAL clone_valid_donor_list = '%s:%d'; CLONE INSTANCE FROM '%s'@'%s':%d IDENTIFIED BY '%s' DATA DIRECTORY = '%s' REQUIRE NO SSL"
            .formatted(
                source.host(),
                source.port(),
                TOOL,
                source.host(),
                source.port(),
                PASSWORD,
                folder));
  }

  private static MySqlServer start() throws SQLException {
    MySqlPlan plan = MySqlServer.plan(VERSION).durability(Durability.DURABLE).settings(SETTINGS);
    MySqlServer server = plan.start();
    server.execute(
        "",
        """
        SET sql_log_bin = 0;
        INSTALL PLUGIN clone SONAME 'mysql_clone.so';
        CREATE USER fram@'%' IDENTIFIED BY '<password>';
        GRANT ALL ON *.* TO fram@'%' WITH GRANT OPTION;
        CREATE USER tool@'%' IDENTIFIED WITH mysql_native_password BY '<password>';
        GRANT ALL ON *.* TO tool@'%';
        """
            .replace("<password>", PASSWORD));
    return server;
  }

  private void load() throws IOException, SQLException {
    fill(source);
    try (Connection connection = source.connect("");
        Statement statement = connection.createStatement()) {
      statement.execute("SET sql_log_bin = 0; CREATE DATABASE tools");
      for (String procedure : DataSet.writes(engine(), scale).split(";;", -1)) {
        statement.execute(procedure);
      }
    }
    for (MySqlServer server : List.of(source, target)) {
      String name = server == source ? "SRC" : "DST";
      String client = "[client]\nget-server-public-key\n" + login(server, FRAM);
      files.put(name, scratch.secret(name + ".cnf", client).toString());
      String login = login(server, TOOL);
      String dumper = "[client]\n" + login + "[mydumper]\n" + login + "[myloader]\n" + login;
      files.put(name + "_DUMPER", scratch.secret(name + "-dumper.cnf", dumper).toString());
    }
  }

  private static String login(MySqlServer server, String user) {
    return "host=%s%nport=%d%nuser=%s%npassword=\"%s\"%n"
        .formatted(server.host(), server.port(), user, PASSWORD);
  }

  @Override
  public String engine() {
    return "mysql";
  }

  public MySqlServer source() {
    return source;
  }

  public MySqlServer target() {
    return target;
  }

  /** Another program of the server's own release, if it came with it. */
  public Optional<Path> program(String name) throws IOException {
    Path server = Path.of("/proc", Long.toString(source.pid()), "exe").toRealPath();
    return Optional.of(server.resolveSibling(name)).filter(Files::isExecutable);
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
    target.execute("", "FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW()");
  }

  @Override
  public void check(String contender) throws SQLException {
    check(contender, first());
  }

  /** The same of another target. */
  public void check(String contender, TargetServer on) throws SQLException {
    Map<String, String> there = contents(source);
    Map<String, String> here = contents(server(on));
    if (!there.equals(here)) {
      throw new IllegalStateException(contender + " left " + here + ", the source has " + there);
    }
  }

  /** Rows of each table, what some columns add up to, and how many index columns there are. */
  private static Map<String, String> contents(MySqlServer server) throws SQLException {
    Map<String, String> found = new TreeMap<>();
    for (String table : DataSet.SHOP.tables()) {
      found.put(table, value(server, "SELECT count(*) FROM " + table));
    }
    found.put("notes", value(server, "SELECT sum(crc32(concat_ws('#', note, raw))) FROM events"));
    found.put("ids", value(server, "SELECT sum(crc32(id)) FROM documents"));
    found.put(
        "index columns",
        value(
            server,
            "SELECT count(*) FROM information_schema.statistics WHERE table_schema = 'shop'"));
    return found;
  }

  /** With Fram's login: a clone has another root. */
  private static String value(MySqlServer server, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(server.jdbcUrl(DataSet.DATABASE), FRAM, PASSWORD);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : "";
    }
  }

  @Override
  public FramEndpoints endpoints() {
    return endpoints(first());
  }

  @Override
  public FramEndpoints endpoints(TargetServer server) {
    MySqlServer other = server(server);
    return new FramEndpoints(
        uri(source, DataSet.DATABASE),
        uri(other, ""),
        Map.of("FRAM_SOURCE_PASSWORD", PASSWORD, "FRAM_TARGET_PASSWORD", PASSWORD));
  }

  /** From the whole source to another target. */
  public FramEndpoints wholeServer(TargetServer other) {
    FramEndpoints some = endpoints(other);
    return new FramEndpoints(uri(source, ""), some.target(), some.environment());
  }

  /** An option file for the clients of MySQL, to log in on another target. */
  public Path clientFile(TargetServer other) throws IOException {
    String client = "[client]\nget-server-public-key\n" + login(server(other), FRAM);
    return scratch.secret("to-" + other.pid() + ".cnf", client);
  }

  private static String uri(MySqlServer server, String database) {
    return "mysql://%s@%s:%d/%s?ssl-mode=DISABLED"
        .formatted(FRAM, server.host(), server.port(), database);
  }

  @Override
  public Map<String, String> environment() {
    Map<String, String> all = new TreeMap<>(files);
    all.put("DATABASE", DataSet.DATABASE);
    all.put("TABLES", String.join(", ", DataSet.SHOP.tables()));
    return all;
  }

  @Override
  public Path freshFolder() throws IOException {
    return scratch.fresh();
  }

  @Override
  public List<String> description() throws SQLException {
    String megabytes =
        value(
            source,
            "SELECT round(sum(data_length + index_length) / 1048576) FROM"
                + " information_schema.tables WHERE table_schema = 'shop'");
    return List.of(
        "MySQL " + value(source, "SELECT version()") + " to the same",
        "scale " + scale + ": " + megabytes + " MiB with indexes, " + contents(source),
        "settings of both, with sync_binlog=1, innodb_flush_log_at_trx_commit=1, ROW, GTID: "
            + new TreeMap<>(SETTINGS));
  }

  @Override
  public void close() {
    target.close();
    source.close();
    scratch.close();
  }
}
