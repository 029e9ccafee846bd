// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.cli.config.Switches;
import dev.fram.core.run.MigrationSettings;
import dev.fram.testkit.workload.ConnectionProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * How the application finds its database: on the source until the switch command has made a file,
 * then on the target. Any thread.
 */
final class Address implements ConnectionProvider {
  private final ConnectionProvider source;
  private final ConnectionProvider target;
  private final Path moved;

  Address(ConnectionProvider source, ConnectionProvider target) throws IOException {
    this.source = source;
    this.target = target;
    this.moved = Files.createTempDirectory("fram-address").resolve("moved");
  }

  /** The same settings, with the command that moves this address. */
  MigrationSettings switchedBy(MigrationSettings settings) {
    return settings.withTraffic(
        settings
            .traffic()
            .withSwitches(
                List.of(Switches.command("touch '" + moved + "'", Duration.ofMinutes(1)))));
  }

  @Override
  public Connection connect() throws SQLException {
    return (Files.exists(moved) ? target : source).connect();
  }
}
