// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.binlog.Pause;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A prepared XA transaction has its rows in the log before the feed begins, and its outcome behind
 * it. One that comes and goes, as those of an application that uses XA all the time, is waited for
 * when the feed begins; one that stays would be waited for in vain.
 */
final class PreparedXaCheck implements Question {
  private static final int LOOKS = 20;
  private static final Duration AGAIN = Duration.ofMillis(100);

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
    int stay = staying(source.connection()).size();
    return stay == 0
        ? pass(source.name() + ": no XA transaction stays prepared.")
        : fail(
            source.name() + ": " + stay + " XA transactions are prepared.",
            "End them: XA RECOVER CONVERT XID lists them, XA COMMIT or XA ROLLBACK ends each. No"
                + " restart is needed.");
  }

  /** Those that every look has seen. */
  private static Set<List<String>> staying(Connection connection) throws SQLException {
    Set<List<String>> all = prepared(connection);
    for (int i = 0; i < LOOKS && !all.isEmpty(); i++) {
      Pause.of(AGAIN);
      all.retainAll(prepared(connection));
    }
    return all;
  }

  private static Set<List<String>> prepared(Connection connection) throws SQLException {
    return new HashSet<>(
        Sql.list(
            connection,
            "XA RECOVER",
            row ->
                List.of(row.getString(1), row.getString(2), row.getString(3), row.getString(4))));
  }
}
