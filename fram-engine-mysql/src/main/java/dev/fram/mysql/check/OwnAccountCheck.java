// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * Fram cannot lock its own account, and without super_read_only nothing else stops it: an
 * application that shares it would write to the source after the hand-over. Fram's sessions have no
 * current database; that tells them apart where the server does not keep the clients' names.
 */
final class OwnAccountCheck implements Question {
  private static final String STRANGERS =
      "SELECT COUNT(*) FROM information_schema.PROCESSLIST"
          + " WHERE USER = SUBSTRING_INDEX(USER(), '@', 1) AND DB IS NOT NULL";

  @Override
  public String code() {
    return "own-account";
  }

  @Override
  public String about() {
    return "Fram's account on the source must be nobody else's: it is the one that stays open.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    long strangers = source.number(STRANGERS);
    if (strangers == 0) {
      return pass(source.name() + ": nobody else uses the account " + source.login() + " now.");
    }
    String seen =
        source.name()
            + ": "
            + strangers
            + " other sessions use Fram's own account "
            + source.login()
            + ".";
    String remedy =
        "Give Fram an account of its own, or the application another one. Fram's is not locked at"
            + " the cutover. No restart is needed.";
    return source.mariaDb() ? fail(seen, remedy) : warn(seen, remedy);
  }
}
