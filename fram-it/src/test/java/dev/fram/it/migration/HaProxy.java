// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.model.Endpoint;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.ProxyProgram;
import dev.fram.testkit.server.ProxyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** An HAProxy in front of a MySQL server, as the application and as Fram see it. */
final class HaProxy implements AutoCloseable {
  private final ProxyServer process = ProxyServer.of(ProxyProgram.HAPROXY);

  /** Leads to this server at first. */
  HaProxy(MySqlServer first) throws IOException {
    Path file =
        process.write(
            "haproxy.cfg",
            """
            global
              stats socket %s mode 666 level admin
            defaults
              mode tcp
              timeout connect 5s
              timeout client 1h
              timeout server 1h
            frontend shop
              bind 127.0.0.1:%d
              default_backend mysql
            backend mysql
              server main 127.0.0.1:%d # the one
            """
                .formatted(process.file("admin.sock"), process.port(), first.port()));
    process.start("-f", file.toString());
  }

  /** The entry of the section {@code traffic}. */
  String setting() {
    return ("{type: haproxy, socket: '%s', config: '%s', backend: mysql, server: main}")
        .formatted(process.file("admin.sock"), process.file("haproxy.cfg"));
  }

  /** The same login by way of it. */
  Endpoint through(Endpoint login) {
    return new Endpoint(
        login.scheme(),
        "127.0.0.1",
        process.port(),
        login.user(),
        login.database(),
        Map.of("ssl-mode", "DISABLED"),
        login.password());
  }

  /** The file that it reads when it starts. */
  String config() throws IOException {
    return Files.readString(process.file("haproxy.cfg"));
  }

  @Override
  public void close() {
    process.close();
  }
}
