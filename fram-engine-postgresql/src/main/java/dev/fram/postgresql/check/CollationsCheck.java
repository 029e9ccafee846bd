// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Collations that columns use must exist on the target; a collation whose version has changed on
 * the source may have corrupt indexes there.
 */
final class CollationsCheck implements Question {
  @Override
  public String code() {
    return "collations";
  }

  @Override
  public String about() {
    return "Collations that columns use must exist on the target; a collation whose version has changed on the source may have corrupt indexes there.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    List<String> used =
        servers
            .source()
            .texts(
                "SELECT DISTINCT c.collname FROM pg_attribute a JOIN pg_collation c"
                    + " ON c.oid = a.attcollation JOIN pg_class r ON r.oid = a.attrelid"
                    + " WHERE c.collnamespace = 'pg_catalog'::regnamespace AND r.oid >= 16384"
                    + " AND NOT a.attisdropped ORDER BY 1");
    Set<String> there =
        Set.copyOf(
            servers
                .target()
                .texts(
                    "SELECT DISTINCT collname FROM pg_collation WHERE collnamespace ="
                        + " 'pg_catalog'::regnamespace AND collencoding IN (-1, (SELECT encoding"
                        + " FROM pg_database WHERE datname = current_database()))"));
    List<String> missing = used.stream().filter(name -> !there.contains(name)).toList();
    if (!missing.isEmpty()) {
      findings.addAll(
          fail(
              servers.target().name() + ": collations are missing: " + Servers.some(missing) + ".",
              "Install the operating system's locales there, then run pg_import_system_collations."));
    }
    List<String> changed =
        servers
            .source()
            .texts(
                "SELECT collname FROM pg_collation WHERE collversion IS NOT NULL"
                    + " AND collversion <> pg_collation_actual_version(oid) ORDER BY 1");
    if (!changed.isEmpty()) {
      findings.addAll(
          warn(
              servers.source().name()
                  + ": the version of collations has changed since indexes were"
                  + " built: "
                  + Servers.some(changed)
                  + ".",
              "The target builds its indexes anew; until then the source's may miss rows: REINDEX."));
    }
    return findings.isEmpty() ? pass("Every collation in use exists on the target.") : findings;
  }
}
