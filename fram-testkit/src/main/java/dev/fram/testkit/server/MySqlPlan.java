// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a fresh MySQL or MariaDB server is to be like; made by {@link MySqlServer#plan}. Without
 * further words it is a source that can be migrated: row binary log, and GTIDs on MySQL. Not shared
 * between threads.
 */
public final class MySqlPlan {
  private final MySqlVersion version;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private Durability durability = Durability.RELAXED;
  private Optional<Path> home = Optional.empty();

  MySqlPlan(MySqlVersion version) {
    this.version = version;
    settings.putAll(
        Map.of(
            "server_id", Integer.toString(new SecureRandom().nextInt(1, Integer.MAX_VALUE)),
            "log_bin", "binlog",
            "innodb_buffer_pool_size", "64M",
            // The kernel's slots for it (fs.aio-max-nr) are few, and shared by all servers.
            "innodb_use_native_aio", "OFF",
            "max_connections", "200",
            "default_time_zone", "+00:00",
            "secure_file_priv", "",
            "skip_name_resolve", "ON"));
    settings.putAll(version.mariaDb() ? forMariaDb() : forMySql());
  }

  /**
   * The performance schema is on, as in production, and small: its own sizes cost a second of the
   * processor at each start and 170 MB for as long as the server runs.
   */
  private static Map<String, String> forMySql() {
    return Map.ofEntries(
        Map.entry("gtid_mode", "ON"),
        Map.entry("enforce_gtid_consistency", "ON"),
        Map.entry("innodb_redo_log_capacity", MySqlTemplate.REDO_CAPACITY),
        Map.entry("mysqlx", "OFF"),
        Map.entry("performance_schema_digests_size", "100"),
        Map.entry("performance_schema_error_size", "0"),
        Map.entry("performance_schema_events_statements_history_long_size", "10"),
        Map.entry("performance_schema_events_statements_history_size", "2"),
        Map.entry("performance_schema_max_digest_length", "256"),
        Map.entry("performance_schema_max_memory_classes", "0"),
        Map.entry("performance_schema_max_mutex_instances", "1000"),
        Map.entry("performance_schema_max_sql_text_length", "256"),
        Map.entry("performance_schema_max_table_instances", "500"),
        Map.entry("performance_schema_max_thread_instances", "200"));
  }

  /** Without {@code skip_ssl} it spends seconds on keys at every start. */
  private static Map<String, String> forMariaDb() {
    return Map.of(
        "binlog_format", "ROW",
        "innodb_log_file_size", "32M",
        "skip_ssl", "ON");
  }

  /** Adds a line to the option file, or replaces the default of this kit. */
  public MySqlPlan setting(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /** The same for several. */
  public MySqlPlan settings(Map<String, String> more) {
    settings.putAll(more);
    return this;
  }

  /** Leaves one of this kit's settings to the server's own default. */
  public MySqlPlan without(String name) {
    settings.remove(name);
    return this;
  }

  /** No GTIDs: positions are file and offset. */
  public MySqlPlan withoutGtids() {
    return setting("gtid_mode", "OFF").setting("enforce_gtid_consistency", "OFF");
  }

  /** Adds variables to the server's environment. */
  public MySqlPlan environment(Map<String, String> variables) {
    environment.putAll(variables);
    return this;
  }

  /** Relaxed unless told otherwise. */
  public MySqlPlan durability(Durability wanted) {
    durability = wanted;
    return this;
  }

  /**
   * The folder for the data, the log and the password. It is kept when the server is closed, and a
   * server that is already in it is started again. Without it: a temporary folder, removed.
   */
  public MySqlPlan home(Path folder) {
    home = Optional.of(folder);
    return this;
  }

  /** Makes and starts the server: a second or two when the version is in the cache. */
  public MySqlServer start() {
    Map<String, String> all = new LinkedHashMap<>(durability.mySqlSettings());
    all.putAll(settings);
    try {
      ServerHome folder =
          home.isPresent()
              ? ServerHome.given(home.get())
              : ServerHome.temporary(MySqlProgram.TEMPORARY, durability);
      MySqlProgram program = new MySqlProgram(version, folder, environment);
      MySqlServer server = new MySqlServer(program);
      try {
        if (!program.initialised()) {
          program.initialise(MySqlTemplate.of(version), all);
        }
        server.begin();
        return server;
      } catch (IOException | RuntimeException failed) {
        server.close();
        throw failed;
      }
    } catch (IOException failed) {
      throw new ServerException(
          version.product() + " could not be set up: " + failed.getMessage(), failed);
    }
  }
}
