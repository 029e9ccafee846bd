// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The roles of the source that own or may use something in its database, and those they are members
 * of or that are members of them: an application often logs in as a role that owns nothing and has
 * its rights from a group.
 *
 * @param roles the roles, by name
 * @param memberships who is a member of which of them
 */
record SourceRoles(List<Role> roles, List<Membership> memberships) {

  /**
   * @param attributes words of CREATE ROLE that any creator may give
   * @param powers words that need more than CREATEROLE: tried one by one
   * @param password the stored hash; empty when there is none or it may not be read
   * @param settings {@code name=value}
   */
  record Role(
      String name,
      String attributes,
      List<String> powers,
      Optional<String> password,
      List<String> settings,
      Optional<String> comment) {
    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * @param options what follows GRANT, beginning with WITH, or nothing
   */
  record Membership(String role, String member, String options) {}

  private static final String NEEDED =
      "WITH RECURSIVE db AS (SELECT oid, datdba FROM pg_database"
          + "   WHERE datname = current_database()),"
          + " direct AS ("
          + "  SELECT s.refobjid AS oid FROM pg_shdepend s, db"
          + "   WHERE s.refclassid = 'pg_authid'::regclass AND (s.dbid = db.oid"
          + "   OR (s.classid = 'pg_database'::regclass AND s.objid = db.oid))"
          + "  UNION SELECT setrole FROM pg_db_role_setting, db WHERE setdatabase = db.oid"
          + "  UNION SELECT datdba FROM db"
          + "  UNION SELECT relowner FROM pg_class c JOIN pg_namespace n"
          + "   ON n.oid = c.relnamespace WHERE n.nspname NOT LIKE 'pg\\_%'"
          + "   AND n.nspname NOT IN ('information_schema', 'fram')),"
          + " needed AS (SELECT oid FROM direct UNION"
          + "  SELECT CASE WHEN m.roleid = n.oid THEN m.member ELSE m.roleid END"
          + "  FROM needed n JOIN pg_auth_members m ON n.oid IN (m.roleid, m.member)"
          + "  WHERE n.oid >= 16384)";

  static SourceRoles read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean passwords;
      try (ResultSet rows =
          statement.executeQuery("SELECT has_table_privilege('pg_authid', 'SELECT')")) {
        rows.next();
        passwords = rows.getBoolean(1);
      }
      return new SourceRoles(
          roles(statement, passwords),
          memberships(statement, connection.getMetaData().getDatabaseMajorVersion()));
    }
  }

  private static List<Role> roles(Statement statement, boolean passwords) throws SQLException {
    String password = passwords ? "a.rolpassword" : "NULL::text";
    String join = passwords ? " LEFT JOIN pg_authid a ON a.oid = r.oid" : "";
    List<Role> roles = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery(
            NEEDED
                + " SELECT r.rolname, concat_ws(' ',"
                + "  CASE WHEN r.rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END,"
                + "  CASE WHEN r.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,"
                + "  'CONNECTION LIMIT ' || r.rolconnlimit,"
                + "  'VALID UNTIL ' || quote_literal(r.rolvaliduntil::text)),"
                + "  array_remove(ARRAY[CASE WHEN r.rolsuper THEN 'SUPERUSER' END,"
                + "   CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,"
                + "   CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,"
                + "   CASE WHEN r.rolreplication THEN 'REPLICATION' END,"
                + "   CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END], NULL), "
                + password
                + ", COALESCE(r.rolconfig, '{}'), shobj_description(r.oid, 'pg_authid')"
                + " FROM needed JOIN pg_roles r ON r.oid = needed.oid"
                + join
                + " WHERE NOT starts_with(r.rolname, 'pg_') ORDER BY 1")) {
      while (rows.next()) {
        roles.add(
            new Role(
                rows.getString(1),
                rows.getString(2),
                strings(rows.getArray(3)),
                Optional.ofNullable(rows.getString(4)),
                strings(rows.getArray(5)),
                Optional.ofNullable(rows.getString(6))));
      }
    }
    return roles;
  }

  private static List<Membership> memberships(Statement statement, int version)
      throws SQLException {
    String options =
        version >= 16
            ? "'WITH ADMIN ' || m.admin_option || ', INHERIT ' || m.inherit_option"
                + " || ', SET ' || m.set_option"
            : "CASE WHEN m.admin_option THEN 'WITH ADMIN OPTION' ELSE '' END";
    List<Membership> memberships = new ArrayList<>();
    try (ResultSet rows =
        statement.executeQuery(
            NEEDED
                + " SELECT DISTINCT r.rolname, u.rolname, "
                + options
                + " FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
                + " JOIN pg_roles u ON u.oid = m.member"
                + " WHERE m.member IN (SELECT oid FROM needed) ORDER BY 1, 2")) {
      while (rows.next()) {
        memberships.add(new Membership(rows.getString(1), rows.getString(2), rows.getString(3)));
      }
    }
    return memberships;
  }

  static List<String> strings(Array array) throws SQLException {
    return List.of((String[]) array.getArray());
  }
}
