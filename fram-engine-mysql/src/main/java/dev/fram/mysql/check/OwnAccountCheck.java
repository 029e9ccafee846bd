// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.check;

import dev.fram.api.check.Finding;
import dev.fram.mysql.connection.OwnSessions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Fram cannot lock its own account, for it has to get in after a crash. Where no super_read_only
 * binds it, an application that shares it would write to the source after the hand-over.
 */
final class OwnAccountCheck implements Question {
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
    boolean open = source.mariaDb() || !source.grants().global("SYSTEM_VARIABLES_ADMIN");
    List<Finding> findings = new ArrayList<>();
    List<String> strangers = OwnSessions.strangers(source.connection());
    if (!strangers.isEmpty()) {
      String seen = source.name() + ": " + String.join("; ", strangers) + ".";
      String remedy =
          "Give Fram an account of its own, or the application another one. Fram's is not locked at"
              + " the cutover"
              + (open ? ", and no cutover happens while others use it." : ".")
              + " No restart is needed.";
      findings.addAll(open ? fail(seen, remedy) : warn(seen, remedy));
    }
    List<String> writable = servers.databases().stream().filter(source.grants()::writes).toList();
    if (open && !writable.isEmpty()) {
      findings.addAll(
          warn(
              source.name()
                  + ": Fram's account "
                  + source.login()
                  + " may write to databases in scope ("
                  + Servers.some(writable)
                  + "), and nothing on this server can take that from it after the hand-over"
                  + " (read_only binds no administrator).",
              "Best is an account that only reads these databases, as the page \"The logins Fram"
                  + " needs\" has it; else see that nobody but Fram ever logs in with this one."));
    }
    return findings.isEmpty()
        ? pass(source.name() + ": nobody else uses the account " + source.login() + " now.")
        : findings;
  }
}
