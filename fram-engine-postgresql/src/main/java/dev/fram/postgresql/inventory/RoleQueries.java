// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.inventory;

/**
 * Roles belong to the whole server. Of the source's those are listed that own or may use something
 * in the database, and whoever is a member of these or has them as members; not Fram's own login,
 * which owns Fram's objects and may be in groups of its server's maker. Of the target's all, to be
 * found. Columns as in {@link AttachmentQueries}.
 */
final class RoleQueries {
  private static final String NEEDED =
      """
      WITH RECURSIVE used AS (
        SELECT s.refobjid AS oid FROM pg_shdepend s
          JOIN pg_database b ON b.datname = current_database()
          WHERE s.refclassid = 'pg_authid'::regclass
            AND (s.dbid = b.oid OR (s.classid = 'pg_database'::regclass AND s.objid = b.oid))
        UNION SELECT s.setrole FROM pg_db_role_setting s
          JOIN pg_database b ON b.oid = s.setdatabase AND b.datname = current_database()),
      login AS (SELECT oid FROM pg_roles WHERE rolname = current_user),
      role AS (
        SELECT u.oid FROM used u, login l WHERE u.oid >= 16384 AND u.oid <> l.oid
        UNION SELECT CASE WHEN m.roleid = r.oid THEN m.member ELSE m.roleid END
          FROM role r JOIN pg_auth_members m ON r.oid IN (m.roleid, m.member), login l
          WHERE r.oid >= 16384 AND l.oid NOT IN (m.roleid, m.member))
      """;

  private static final String ALL = "WITH role AS (SELECT oid FROM pg_roles)";

  private static final String FACTS =
      """
      SELECT 'pg_authid'::regclass, a.oid, 'role', '', quote_ident(a.rolname), '', 'WITH_THE_TABLES'
      FROM role r JOIN pg_roles a ON a.oid = r.oid
      WHERE a.oid >= 16384 AND a.rolname NOT LIKE 'pg\\_%'
      UNION
      SELECT 'pg_authid'::regclass, u.oid, 'role membership', '',
        quote_ident(u.rolname) || ' in ' || quote_ident(a.rolname), '', 'WITH_THE_TABLES'
      FROM pg_auth_members m JOIN role r ON r.oid = m.member
      JOIN pg_roles a ON a.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
      WHERE u.rolname NOT LIKE 'pg\\_%'
      UNION
      SELECT 'pg_authid'::regclass, a.oid, 'role setting', '',
        quote_ident(a.rolname) || ': ' || split_part(e, '=', 1), substr(e, strpos(e, '=') + 1),
        'WITH_THE_TABLES'
      FROM pg_db_role_setting s JOIN role r ON r.oid = s.setrole
      JOIN pg_roles a ON a.oid = s.setrole, unnest(s.setconfig) e
      WHERE s.setdatabase = 0 AND a.oid >= 16384
      UNION
      SELECT 'pg_authid'::regclass, a.oid, 'role comment', '', 'on ' || quote_ident(a.rolname),
        d.description, 'WITH_THE_TABLES'
      FROM pg_shdescription d JOIN role r ON r.oid = d.objoid JOIN pg_roles a ON a.oid = r.oid
      WHERE d.classoid = 'pg_authid'::regclass AND a.oid >= 16384
      UNION
      SELECT 'pg_authid'::regclass, a.oid, 'role security label', '',
        'of ' || quote_ident(l.provider) || ' on ' || quote_ident(a.rolname), l.label, 'NEVER'
      FROM pg_shseclabel l JOIN role r ON r.oid = l.objoid JOIN pg_roles a ON a.oid = r.oid
      WHERE l.classoid = 'pg_authid'::regclass
      """;

  private static final String PARAMETERS =
      """
      UNION
      SELECT 'pg_authid'::regclass, a.oid, 'role grant', '',
        'on parameter ' || p.parname || ' to ' || quote_ident(a.rolname),
        string_agg(x.privilege_type, ',' ORDER BY x.privilege_type), 'NEVER'
      FROM pg_parameter_acl p CROSS JOIN LATERAL aclexplode(p.paracl) x
      JOIN role r ON r.oid = x.grantee JOIN pg_roles a ON a.oid = r.oid
      WHERE a.oid >= 16384 GROUP BY a.oid, a.rolname, p.parname
      """;

  private RoleQueries() {}

  static String of(Side side, Printing printing) {
    return switch (side) {
          case SOURCE -> NEEDED;
          case TARGET -> ALL;
        }
        + FACTS
        + (printing.has(15) ? PARAMETERS : "");
  }
}
