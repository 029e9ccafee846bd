// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import dev.fram.api.engine.SchemaOption;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.schema.SourceRoleNames;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Roles that own or may use something must exist on the target or be created there, and Fram's
 * login must be able to give objects to them.
 */
final class RolesCheck implements Question {
  @Override
  public String code() {
    return "roles";
  }

  @Override
  public String about() {
    return "Roles that own or may use something must exist on the target or be created there, and Fram's login must be able to give objects to them.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    Server target = servers.target();
    Set<String> there = Set.copyOf(target.texts("SELECT rolname FROM pg_roles"));
    List<String> missing =
        SourceRoleNames.read(servers.source().connection()).stream()
            .filter(name -> !there.contains(name))
            .toList();
    if (missing.isEmpty()) {
      return pass(target.name() + ": every role that is needed exists.");
    }
    if (servers.options().contains(SchemaOption.NO_ROLES)) {
      return fail(
          target.name()
              + ": roles are missing and --no-roles is given: "
              + Servers.some(missing)
              + ".",
          "Create them on the target, or leave --no-roles out.");
    }
    Optional<SQLException> refused = target.attempt("CREATE ROLE fram_probe");
    return refused.isEmpty()
        ? info(target.name() + ": roles are created there: " + Servers.some(missing) + ".")
        : fail(
            target.name()
                + ": roles are missing ("
                + Servers.some(missing)
                + ") and cannot be created: "
                + SqlErrors.message(refused.get())
                + ".",
            "ALTER ROLE .. CREATEROLE for Fram's login, or create them, or use --no-owner"
                + " --no-privileges --no-roles.");
  }
}
