// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.connection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Tells Fram's sessions from those of others who log in with the same account. The attributes that
 * a client sends would say it too, but MariaDB keeps them only with the performance schema, which
 * is off by default: so each session of Fram's holds a named lock that nobody else has a reason to
 * take, and that ends with it. Other Fram processes count as ours. Stateless.
 */
public final class OwnSessions {
  private static final String NAME = "CONCAT('fram session ', ";

  /** A condition on {@code PROCESSLIST p}: the session is of this login's user, and not Fram's. */
  public static final String STRANGER =
      "p.USER = SUBSTRING_INDEX(USER(), '@', 1) AND COALESCE(IS_USED_LOCK("
          + NAME
          + "p.ID)), 0) <> p.ID";

  /** The session is one of Fram's, in this process or another. */
  public static final String OURS =
      "p.USER = SUBSTRING_INDEX(USER(), '@', 1) AND COALESCE(IS_USED_LOCK("
          + NAME
          + "p.ID)), 0) = p.ID";

  /** The server's own threads, and the ones that feed replicas (and us), write nothing. */
  public static final String CLIENT =
      "p.ID <> CONNECTION_ID()"
          + " AND p.COMMAND NOT IN ('Binlog Dump', 'Binlog Dump GTID', 'Daemon', 'Killed')"
          + " AND p.USER NOT IN ('system user', 'event_scheduler')";

  private static final String STRANGERS =
      "SELECT CONCAT('session ', p.ID, ' from ', p.HOST, ' uses Fram''s own account ', p.USER,"
          + " ' (', p.COMMAND, IF(p.DB IS NULL, '', CONCAT(' in database ', p.DB)), ')')"
          + " FROM information_schema.PROCESSLIST p WHERE "
          + CLIENT
          + " AND "
          + STRANGER
          + " ORDER BY p.ID LIMIT 10";

  private OwnSessions() {}

  /** Says of a fresh session that it is Fram's. */
  static void mark(Connection connection) throws SQLException {
    Sql.run(connection, "DO GET_LOCK(" + NAME + "CONNECTION_ID()), 0)");
  }

  /** Sessions of others with our account, at most ten, for people. */
  public static List<String> strangers(Connection connection) throws SQLException {
    return Sql.list(connection, STRANGERS, row -> row.getString(1));
  }
}
