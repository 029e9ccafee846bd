// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * On the source Fram creates a publication and the schema fram with the hand-over register: CREATE
 * on the database is needed. Tried and rolled back.
 */
final class SourceCreateCheck implements Question {
  @Override
  public String code() {
    return "source-create";
  }

  @Override
  public String about() {
    return "On the source Fram creates a publication and the schema fram with the hand-over register: CREATE on the database is needed. Tried and rolled back.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    Optional<SQLException> refused = source.attempt("CREATE SCHEMA fram_probe");
    return refused.isEmpty()
        ? pass(source.name() + ": a publication and the hand-over register can be created.")
        : fail(
            source.name()
                + ": CREATE SCHEMA was refused: "
                + SqlErrors.message(refused.get())
                + ".",
            "GRANT CREATE ON DATABASE "
                + source.text("SELECT quote_ident(current_database())")
                + " TO Fram's login.");
  }
}
