// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.replica;

import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Encryption;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import dev.fram.mysql.schema.SourceAccounts.Account;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The account on the source with which the target's replica logs in. It may read the log and
 * nothing else, its password is made here and known to the two servers only, and it goes with the
 * migration. Stateless.
 */
public final class ReplicaAccount {
  /** A replica takes passwords of at most 32 characters (manual, CHANGE REPLICATION SOURCE TO). */
  private static final int PASSWORD_BYTES = 20;

  private final Connector source;
  private final Account account;

  public ReplicaAccount(Connector source, MigrationId id) {
    this.source = source;
    this.account = named(id);
  }

  /** Which it is; 32 characters are the most that a server takes. */
  public static Account named(MigrationId id) {
    return new Account("fram_replica_" + id, "%");
  }

  Account account() {
    return account;
  }

  /** Whether the replica has to encrypt its connection; only the user's own word says no. */
  boolean encrypted() {
    return !Encryption.of(source.endpoint()).mode().equals("DISABLED");
  }

  /**
   * Makes it, or gives it a new password. MySQL obscures statements with passwords wherever it
   * shows or logs them (manual, "Passwords and Logging").
   *
   * @return the password
   */
  String make() {
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    // The signs are for servers that ask of a password to have some of each kind.
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "aA1-";
    Connection session = source.open("replica account");
    try {
      String by = account.quoted() + " IDENTIFIED BY " + secret(session, password);
      String require = encrypted() ? " REQUIRE SSL" : " REQUIRE NONE";
      Sql.run(session, "CREATE USER IF NOT EXISTS " + by + require);
      Sql.run(session, "ALTER USER " + by + require);
      Sql.run(session, "GRANT REPLICATION SLAVE ON *.* TO " + account.quoted());
      return password;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "making the replica's account");
    } finally {
      Connector.abort(session);
    }
  }

  /** MariaDB logs the statement as it came, for every replica to read: so it gets the hash only. */
  private static String secret(Connection session, String password) throws SQLException {
    return Connector.version(session).isMariaDb()
        ? "PASSWORD " + Quoting.literal(nativeHash(password))
        : Quoting.literal(password);
  }

  /** As mysql_native_password keeps it (MariaDB documentation, PASSWORD()). */
  static String nativeHash(String password) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] once = sha1.digest(password.getBytes(StandardCharsets.UTF_8));
      return "*" + HexFormat.of().withUpperCase().formatHex(sha1.digest(once));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether the source can do what the account asks for. */
  boolean possible() throws SQLException {
    Connection session = open();
    try {
      return !encrypted()
          || Sql.variable(session, "have_ssl").filter(have -> !have.equals("YES")).isEmpty();
    } finally {
      Connector.abort(session);
    }
  }

  /** A session of Fram's own on the source. */
  Connection open() {
    return source.open("replica");
  }

  /** The source's name for people. */
  String server() {
    return source.name();
  }

  /**
   * Drops it, once the target serves.
   *
   * @return why that was not possible, for people
   */
  public Optional<String> drop() {
    try {
      Connection session = source.open("replica account");
      try {
        Sql.run(session, "DROP USER IF EXISTS " + account.quoted());
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
        + ": account "
        + account
        + ", which may read the binary log, is still there ("
        + why
        + "); drop it when you can.";
  }

  /** Drops it where the source goes on serving. Idempotent. */
  public static void removeIdle(Connection session, MigrationId id) throws SQLException {
    Account account = named(id);
    long there =
        Sql.number(
            session,
            "SELECT COUNT(*) FROM information_schema.USER_PRIVILEGES WHERE GRANTEE = ?",
            "'" + account.user() + "'@'" + account.host() + "'");
    if (there > 0 && Sql.number(session, "SELECT @@global.read_only") == 0) {
      Sql.run(session, "DROP USER IF EXISTS " + account.quoted());
    }
  }
}
