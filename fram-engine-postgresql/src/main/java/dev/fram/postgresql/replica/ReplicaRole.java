// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.replica;

import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Secret;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Optional;
import org.postgresql.PGConnection;

/**
 * The role on the source with which the subscription's worker logs in. It may read the log and owns
 * nothing; its password is made here and goes with the migration. Stateless.
 */
public final class ReplicaRole {
  private static final int PASSWORD_BYTES = 24;

  private final Connector source;
  private final String name;

  public ReplicaRole(Connector source, MigrationId id) {
    this.source = source;
    this.name = named(id);
  }

  static String named(MigrationId id) {
    return "fram_replica_" + id;
  }

  /** Its name on the source. */
  public String name() {
    return name;
  }

  Connector source() {
    return source;
  }

  /**
   * Makes it, or gives it a new password. The driver sends what the server keeps of the password,
   * not the password (manual, 55.3.1): no log of the source's can show it.
   *
   * @return the password
   * @throws FramException PRIVILEGE_MISSING
   */
  public Secret make() {
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    Connection session = source.open("replica role");
    try {
      String role = Quoting.identifier(name);
      if (!exists(session, name)) {
        Sql.run(session, "CREATE ROLE " + role + " NOLOGIN REPLICATION CONNECTION LIMIT 4");
      }
      session
          .unwrap(PGConnection.class)
          .alterUserPassword(name, password.toCharArray(), "scram-sha-256");
      Sql.run(session, "ALTER ROLE " + role + " LOGIN");
      return new Secret(password);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "making the role of the subscription");
    } finally {
      Connector.abort(session);
    }
  }

  /**
   * Drops it, once the target serves. Its sessions may still be there.
   *
   * @return why that was not possible, for people
   */
  public Optional<String> drop() {
    try {
      Connection session = source.open("replica role");
      try {
        remove(session, name);
        return Optional.empty();
      } finally {
        Connector.abort(session);
      }
    } catch (FramException e) {
      return Optional.of(left(e.seen()));
    } catch (SQLException e) {
      return Optional.of(left(SqlErrors.message(e)));
    }
  }

  private String left(String why) {
    return source.name()
        + ": role "
        + name
        + ", which may read the log, is still there ("
        + why
        + "); drop it when you can.";
  }

  /** Drops a migration's role where there is one. Idempotent. */
  public static void remove(Connection session, MigrationId id) throws SQLException {
    remove(session, named(id));
  }

  private static void remove(Connection session, String name) throws SQLException {
    if (exists(session, name)) {
      Sql.run(session, "DROP ROLE IF EXISTS " + Quoting.identifier(name));
    }
  }

  private static boolean exists(Connection session, String name) throws SQLException {
    return Sql.number(session, "SELECT count(*) FROM pg_roles WHERE rolname = ?", name) > 0;
  }
}
