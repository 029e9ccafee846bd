// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.ServerInfo;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.ServerVersion;
import dev.fram.mysql.connection.SharedSession;
import dev.fram.mysql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/** Asks a server who it is. */
final class Servers {
  private Servers() {}

  static ServerInfo describe(Connector connector, SharedSession session) {
    return session.read(
        "asking for the server's identity",
        c -> {
          ServerVersion version = Connector.version(c);
          return new ServerInfo(
              connector.endpoint().display(),
              version.flavor().product(),
              version.text(),
              version.major(),
              identity(c, version));
        });
  }

  /** MariaDB has no server_uuid; its server_uid is made of the machine and the port. */
  private static String identity(Connection connection, ServerVersion version) throws SQLException {
    return version.isMariaDb()
        ? Sql.text(connection, "SELECT CONCAT(@@server_uid, '/', @@server_id)")
        : Sql.text(connection, "SELECT @@server_uuid");
  }

  /**
   * Refuses a pair of two products.
   *
   * @throws FramException UNSUPPORTED
   */
  static void requireOneProduct(ServerInfo source, ServerInfo target) {
    if (!source.product().equals(target.product())) {
      throw new FramException(
          ErrorCode.UNSUPPORTED,
          "The source "
              + source.name()
              + " is "
              + source.product()
              + ", the target "
              + target.name()
              + " is "
              + target.product()
              + ": their binary logs, catalogs and types differ.",
          "Name a target of the source's product.");
    }
  }
}
