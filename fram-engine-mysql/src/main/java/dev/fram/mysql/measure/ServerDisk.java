// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.measure;

import dev.fram.api.probe.Disk;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Sql;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The disk of a server. MariaDB tells it where its plug-in DISKS is loaded; MySQL never does. Where
 * the server is on this machine, this machine does: that a folder is the server's own is known from
 * its {@code auto.cnf}, which holds the server's UUID. Stateless.
 */
final class ServerDisk {
  private static final int NO_TABLE = 1109;
  private static final int NO_SUCH_TABLE = 1146;
  private static final long KIBIBYTE = 1024;

  /** The disk whose path the data's path begins with, the longest one. */
  private static final String DISKS =
      """
      SELECT Available, Total FROM information_schema.DISKS
      WHERE LOCATE(Path, @@datadir) = 1 ORDER BY LENGTH(Path) DESC LIMIT 1
      """;

  private ServerDisk() {}

  static Disk of(Connection connection, Connector server) throws SQLException {
    return Connector.version(connection).isMariaDb() ? told(connection) : local(connection, server);
  }

  private static Disk told(Connection connection) throws SQLException {
    try {
      return Sql.first(
              connection,
              DISKS,
              row ->
                  Disk.told(
                      row.getLong(1) * KIBIBYTE,
                      row.getLong(2) * KIBIBYTE,
                      "the server tells it (plug-in DISKS)"))
          .orElseGet(() -> Disk.unseen("the login may not ask for it (FILE)"));
    } catch (SQLException e) {
      if (e.getErrorCode() == NO_TABLE || e.getErrorCode() == NO_SUCH_TABLE) {
        return Disk.unseen("MariaDB tells it with its plug-in DISKS only, which is not loaded");
      }
      throw e;
    }
  }

  private static Disk local(Connection connection, Connector server) throws SQLException {
    if (server.endpoint().reach().isPresent() || !Disk.here(server.endpoint().host())) {
      return Disk.unseen("MySQL does not tell it, and the server is on another machine");
    }
    Path folder = Path.of(Sql.text(connection, "SELECT @@datadir"));
    String uuid = Sql.text(connection, "SELECT @@server_uuid");
    return uuid(folder.resolve("auto.cnf")).filter(text -> text.contains(uuid)).isPresent()
        ? Disk.of(folder)
        : Disk.unseen("the data directory is not on this machine, or not to be read by this user");
  }

  private static Optional<String> uuid(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
