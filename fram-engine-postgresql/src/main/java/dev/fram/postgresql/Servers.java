// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import dev.fram.api.model.ServerInfo;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SharedSession;
import dev.fram.postgresql.connection.Sql;

/** Asks a server who it is. */
final class Servers {
  // The log file's name begins with the timeline; the control file's may be a checkpoint behind.
  private static final String WHO =
      """
      SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,
        (SELECT system_identifier FROM pg_control_system()) || '/' ||
        CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
          ELSE ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int END
      """;

  private Servers() {}

  static ServerInfo describe(Connector connector, SharedSession session) {
    return session.read(
        "asking for the server's identity",
        c ->
            Sql.list(
                    c,
                    WHO,
                    row ->
                        new ServerInfo(
                            connector.endpoint().display(),
                            "PostgreSQL",
                            row.getString(1),
                            row.getInt(2),
                            row.getString(3)))
                .get(0));
  }
}
