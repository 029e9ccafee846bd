// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** On the target Fram creates schemas, tables and its own schema fram. Tried and rolled back. */
final class TargetCreateCheck implements Question {
  @Override
  public String code() {
    return "target-create";
  }

  @Override
  public String about() {
    return "On the target Fram creates schemas, tables and its own schema fram. Tried and rolled back.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server target = servers.target();
    Optional<SQLException> refused = target.attempt("CREATE SCHEMA fram_probe");
    if (refused.isPresent()) {
      return fail(
          target.name() + ": CREATE SCHEMA was refused: " + SqlErrors.message(refused.get()) + ".",
          "GRANT CREATE ON DATABASE "
              + target.text("SELECT quote_ident(current_database())")
              + " TO Fram's login, or make it the database's owner.");
    }
    Optional<SQLException> inPublic =
        target.is("SELECT to_regnamespace('public') IS NOT NULL")
            ? target.attempt("CREATE TABLE public.fram_probe (a int)")
            : Optional.empty();
    return inPublic.isEmpty()
        ? pass(target.name() + ": schemas and tables can be created.")
        : fail(
            target.name()
                + ": CREATE TABLE in schema public was refused: "
                + SqlErrors.message(inPublic.get())
                + ".",
            "GRANT CREATE ON SCHEMA public TO Fram's login, or make it the database's owner.");
  }
}
