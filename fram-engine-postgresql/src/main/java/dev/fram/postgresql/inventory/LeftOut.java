// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.inventory;

import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Relations that do not come along, each with the user's word that says so. */
final class LeftOut {
  private static final String TABLES =
      "SELECT c.oid::bigint, n.nspname, c.relname FROM pg_class c"
          + " JOIN pg_namespace n ON n.oid = c.relnamespace"
          + " WHERE c.relkind IN ('r', 'p', 'f') AND c.oid >= 16384";

  /** Which view reads which relation. */
  private static final String READS =
      "SELECT DISTINCT r.ev_class::bigint, d.refobjid::bigint, d.refobjid::regclass::text"
          + " FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass"
          + " AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass"
          + " AND d.refobjid <> r.ev_class"
          + " JOIN pg_class c ON c.oid = r.ev_class AND c.relkind IN ('v', 'm')";

  private final Map<Long, String> reasons = new HashMap<>();

  private LeftOut() {}

  private record Read(long view, long relation, String name) {}

  static LeftOut none() {
    return new LeftOut();
  }

  static LeftOut read(Connection connection, Scope scope) throws SQLException {
    LeftOut out = new LeftOut();
    Sql.list(
            connection,
            TABLES,
            row ->
                Map.entry(
                    row.getLong(1),
                    scope.leftOutBy(new TableId(row.getString(2), row.getString(3)))))
        .forEach(table -> table.getValue().ifPresent(by -> out.reasons.put(table.getKey(), by)));
    if (!out.reasons.isEmpty()) {
      out.addReaders(connection);
    }
    return out;
  }

  /** A view over a table that does not come along cannot be made. */
  private void addReaders(Connection connection) throws SQLException {
    List<Read> reads =
        Sql.list(
            connection, READS, row -> new Read(row.getLong(1), row.getLong(2), row.getString(3)));
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Read read : reads) {
        Optional<String> why = reason(read.relation());
        if (why.isPresent() && !reasons.containsKey(read.view())) {
          String by =
              why.get().contains(" (reads ")
                  ? why.get()
                  : why.get() + " (reads " + read.name() + ")";
          reasons.put(read.view(), by);
          grown = true;
        }
      }
    }
  }

  Optional<String> reason(long relation) {
    return Optional.ofNullable(reasons.get(relation));
  }
}
