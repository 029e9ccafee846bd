// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.connection;

import dev.fram.api.probe.Disk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The disk of a server. PostgreSQL tells nothing of it by SQL; where the server is on this machine,
 * this machine does. That a folder of that name is the server's own is known from its time of
 * modification, which both sides tell: a container's port is on this machine as well. Stateless.
 */
public final class ServerDisk {
  private static final String FOLDER =
      """
      SELECT current_setting('data_directory', true),
        extract(epoch FROM (pg_stat_file('.')).modification)::bigint
      """;

  private static final String MAY_NOT = "42501";

  private ServerDisk() {}

  private record Folder(Path path, long modified) {}

  /** On a connection in auto-commit mode. */
  public static Disk of(Connection connection, Connector server) throws SQLException {
    if (server.endpoint().reach().isPresent() || !Disk.here(server.endpoint().host())) {
      return Disk.unseen("PostgreSQL does not tell it, and the server is on another machine");
    }
    Optional<Folder> folder;
    try {
      folder =
          Sql.first(
              connection, FOLDER, row -> new Folder(Path.of(row.getString(1)), row.getLong(2)));
    } catch (SQLException e) {
      if (MAY_NOT.equals(e.getSQLState())) {
        return Disk.unseen(
            "the login may not ask for the data directory (pg_read_server_files,"
                + " pg_read_all_settings)");
      }
      throw e;
    }
    return folder.filter(ServerDisk::same).isPresent()
        ? Disk.of(log(folder.get().path()))
        : Disk.unseen("the data directory is not on this machine");
  }

  private static boolean same(Folder told) {
    try {
      return Files.getLastModifiedTime(told.path()).to(TimeUnit.SECONDS) == told.modified();
    } catch (IOException e) {
      return false;
    }
  }

  /** The log may lie elsewhere; only the server's own account can look there. */
  private static Path log(Path data) {
    Path log = data.resolve("pg_wal");
    return Files.isDirectory(log) ? log : data;
  }
}
