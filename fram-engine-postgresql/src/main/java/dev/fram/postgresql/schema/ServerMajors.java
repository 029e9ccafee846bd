// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;

/** The two servers' major versions. */
record ServerMajors(int source, int target) {

  static ServerMajors of(Connector source, TargetScript target) {
    try (Connection connection = source.open("schema")) {
      int sourceMajor = connection.getMetaData().getDatabaseMajorVersion();
      int targetMajor =
          target.transaction(
              "asking for the version", c -> c.getMetaData().getDatabaseMajorVersion());
      return new ServerMajors(sourceMajor, targetMajor);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "asking for the version");
    }
  }

  ClientTools tools() {
    return ClientTools.find(source, target);
  }
}
