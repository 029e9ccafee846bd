// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.inventory;

import static dev.fram.postgresql.inventory.ObjectQueries.LASTING;
import static dev.fram.postgresql.inventory.ObjectQueries.notMember;

/**
 * What is said of objects and is none itself: comments, grants, labels, properties of tables. All
 * with the same columns: catalog and oid of the object it is said of; kind, schema, name; text to
 * compare; when it is due, empty for when its object is.
 */
final class AttachmentQueries {
  static final String COMMENTS =
      """
      SELECT d.classoid, d.objoid, 'comment', coalesce(i.schema, ''),
        'on ' || i.type || ' ' || i.identity, d.description, ''
      FROM pg_description d
      CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
      WHERE i.type IS NOT NULL AND coalesce(i.schema, '') <> 'fram'
        AND coalesce(i.schema, '') NOT LIKE 'pg\\_temp\\_%'
        AND NOT EXISTS (SELECT 1 FROM pg_publication p WHERE d.classoid = 'pg_publication'::regclass
          AND p.oid = d.objoid AND starts_with(p.pubname, 'fram_'))
        AND NOT EXISTS (SELECT 1 FROM pg_depend m WHERE m.classid = d.classoid
          AND m.objid = d.objoid AND m.deptype = 'e')
        AND (d.objoid >= 16384 OR (d.classoid = 'pg_namespace'::regclass
          AND d.objoid = (SELECT oid FROM pg_namespace WHERE nspname = 'public')
          AND d.description <> 'standard public schema'))
      UNION ALL
      SELECT d.classoid, d.objoid, 'comment', '', 'on database', d.description, 'AT_THE_CUTOVER'
      FROM pg_shdescription d JOIN pg_database b ON b.oid = d.objoid
      WHERE d.classoid = 'pg_database'::regclass AND b.datname = current_database()
      """;

  /** Labels belong to a provider that the target need not have. */
  static final String LABELS =
      """
      SELECT l.classoid, l.objoid, 'security label', coalesce(i.schema, ''),
        'of ' || quote_ident(l.provider) || ' on ' || i.type || ' ' || i.identity, l.label, 'NEVER'
      FROM pg_seclabel l
      CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) i
      WHERE i.type IS NOT NULL AND coalesce(i.schema, '') <> 'fram'
        AND NOT EXISTS (SELECT 1 FROM pg_depend m WHERE m.classid = l.classoid
          AND m.objid = l.objoid AND m.deptype = 'e')
      UNION ALL
      SELECT l.classoid, l.objoid, 'security label', '',
        'of ' || quote_ident(l.provider) || ' on database', l.label, 'NEVER'
      FROM pg_shseclabel l JOIN pg_database b ON b.oid = l.objoid
      WHERE l.classoid = 'pg_database'::regclass AND b.datname = current_database()
      """;

  static final String ROW_SECURITY =
      """
      SELECT 'pg_class'::regclass, c.oid, 'row level security', n.nspname,
        'of ' || c.oid::regclass,
        concat_ws(' ', c.relrowsecurity, c.relforcerowsecurity), 'AT_THE_CUTOVER'
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE (c.relrowsecurity OR c.relforcerowsecurity) AND c.relpersistence <> 't'
        AND c.oid >= 16384 AND c.relnamespace IN
      """
          + LASTING
          + notMember("pg_class", "c.oid");

  static final String TABLESPACES =
      """
      SELECT 'pg_class'::regclass, c.oid, 'tablespace', n.nspname,
        'of ' || c.oid::regclass, s.spcname::text, 'WITH_THE_INDEXES'
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_tablespace s ON s.oid = c.reltablespace
      WHERE c.relpersistence <> 't' AND c.oid >= 16384 AND c.relnamespace IN
      """
          + LASTING;

  static final String SETTINGS =
      """
      SELECT 'pg_database'::regclass, 0::oid, 'database setting', '',
        coalesce(quote_ident(r.rolname) || ': ', '') || split_part(e, '=', 1),
        substr(e, strpos(e, '=') + 1), 'AT_THE_CUTOVER'
      FROM pg_db_role_setting s JOIN pg_database b ON b.oid = s.setdatabase
      LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) e
      WHERE b.datname = current_database()
      """;

  static final String SUBSCRIPTIONS =
      """
      SELECT 'pg_subscription'::regclass, 0::oid, 'subscription', '', quote_ident(s.subname), '',
        'NEVER'
      FROM pg_subscription s JOIN pg_database b ON b.oid = s.subdbid
      WHERE b.datname = current_database()
      """;

  /** One entry: there may be millions, and they are data. */
  static final String LARGE_OBJECTS =
      """
      SELECT 'pg_largeobject'::regclass, 0::oid, 'large objects', '', 'all of them', '',
        'AT_THE_CUTOVER'
      WHERE EXISTS (SELECT 1 FROM pg_largeobject_metadata)
      """;

  private static final String GRANTS =
      """
      WITH acls AS (
        SELECT 'pg_class'::regclass::oid AS classid, oid AS objid, 0 AS sub, relacl AS acl,
          acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner) AS before
          FROM pg_class WHERE relacl IS NOT NULL
        UNION ALL SELECT 'pg_class'::regclass, a.attrelid, a.attnum, a.attacl,
          acldefault('c', c.relowner)
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
        UNION ALL SELECT 'pg_proc'::regclass, oid, 0, proacl, acldefault('f', proowner)
          FROM pg_proc WHERE proacl IS NOT NULL
        UNION ALL SELECT 'pg_namespace'::regclass, oid, 0, nspacl, acldefault('n', nspowner)
          FROM pg_namespace WHERE nspacl IS NOT NULL
        UNION ALL SELECT 'pg_type'::regclass, oid, 0, typacl, acldefault('T', typowner)
          FROM pg_type WHERE typacl IS NOT NULL
        UNION ALL SELECT 'pg_language'::regclass, oid, 0, lanacl, acldefault('l', lanowner)
          FROM pg_language WHERE lanacl IS NOT NULL
        UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwacl,
          acldefault('F', fdwowner) FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
        UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 0, srvacl, acldefault('S', srvowner)
          FROM pg_foreign_server WHERE srvacl IS NOT NULL
        UNION ALL SELECT 'pg_largeobject'::regclass, oid, 0, lomacl, acldefault('L', lomowner)
          FROM pg_largeobject_metadata WHERE lomacl IS NOT NULL
        UNION ALL SELECT 'pg_database'::regclass, oid, 0, datacl, acldefault('d', datdba)
          FROM pg_database WHERE datacl IS NOT NULL AND datname = current_database()),
      changed AS (
        SELECT a.classid, a.objid, a.sub, a.acl, coalesce(p.initprivs, a.before) AS before
        FROM acls a LEFT JOIN pg_init_privs p
          ON p.classoid = a.classid AND p.objoid = a.objid AND p.objsubid = a.sub
        WHERE a.acl IS DISTINCT FROM p.initprivs),
      grants AS (
        SELECT c.classid, c.objid, c.sub, x.* FROM changed c CROSS JOIN LATERAL (
          SELECT 'grant' AS verb, e.* FROM (
            SELECT grantee, privilege_type, is_grantable FROM aclexplode(c.acl)
            EXCEPT SELECT grantee, privilege_type, is_grantable FROM aclexplode(c.before)) e
          UNION ALL
          SELECT 'revoke', e.* FROM (
            SELECT grantee, privilege_type, is_grantable FROM aclexplode(c.before)
            EXCEPT SELECT grantee, privilege_type, is_grantable FROM aclexplode(c.acl)) e) x),
      told AS (
        SELECT g.classid, g.objid, g.sub, g.verb,
          CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(g.grantee)::text END AS who,
          string_agg(g.privilege_type || CASE WHEN g.is_grantable THEN '*' ELSE '' END, ', '
            ORDER BY g.privilege_type, g.is_grantable) AS what
        FROM grants g WHERE g.privilege_type <> :strange
          -- Fram's login has what it needs there, and on the target it may own the database.
          AND NOT (g.classid = 'pg_database'::regclass AND g.grantee =
            (SELECT r.oid FROM pg_roles r WHERE r.rolname = current_user))
          :everybody GROUP BY 1, 2, 3, 4, 5)
      SELECT t.classid, t.objid, t.verb, coalesce(i.schema, ''),
        'on ' || i.type || CASE WHEN i.type = 'database' THEN '' ELSE ' ' || i.identity END
          || CASE t.verb WHEN 'grant' THEN ' to ' ELSE ' from ' END
          || CASE t.who WHEN 'PUBLIC' THEN t.who ELSE quote_ident(t.who) END,
        t.what, CASE i.type WHEN 'database' THEN 'AT_THE_CUTOVER' ELSE '' END
      FROM told t CROSS JOIN LATERAL pg_identify_object(t.classid, t.objid, t.sub) i
      WHERE coalesce(i.schema, '') NOT LIKE 'pg\\_temp\\_%'
        AND coalesce(i.schema, '') NOT LIKE 'pg\\_toast%'
        AND coalesce(i.schema, '') <> 'fram' AND NOT (i.type = 'schema' AND i.identity = 'fram')
      """;

  private AttachmentQueries() {}

  /**
   * How the log names a table's rows, as the application wants it: what Fram has changed for the
   * time of the migration stands in its register.
   */
  static String replicaIdentities(Register register) {
    String was =
        switch (register) {
          case PRESENT -> "LEFT JOIN fram.identity f ON f.relation = c.oid";
          case ABSENT ->
              "LEFT JOIN (SELECT 0::oid AS relation, '' AS was, '' AS was_index) f ON false";
        };
    return """
    SELECT 'pg_class'::regclass, c.oid, 'replica identity', n.nspname,
      'of ' || c.oid::regclass,
      coalesce(f.was, c.relreplident::text) || ' ' || CASE
        WHEN f.was IS NOT NULL THEN f.was_index
        ELSE coalesce((SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
          WHERE i.indrelid = c.oid AND i.indisreplident), '') END, 'WITH_THE_INDEXES'
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace :register
    WHERE c.relkind IN ('r', 'p') AND coalesce(f.was, c.relreplident::text) <> 'd'
      AND c.relpersistence <> 't' AND c.oid >= 16384 AND c.relnamespace IN
    """
            .replace(":register", was)
        + LASTING;
  }

  /** Whether Fram's register of replica identities is there. */
  enum Register {
    PRESENT,
    ABSENT
  }

  static String defaultPrivileges(Printing printing) {
    return """
    SELECT 'pg_default_acl'::regclass, d.oid, i.type, '', i.identity,
      (SELECT string_agg(concat_ws(' ', CASE WHEN a.grantee = 0 THEN 'PUBLIC'
           ELSE pg_get_userbyid(a.grantee) END, a.privilege_type, a.is_grantable), ','
         ORDER BY CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END
           COLLATE "C", a.privilege_type)
       FROM aclexplode(d.defaclacl) a WHERE a.privilege_type <> :strange), 'AT_THE_CUTOVER'
    FROM pg_default_acl d
    CROSS JOIN LATERAL pg_identify_object('pg_default_acl'::regclass, d.oid, 0) i
    WHERE i.schema IS DISTINCT FROM 'fram'
    """
        .replace(":strange", printing.strangePrivilege());
  }

  /**
   * What was granted beyond what such an object has by itself, and what was taken from that; one
   * entry for an object and who may use it. Where a server or an extension has noted the first
   * grants, those count (pg_init_privs).
   */
  static String grants(Printing printing) {
    String everybody =
        printing.publicDiffers()
            ? " AND NOT (g.verb = 'revoke' AND g.classid = 'pg_namespace'::regclass"
                + " AND g.objid < 16384)"
            : "";
    return GRANTS
        .replace(":strange", printing.strangePrivilege())
        .replace(":everybody", everybody);
  }
}
