// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.postgresql.connection.Quoting;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the source's database has as an object of its own: settings, also those for single roles,
 * comment and grants. Read while writers go on; written with the cutover, because a setting such as
 * default_transaction_read_only would hit Fram's own sessions before.
 *
 * @param settings stored settings; role empty when it is for all
 */
record DatabaseSettings(
    List<ForRole> settings, Optional<String> comment, List<String> grants, boolean forPublic) {

  record ForRole(Optional<String> role, Setting setting) {}

  static DatabaseSettings read(Connection source) throws SQLException {
    List<ForRole> settings = new ArrayList<>();
    List<String> grants = new ArrayList<>();
    Optional<String> comment;
    boolean forPublic;
    try (Statement statement = source.createStatement()) {
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT r.rolname, unnest(s.setconfig) FROM pg_db_role_setting s"
                  + " JOIN pg_database d ON d.oid = s.setdatabase"
                  + " LEFT JOIN pg_roles r ON r.oid = s.setrole"
                  + " WHERE d.datname = current_database()")) {
        while (rows.next()) {
          settings.add(
              new ForRole(
                  Optional.ofNullable(rows.getString(1)), Setting.parse(rows.getString(2))));
        }
      }
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT shobj_description(oid, 'pg_database'),"
                  + " datacl IS NULL OR EXISTS (SELECT 1 FROM aclexplode(datacl) a"
                  + "  WHERE a.grantee = 0 AND a.privilege_type = 'CONNECT')"
                  + " FROM pg_database WHERE datname = current_database()")) {
        rows.next();
        comment = Optional.ofNullable(rows.getString(1));
        forPublic = rows.getBoolean(2);
      }
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT a.privilege_type, CASE WHEN a.grantee = 0 THEN 'PUBLIC'"
                  + "  ELSE quote_ident(pg_get_userbyid(a.grantee)) END,"
                  + " CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END"
                  + " FROM pg_database d, aclexplode(d.datacl) a"
                  + " WHERE d.datname = current_database() AND a.grantee <> d.datdba")) {
        while (rows.next()) {
          grants.add(
              rows.getString(1) + " ON DATABASE %s TO " + rows.getString(2) + rows.getString(3));
        }
      }
    }
    return new DatabaseSettings(settings, comment, grants, forPublic);
  }

  /** Writes them; returns what the target refused. */
  List<String> apply(Connection target, Set<SchemaOption> options) throws SQLException {
    String database = Quoting.identifier(target.getCatalog());
    List<String> statements = new ArrayList<>();
    for (ForRole entry : settings) {
      String whose =
          entry
              .role()
              .map(role -> "ROLE " + Quoting.identifier(role) + " IN DATABASE " + database)
              .orElse("DATABASE " + database);
      statements.add(entry.setting().alter(whose));
    }
    if (comment.isPresent() && !options.contains(SchemaOption.NO_COMMENTS)) {
      statements.add("COMMENT ON DATABASE " + database + " IS " + Quoting.literal(comment.get()));
    }
    if (!options.contains(SchemaOption.NO_PRIVILEGES)) {
      if (!forPublic) {
        statements.add("REVOKE CONNECT ON DATABASE " + database + " FROM PUBLIC");
      }
      grants.forEach(grant -> statements.add("GRANT " + grant.replace("%s", database)));
    }
    List<String> refused = new ArrayList<>();
    for (String statement : statements) {
      Attempt.run(target, statement).ifPresent(e -> refused.add(statement));
    }
    return refused;
  }
}
