// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.List;

/**
 * Large objects are not in the log: they are compared and copied before and during the cutover,
 * which their volume makes longer.
 */
final class LargeObjectsCheck implements Question {
  private static final long MUCH = 1L << 30;

  @Override
  public String code() {
    return "large-objects";
  }

  @Override
  public String about() {
    return "Large objects are not in the log: they are compared and copied before and during the cutover, which their volume makes longer.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server source = servers.source();
    long count = source.number("SELECT count(*) FROM pg_largeobject_metadata");
    if (count == 0) {
      return pass(source.name() + ": no large objects.");
    }
    long bytes = source.number("SELECT pg_total_relation_size('pg_largeobject')");
    List<String> unreadable =
        source.texts(
            "SELECT oid::text FROM pg_largeobject_metadata"
                + " WHERE NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
                + " AND NOT pg_has_role(lomowner, 'USAGE') LIMIT 100");
    String seen = source.name() + ": " + count + " large objects, " + Servers.bytes(bytes);
    if (!unreadable.isEmpty()) {
      return fail(
          seen + ", some not readable for Fram's login: " + Servers.some(unreadable) + ".",
          "Make Fram's login a member of their owners.");
    }
    return bytes > MUCH
        ? warn(
            seen
                + ": comparing them blocks writes at the cutover for as long as reading them takes.",
            "Move them into bytea columns or a file store first, or allow a longer write block.")
        : info(seen + ", compared and copied at the cutover.");
  }
}
