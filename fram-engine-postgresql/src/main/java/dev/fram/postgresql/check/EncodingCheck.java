// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/** The target's encoding must be able to hold what the source's holds. */
final class EncodingCheck implements Question {
  @Override
  public String code() {
    return "encoding";
  }

  @Override
  public String about() {
    return "The target's encoding must be able to hold what the source's holds.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    String query =
        "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname ="
            + " current_database()";
    String source = servers.source().text(query);
    String target = servers.target().text(query);
    String seen = "The source's encoding is " + source + ", the target's " + target + ".";
    if (source.equals(target)) {
      return pass(seen);
    }
    String remedy =
        "Create the target's database with ENCODING '" + source + "' TEMPLATE template0.";
    boolean widens = target.equals("UTF8") && !source.equals("SQL_ASCII");
    return widens
        ? warn(seen + " Text is converted; it may need more bytes than before.", remedy)
        : fail(seen, remedy);
  }
}
