// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.inventory;

import dev.fram.api.engine.ObjectFact;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Objects in catalogs that Fram has never heard of, as a newer server may have: they are listed by
 * their number, so that nobody finds out later that something was passed over in silence.
 */
final class UnknownObjects {
  private static final String CATALOGS =
      "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
          + " WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r'"
          + " AND a.attname = 'oid' AND a.attnum > 0 AND has_table_privilege(c.oid, 'SELECT')"
          + " ORDER BY 1";

  private UnknownObjects() {}

  static List<ObjectFact> read(Connection connection) throws SQLException {
    List<ObjectFact> found = new ArrayList<>();
    for (String catalog : catalogs(connection)) {
      Sql.list(
              connection,
              "SELECT oid::text FROM pg_catalog."
                  + Quoting.identifier(catalog)
                  + " WHERE oid >= 16384 ORDER BY oid",
              row -> row.getString(1))
          .forEach(oid ->
              found.add(
                  new ObjectFact(
                      new ObjectFact.Id("object of " + catalog, "", oid),
                      "",
                      Optional.empty(),
                      ObjectFact.Due.NEVER,
                      ObjectFact.Reach.DATABASE,
                      Optional.empty())));
    }
    return found;
  }

  /** Those that no query tells of. */
  static List<String> catalogs(Connection connection) throws SQLException {
    return Sql.list(connection, CATALOGS, row -> row.getString(1)).stream()
        .filter(catalog -> !ObjectQueries.KNOWN.contains(catalog))
        .toList();
  }
}
