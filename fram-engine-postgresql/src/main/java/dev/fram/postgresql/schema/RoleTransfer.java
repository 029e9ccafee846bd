// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.connection.SqlErrors;
import dev.fram.postgresql.schema.SourceRoles.Membership;
import dev.fram.postgresql.schema.SourceRoles.Role;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Creates the roles that the target lacks, in the transaction that creates the tables. A role that
 * is there already is left as it is. What a target forbids (managed ones give no SUPERUSER) is left
 * out and said.
 */
final class RoleTransfer {
  static final String STEP = "role:";

  private final Connection target;
  private final Consumer<String> progress;

  RoleTransfer(Connection target, Consumer<String> progress) {
    this.target = target;
    this.progress = progress;
  }

  void create(SourceRoles source) throws SQLException {
    Set<String> existing = names();
    List<Role> missing =
        source.roles().stream().filter(role -> !existing.contains(role.name())).toList();
    for (Role role : missing) {
      create(role);
      ArchiveStore.record(target, STEP + role.name(), "");
    }
    Set<String> created = new HashSet<>(missing.stream().map(Role::name).toList());
    for (Membership membership : source.memberships()) {
      if (created.contains(membership.role()) || created.contains(membership.member())) {
        grant(membership);
      }
    }
    belongTo(source.roles());
  }

  private void create(Role role) throws SQLException {
    String name = Quoting.identifier(role.name());
    try (Statement statement = target.createStatement()) {
      statement.execute("CREATE ROLE " + name + " " + role.attributes());
    }
    List<String> optional = new ArrayList<>();
    role.powers().forEach(power -> optional.add("ALTER ROLE " + name + " " + power));
    role.settings().forEach(s -> optional.add(Setting.parse(s).alter("ROLE " + name)));
    role.comment()
        .ifPresent(c -> optional.add("COMMENT ON ROLE " + name + " IS " + Quoting.literal(c)));
    for (String statement : optional) {
      tell(role, statement, Attempt.run(target, statement));
    }
    if (role.password().isPresent()) {
      String hash = Quoting.literal(role.password().get());
      Optional<SQLException> refused =
          Attempt.run(target, "ALTER ROLE " + name + " PASSWORD " + hash);
      tell(role, "its password", refused);
    }
  }

  private void tell(Role role, String what, Optional<SQLException> refused) {
    refused.ifPresent(e ->
        progress.accept(
            "role " + role.name() + ": left out: " + what + ": " + SqlErrors.message(e)));
  }

  private void grant(Membership membership) throws SQLException {
    boolean words = target.getMetaData().getDatabaseMajorVersion() >= 16;
    String options =
        words || !membership.options().contains("INHERIT")
            ? membership.options()
            : membership.options().contains("ADMIN true") ? "WITH ADMIN OPTION" : "";
    String grant =
        "GRANT "
            + Quoting.identifier(membership.role())
            + " TO "
            + Quoting.identifier(membership.member())
            + " "
            + options;
    Attempt.run(target, grant)
        .ifPresent(e -> progress.accept("left out: " + grant + ": " + SqlErrors.message(e)));
  }

  /** Who is no superuser can give an object only to a role that it is a member of. */
  private void belongTo(List<Role> roles) throws SQLException {
    try (Statement statement = target.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")) {
      if (rows.next() && rows.getBoolean(1)) {
        return;
      }
    }
    for (Role role : roles) {
      // Refused when it is a member already, or may not: then ALTER OWNER says so.
      Attempt.run(target, "GRANT " + Quoting.identifier(role.name()) + " TO CURRENT_USER");
    }
  }

  private Set<String> names() throws SQLException {
    Set<String> names = new HashSet<>();
    try (Statement statement = target.createStatement();
        ResultSet rows = statement.executeQuery("SELECT rolname FROM pg_roles")) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }
}
