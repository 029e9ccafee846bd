// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.clone;

import dev.fram.api.model.MigrationId;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Encryption;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SourceAccounts.Account;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;

/**
 * The account on the source with which the target fetches the clone. It may do that and nothing
 * else, its password is made here and known to the two servers only, and it goes when the clone is
 * there. A user's own password would stand in a statement on the target. Stateless.
 */
final class CloneAccount {
  private static final int PASSWORD_BYTES = 20;

  private final Account account;
  private final boolean encrypted;

  CloneAccount(Connector source, MigrationId id) {
    this.account = new Account("fram_clone_" + id, "%");
    this.encrypted = encrypted(source);
  }

  /** Whether the target has to encrypt its connection; only the user's own word says no. */
  static boolean encrypted(Connector source) {
    return !Encryption.of(source.endpoint()).mode().equals("DISABLED");
  }

  /**
   * Makes it, or gives it a new password. MySQL obscures statements with passwords wherever it
   * shows or logs them (manual, "Passwords and Logging").
   *
   * @return the password
   */
  String make(Connection source) throws SQLException {
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    // The signs are for servers that ask of a password to have some of each kind.
    String password = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "aA1-";
    String by =
        account.quoted()
            + " IDENTIFIED BY "
            + Quoting.literal(password)
            + (encrypted ? " REQUIRE SSL" : " REQUIRE NONE");
    Sql.run(source, "CREATE USER IF NOT EXISTS " + by);
    Sql.run(source, "ALTER USER " + by);
    Sql.run(source, "GRANT BACKUP_ADMIN ON *.* TO " + account.quoted());
    return password;
  }

  /** The statement that fetches the clone; the server obscures the password, too. */
  String fetch(String host, int port, String password) {
    return "CLONE INSTANCE FROM "
        + Quoting.literal(account.user())
        + "@"
        + Quoting.literal(host)
        + ":"
        + port
        + " IDENTIFIED BY "
        + Quoting.literal(password)
        + (encrypted ? " REQUIRE SSL" : " REQUIRE NO SSL");
  }

  /** On the source, and on the target, where it came with the clone. Idempotent. */
  void drop(Connection connection) throws SQLException {
    Sql.run(connection, "DROP USER IF EXISTS " + account.quoted());
  }
}
