// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.nginx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.model.MigrationId;
import dev.fram.api.traffic.Address;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import dev.fram.testkit.server.ProxyProgram;
import dev.fram.testkit.server.ProxyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A real nginx with the lines of the guide. */
class NginxTest {
  private static final TrafficMove MOVE =
      new TrafficMove(
          MigrationId.random(new Random(1)),
          TrafficMove.Direction.FORWARD,
          new TrafficMove.Server(new Address("a", 1), ""),
          new TrafficMove.Server(new Address("b", 2), ""));

  private static ProxyServer start(String retryAfter) throws IOException {
    ProxyServer nginx = ProxyServer.of(ProxyProgram.NGINX);
    Path file =
        nginx.write(
            "nginx.conf",
            """
            daemon off;
            pid %1$s;
            error_log stderr;
            events {}
            http {
              access_log off;
              client_body_temp_path %2$s/body;
              proxy_temp_path %2$s/proxy;
              fastcgi_temp_path %2$s/fastcgi;
              uwsgi_temp_path %2$s/uwsgi;
              scgi_temp_path %2$s/scgi;
              server {
                listen 127.0.0.1:%3$d;
                if (-f %4$s) { return 503; }
                error_page 503 @maintenance;
                location @maintenance { %5$s return 503; }
                location / { return 200; }
              }
            }
            """
                .formatted(
                    nginx.file("pid"),
                    nginx.file("."),
                    nginx.port(),
                    nginx.file("maintenance"),
                    retryAfter));
    return nginx.start("-p", nginx.file(".").toString(), "-c", file.toString());
  }

  private static TrafficSwitch nginx(ProxyServer server) {
    return new NginxKind()
        .open(
            new SwitchOptions(
                Map.of(
                    "flag-file", List.of(server.file("maintenance").toString()),
                    "url", List.of("http://127.0.0.1:" + server.port() + "/")),
                Map.of(),
                Optional.empty()),
            MOVE);
  }

  @Test
  void answersMaintenanceForTheLengthOfTheFreeze() throws IOException {
    try (ProxyServer server = start("add_header Retry-After 10 always;")) {
      TrafficSwitch nginx = nginx(server);
      assertThat(nginx.check().obstacles()).isEmpty();
      assertThat(nginx.pause(Duration.ofSeconds(5))).isInstanceOf(SwitchOutcome.Done.class);
      assertThat(server.file("maintenance")).exists();
      assertThat(nginx.check().obstacles()).hasSize(2);
      assertThat(nginx.resume()).isInstanceOf(SwitchOutcome.Done.class);
      assertThat(server.file("maintenance")).doesNotExist();
      assertThat(nginx.undo()).isInstanceOf(SwitchOutcome.Done.class);
    }
  }

  @Test
  void aConfigurationThatDoesNotHeedTheFlagIsNoticed() throws IOException {
    try (ProxyServer server = start("")) {
      TrafficSwitch nginx = nginx(server);
      assertThat(nginx.pause(Duration.ofSeconds(5)))
          .isInstanceOfSatisfying(
              SwitchOutcome.NotDone.class,
              no -> assertThat(no.seen()).contains("answers 503 without Retry-After"));
      assertThat(nginx.undo()).isInstanceOf(SwitchOutcome.Done.class);
      assertThat(Files.exists(server.file("maintenance"))).isFalse();
    }
  }
}
