// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.inventory;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.ObjectFact.Due;
import dev.fram.api.engine.ObjectFact.Reach;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SourceAccounts;
import dev.fram.mysql.schema.SourceAccounts.Account;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Accounts and roles with their grants, one entry a grant; the login that asks is left out, it is
 * Fram's own. Of an account only that it is there is compared: its definition holds a secret.
 */
final class AccountFacts {
  private static final String EVERYWHERE = " ON *.* TO ";
  private static final String GRANT = "GRANT ";

  private AccountFacts() {}

  /**
   * @param excludedBy why none of the grants comes along; empty when they do
   */
  static List<ObjectFact> read(Connection connection, Optional<String> excludedBy)
      throws SQLException {
    String self = Sql.text(connection, "SELECT CURRENT_USER()");
    List<ObjectFact> found = new ArrayList<>();
    for (Account account : SourceAccounts.all(connection)) {
      if (account.toString().equals(self)) {
        continue;
      }
      found.add(fact("account", account.toString(), Optional.empty()));
      List<String> lines =
          Sql.list(connection, "SHOW GRANTS FOR " + account.quoted(), row -> row.getString(1));
      for (String line : lines) {
        grants(line).forEach(grant -> found.add(fact("grant", grant, excludedBy)));
      }
    }
    return found;
  }

  private static ObjectFact fact(String kind, String name, Optional<String> excludedBy) {
    return new ObjectFact(
        new ObjectFact.Id(kind, "", name),
        "",
        Optional.empty(),
        Due.WITH_THE_INDEXES,
        Reach.SERVER,
        excludedBy);
  }

  /** One for each privilege on everything: a newer server has more of them. */
  static List<String> grants(String printed) {
    String line = withoutSecret(printed);
    int on = line.indexOf(EVERYWHERE);
    if (on < 0 || !line.startsWith(GRANT) || line.startsWith("GRANT USAGE ")) {
      return line.startsWith("GRANT USAGE ") ? List.of() : List.of(line);
    }
    List<String> grants = new ArrayList<>();
    for (String privilege : line.substring(GRANT.length(), on).split(", ", -1)) {
      grants.add(GRANT + privilege + line.substring(on));
    }
    return grants;
  }

  /** MariaDB prints the password's hash behind the account. */
  private static String withoutSecret(String line) {
    int secret = line.lastIndexOf(" IDENTIFIED ");
    return secret < 0 ? line : line.substring(0, secret);
  }
}
