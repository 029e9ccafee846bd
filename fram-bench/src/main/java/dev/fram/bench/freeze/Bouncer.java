// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.freeze;

import dev.fram.bench.data.DataSet;
import dev.fram.bench.data.PostgresArena;
import dev.fram.bench.tool.FramEndpoints;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.ProxyProgram;
import dev.fram.testkit.server.ProxyServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A PgBouncer in front of the source, which Fram leads to the target and back. */
final class Bouncer implements AutoCloseable {
  private static final String ADMIN = "fram_admin";
  private static final String ADMIN_PASSWORD = "of an administrator";

  private final ProxyServer process = ProxyServer.of(ProxyProgram.PGBOUNCER);

  /** Starts it with as many connections to the server as there are writers, and some. */
  Bouncer(PostgresArena arena, int writers) throws IOException {
    PostgresServer first = arena.source();
    process.write(
        "users.txt",
        "\"%s\" \"%s\"\n\"%s\" \"%s\"\n"
            .formatted(Application.USER, Application.PASSWORD, ADMIN, ADMIN_PASSWORD));
    Path file =
        process.write(
            "pgbouncer.ini",
            """
            [databases]
            %s = host=%s port=%d dbname=%s pool_size=%d
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %d
            unix_socket_dir =
            auth_type = scram-sha-256
            auth_file = %s
            admin_users = %s
            pool_mode = transaction
            ignore_startup_parameters = extra_float_digits
            """
                .formatted(
                    DataSet.DATABASE,
                    first.host(),
                    first.port(),
                    DataSet.DATABASE,
                    writers + 4,
                    process.port(),
                    process.file("users.txt"),
                    ADMIN));
    process.write("admin-password", ADMIN_PASSWORD + "\n");
    process.start(file.toString());
  }

  Application.Place place() {
    return new Application.Place(
        "jdbc:postgresql://127.0.0.1:" + process.port() + "/" + DataSet.DATABASE);
  }

  /** What Fram is told of it. */
  List<String> words() {
    String entry =
        "{type: pgbouncer, admin: 'postgresql://%s@127.0.0.1:%d/pgbouncer', password-file: '%s', databases: [%s], config: '%s'}"
            .formatted(
                ADMIN,
                process.port(),
                process.file("admin-password"),
                DataSet.DATABASE,
                process.file("pgbouncer.ini"));
    String probe =
        "postgresql://%s@127.0.0.1:%d/%s"
            .formatted(Application.USER, process.port(), DataSet.DATABASE);
    return List.of("--traffic=" + entry, "--probe=" + probe);
  }

  /** The same endpoints, with the password of Fram's own probe. */
  static FramEndpoints probed(FramEndpoints endpoints) {
    Map<String, String> environment = new TreeMap<>(endpoints.environment());
    environment.put("FRAM_PROBE_PASSWORD", Application.PASSWORD);
    return new FramEndpoints(endpoints.source(), endpoints.target(), environment);
  }

  @Override
  public void close() {
    process.close();
  }
}
