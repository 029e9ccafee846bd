// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asked about the way back: here the source is the new server and the target the old one. What
 * comes back must meet no trigger, because its effects come too; and what is not in the log does
 * not come back at all.
 */
final class ReturnCheck implements Question {
  @Override
  public String code() {
    return "way-back";
  }

  @Override
  public String about() {
    return "The old server must take the new one's writes without firing triggers, and everything must be in the log (--reverse-window).";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server old = servers.target();
    List<Finding> findings = new ArrayList<>();
    Optional<SQLException> refused = old.attempt("SET LOCAL session_replication_role = replica");
    refused.ifPresent(e ->
        findings.addAll(
            fail(
                old.name()
                    + ": session_replication_role cannot be set ("
                    + SqlErrors.message(e)
                    + "), which the way back needs.",
                "GRANT SET ON PARAMETER session_replication_role TO Fram's login (15 and newer),"
                    + " or --reverse-window none.")));
    List<String> firing =
        InScope.tables(
            servers.turned(),
            "SELECT DISTINCT n.nspname, c.relname FROM pg_class c"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE EXISTS"
                + " (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid"
                + " AND t.tgenabled IN ('A', 'R')) OR EXISTS (SELECT 1 FROM pg_rewrite r"
                + " WHERE r.ev_class = c.oid AND c.relkind IN ('r', 'p')"
                + " AND r.ev_enabled IN ('A', 'R')) ORDER BY 1, 2");
    if (!firing.isEmpty()) {
      findings.addAll(
          fail(
              old.name()
                  + ": triggers or rules ENABLE ALWAYS or ENABLE REPLICA would fire for what comes"
                  + " back, on "
                  + Servers.some(firing)
                  + ".",
              "Enable them in the ordinary way, or --reverse-window none."));
    }
    long objects = old.number("SELECT count(*) FROM pg_largeobject_metadata");
    if (objects > 0) {
      findings.addAll(
          fail(
              old.name()
                  + " holds "
                  + objects
                  + " large objects; what becomes of them on the new server is not in the log and"
                  + " does not come back.",
              "--reverse-window none."));
    }
    return findings.isEmpty() ? pass(old.name() + ": takes what comes back.") : findings;
  }
}
