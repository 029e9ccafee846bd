// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * A prepared XA transaction has its rows in the log before the feed begins, and its outcome behind
 * it.
 */
final class PreparedXaCheck implements Question {
  @Override
  public String code() {
    return "prepared-xa";
  }

  @Override
  public String about() {
    return "A prepared XA transaction has its rows in the log before the feed begins, and its outcome behind it.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    Optional<SQLException> refused = source.attempt("XA RECOVER");
    if (refused.isPresent()) {
      return fail(
          source.name() + ": XA RECOVER was refused: " + SqlErrors.message(refused.get()) + ".",
          "GRANT XA_RECOVER_ADMIN ON *.* TO " + source.login() + ". No restart is needed.");
    }
    int prepared = Sql.list(source.connection(), "XA RECOVER", row -> 1).size();
    return prepared == 0
        ? pass(source.name() + ": no XA transaction is prepared.")
        : fail(
            source.name() + ": " + prepared + " XA transactions are prepared.",
            "End them: XA RECOVER CONVERT XID lists them, XA COMMIT or XA ROLLBACK ends each. No"
                + " restart is needed.");
  }
}
