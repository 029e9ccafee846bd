// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.testkit.workload.ConnectionProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How the demo's application finds its database: each time it connects it reads the port from a
 * file. The switch command writes that file; this is the whole of "moving the traffic". Any thread.
 */
final class AddressFile implements ConnectionProvider {
  private final Path file;
  private final DemoServer source;
  private final DemoServer target;
  private final FirstArrival firstArrival;
  private final AtomicBoolean arrived = new AtomicBoolean();

  /** Told before the first connection to the target is given away. */
  @FunctionalInterface
  interface FirstArrival {
    void run() throws SQLException;
  }

  AddressFile(Path file, DemoServer source, DemoServer target, FirstArrival firstArrival)
      throws IOException {
    this.file = file;
    this.source = source;
    this.target = target;
    this.firstArrival = firstArrival;
    Files.writeString(file, Integer.toString(source.port()));
  }

  /** What the migration runs: writes aside and renames, so that nobody reads half a number. */
  String switchCommand() {
    return "printf %s \"$FRAM_TARGET_PORT\" > '"
        + file
        + ".new' && mv '"
        + file
        + ".new' '"
        + file
        + "'";
  }

  boolean onTarget() {
    return arrived.get();
  }

  @Override
  public Connection connect() throws SQLException {
    if (port() != target.port()) {
      return source.connect();
    }
    synchronized (this) {
      if (!arrived.get()) {
        firstArrival.run();
        arrived.set(true);
      }
    }
    return target.connect();
  }

  private int port() throws SQLException {
    try {
      return Integer.parseInt(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      throw new SQLException("the application's address cannot be read", "08001", e);
    }
  }
}
