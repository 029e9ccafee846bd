// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Fram's login must be allowed to open a replication connection on the source (attribute
 * REPLICATION, and a line in pg_hba.conf where the server wants one). Tried.
 */
final class ReplicationLoginCheck implements Question {
  @Override
  public String code() {
    return "replication-login";
  }

  @Override
  public String about() {
    return "Fram's login must be allowed to open a replication connection on the source (attribute REPLICATION, and a line in pg_hba.conf where the server wants one). Tried.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    try (Connection connection = source.connector().openReplication("check");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("IDENTIFY_SYSTEM")) {
      rows.next();
      return pass(source.name() + ": a replication connection works.");
    } catch (FramException e) {
      return fail(
          e.seen(),
          "ALTER ROLE "
              + source.text("SELECT quote_ident(current_user)")
              + " REPLICATION (managed servers have a role for it: rds_replication, cloudsqlsuperuser"
              + " ...); and let it in with a line in pg_hba.conf.");
    } catch (SQLException e) {
      return fail(
          source.name() + ": a replication connection was refused: " + SqlErrors.message(e) + ".",
          "ALTER ROLE "
              + source.text("SELECT quote_ident(current_user)")
              + " REPLICATION, and let it in with a line in pg_hba.conf.");
    }
  }
}
