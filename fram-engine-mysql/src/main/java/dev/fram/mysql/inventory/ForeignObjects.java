// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.inventory;

import java.util.List;

/**
 * What Fram does not carry over. A server that lacks such a kind lacks the table that tells of it,
 * and what Fram's login may not read it cannot tell of. The columns are those of {@link
 * TableQueries}.
 */
final class ForeignObjects {
  static final List<String> QUERIES =
      List.of(
          "SELECT 'loadable function', '', CONVERT(name USING utf8mb4), '', dl, 'NEVER'"
              + " FROM mysql.func",
          "SELECT 'server', '', CONVERT(Server_name USING utf8mb4), '', '', 'NEVER'"
              + " FROM mysql.servers",
          "SELECT 'histogram', SCHEMA_NAME, CONCAT(TABLE_NAME, '.', COLUMN_NAME), TABLE_NAME, '',"
              + " 'NEVER' FROM information_schema.COLUMN_STATISTICS WHERE :own(SCHEMA_NAME)",
          "SELECT 'tablespace', '', NAME, '', '', 'NEVER'"
              + " FROM information_schema.INNODB_TABLESPACES"
              + " WHERE SPACE_TYPE = 'General' AND NAME <> 'mysql'",
          "SELECT 'resource group', '', RESOURCE_GROUP_NAME, '', '', 'NEVER'"
              + " FROM information_schema.RESOURCE_GROUPS"
              + " WHERE RESOURCE_GROUP_NAME NOT IN ('USR_default', 'SYS_default', 'SYS_internal')",
          "SELECT 'library', LIBRARY_SCHEMA, LIBRARY_NAME, LIBRARY_NAME, LIBRARY_DEFINITION,"
              + " 'NEVER' FROM information_schema.LIBRARIES WHERE :own(LIBRARY_SCHEMA)");

  private ForeignObjects() {}
}
