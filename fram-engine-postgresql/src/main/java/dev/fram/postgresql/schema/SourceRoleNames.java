// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The names of the roles that a migration needs on the target. */
public final class SourceRoleNames {
  private SourceRoleNames() {}

  public static List<String> read(Connection source) throws SQLException {
    return SourceRoles.read(source).roles().stream().map(SourceRoles.Role::name).toList();
  }
}
