// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a fresh server is to be like; made by {@link PostgresServer#plan}. Not shared between
 * threads.
 */
public final class ServerPlan {
  private final PostgresVersion version;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private Durability durability = Durability.RELAXED;
  private Optional<Path> home = Optional.empty();
  private boolean byLogin;

  ServerPlan(PostgresVersion version) {
    this.version = version;
    settings.putAll(
        Map.of(
            "wal_level", "logical",
            "max_prepared_transactions", "50",
            "max_wal_senders", "20",
            "max_replication_slots", "20",
            "max_connections", "200",
            "shared_buffers", "64MB",
            "timezone", "UTC",
            "log_timezone", "UTC",
            "log_line_prefix", "%m [%p] %q%a "));
    settings.put("max_worker_processes", "16");
    settings.put("jit", "off");
    if (version.major() >= 16) {
      // The same for roles that a test makes: see ScramVerifier.
      settings.put("scram_iterations", "1");
    }
  }

  /** Adds a line to postgresql.conf, or replaces the default of this kit. */
  public ServerPlan setting(String name, String value) {
    settings.put(name, value);
    return this;
  }

  /** Adds a variable to the server's environment. */
  public ServerPlan environment(Map<String, String> variables) {
    environment.putAll(variables);
    return this;
  }

  /** Relaxed unless told otherwise. */
  public ServerPlan durability(Durability wanted) {
    durability = wanted;
    return this;
  }

  /**
   * The folder for the data, the log and the password. It is kept when the server is closed, and a
   * server that is already in it is started again. Without it: a temporary folder, removed.
   */
  public ServerPlan home(Path folder) {
    home = Optional.of(folder);
    return this;
  }

  /** Run by the account that {@link SshServer} lets in. */
  public ServerPlan runByLogin() {
    byLogin = true;
    return this;
  }

  /** Makes and starts the server: about a second when the version is in the cache. */
  public PostgresServer start() {
    Map<String, String> all = new LinkedHashMap<>(durability.settings());
    all.putAll(settings);
    try {
      ServerAccount account = byLogin ? ServerAccount.unlocked() : ServerAccount.choose();
      ServerHome folder =
          home.isPresent()
              ? ServerHome.given(home.get())
              : ServerHome.temporary(PostgresProgram.TEMPORARY, durability);
      PostgresProgram program = new PostgresProgram(version, account, folder, environment);
      PostgresServer server = new PostgresServer(program);
      try {
        if (!program.initialised()) {
          program.initialise(ServerTemplate.of(version, account), all);
        }
        server.begin();
        return server;
      } catch (IOException | RuntimeException failed) {
        server.close();
        throw failed;
      }
    } catch (IOException failed) {
      throw new ServerException(
          "PostgreSQL " + version.major() + " could not be set up: " + failed.getMessage(), failed);
    }
  }
}
