// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.postgresql.schema.ClientTools;
import java.sql.SQLException;
import java.util.List;

/** The schema is read with pg_dump, which must be at least as new as the source. */
final class PgDumpCheck implements Question {
  @Override
  public String code() {
    return "pg-dump";
  }

  @Override
  public String about() {
    return "The schema is read with pg_dump, which must be at least as new as the source.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    ClientTools tools = ClientTools.find(servers.source().major(), servers.target().major());
    String seen = tools.version() + " at " + tools.pgDump() + ".";
    return tools.major() > servers.target().major()
        ? warn(
            seen + " It is newer than the target (" + servers.target().major() + ").",
            "Install postgresql-client-" + servers.target().major() + ", which fits better.")
        : pass(seen);
  }
}
