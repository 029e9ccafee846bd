// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.inventory;

import static dev.fram.postgresql.inventory.ObjectQueries.LASTING;
import static dev.fram.postgresql.inventory.ObjectQueries.notMember;
import static dev.fram.postgresql.inventory.ObjectQueries.sorted;

import java.util.stream.Stream;

/** Tables, views, sequences and what belongs to them; see {@link ObjectQueries} for the columns. */
final class RelationQueries {
  private RelationQueries() {}

  static Stream<String> of(Printing printing) {
    return Stream.of(
        tables(printing),
        views(printing),
        sequences(),
        indexes(),
        constraints(),
        domainConstraints(),
        triggers(),
        rules(printing),
        policies(),
        statistics());
  }

  /** In the order of the table; where a parent has a say in the order, by name. */
  private static String columns(Printing printing) {
    String compression =
        printing.has(14) ? "'compression ' || nullif(a.attcompression::text, '')" : "NULL";
    return """
    (SELECT string_agg(concat_ws(' ', quote_ident(a.attname),
        format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN 'not null' END,
        'identity ' || nullif(a.attidentity::text, ''),
        'generated ' || nullif(a.attgenerated::text, ''),
        'default ' || pg_get_expr(d.adbin, d.adrelid),
        CASE WHEN a.attcollation <> y.typcollation THEN a.attcollation::regcollation::text END,
        CASE WHEN a.attstorage <> y.typstorage THEN 'storage ' || a.attstorage::text END,
        :compression,
        'statistics ' || nullif(coalesce(a.attstattarget, -1), -1),
        :options, :fdw),
      E'\\n' ORDER BY CASE WHEN EXISTS (SELECT 1 FROM pg_inherits h WHERE h.inhrelid = c.oid)
        THEN 0 ELSE a.attnum END, a.attname COLLATE "C")
     FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
     LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
    """
        .replace(":compression", compression)
        .replace(":options", sorted("a.attoptions"))
        .replace(":fdw", sorted("a.attfdwoptions"));
  }

  private static String tables(Printing printing) {
    return """
    SELECT 'pg_class'::regclass AS classid, c.oid AS objid, c.oid AS relation, 0::oid AS other,
      'WITH_THE_INDEXES' AS due, c.relowner AS owner,
      concat_ws(E'\\n', c.relkind, c.relpersistence,
        (SELECT amname FROM pg_am m WHERE m.oid = c.relam),
        (SELECT string_agg(h.inhparent::regclass::text, ',' ORDER BY h.inhseqno)
         FROM pg_inherits h WHERE h.inhrelid = c.oid),
        pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
        CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype::text END,
        :options,
        (SELECT string_agg(o, ',' ORDER BY o COLLATE "C") FROM pg_class t, unnest(t.reloptions) o
         WHERE t.oid = c.reltoastrelid),
        (SELECT concat_ws(' ', s.srvname, :foreign) FROM pg_foreign_table x
           JOIN pg_foreign_server s ON s.oid = x.ftserver WHERE x.ftrelid = c.oid),
    """
            .replace(":options", sorted("c.reloptions"))
            .replace(":foreign", sorted("x.ftoptions"))
        + columns(printing)
        + ") AS definition FROM pg_class c WHERE c.relkind IN ('r', 'p', 'f')"
        + " AND c.relpersistence <> 't' AND c.oid >= 16384 AND c.relnamespace IN "
        + LASTING;
  }

  private static String views(Printing printing) {
    return """
    SELECT 'pg_class'::regclass AS classid, c.oid AS objid, c.oid AS relation, 0::oid AS other,
      CASE c.relkind WHEN 'm' THEN 'WITH_THE_CONSTRAINTS' ELSE 'WITH_THE_INDEXES' END AS due,
      c.relowner AS owner,
      concat_ws(E'\\n', CASE WHEN c.relkind = 'm' THEN c.relispopulated END,
        (SELECT amname FROM pg_am m WHERE m.oid = c.relam),
        :options,
    """
            .replace(":options", sorted("c.reloptions"))
        + printing.query("pg_get_viewdef(c.oid)")
        + ", "
        + columns(printing)
        + ") AS definition FROM pg_class c WHERE c.relkind IN ('v', 'm')"
        + " AND c.relpersistence <> 't' AND c.oid >= 16384 AND c.relnamespace IN "
        + LASTING;
  }

  private static String sequences() {
    return """
    SELECT 'pg_class'::regclass AS classid, c.oid AS objid, coalesce(w.refobjid, c.oid) AS relation,
      0::oid AS other, 'WITH_THE_INDEXES' AS due,
      CASE WHEN w.refobjid IS NULL THEN c.relowner ELSE 0 END AS owner,
      concat_ws(' ', format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmax, s.seqmin,
        s.seqcache, s.seqcycle, w.refobjid::regclass, w.attname, w.deptype) AS definition
    FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
    LEFT JOIN (SELECT d.objid, d.refobjid, d.deptype, a.attname FROM pg_depend d
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.deptype IN ('a', 'i')) w ON w.objid = c.oid
    WHERE c.relpersistence <> 't' AND c.oid >= 16384 AND c.relnamespace IN
    """
        + LASTING;
  }

  private static String indexes() {
    return """
    SELECT 'pg_class'::regclass AS classid, c.oid AS objid, i.indrelid AS relation, 0::oid AS other,
      'WITH_THE_INDEXES' AS due, 0::oid AS owner,
      concat_ws(' ', pg_get_indexdef(c.oid), i.indisvalid,
        (SELECT string_agg(concat_ws(' ', a.attnum, a.attstattarget), ',' ORDER BY a.attnum)
         FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0),
        (SELECT h.inhparent::regclass FROM pg_inherits h WHERE h.inhrelid = c.oid)) AS definition
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relpersistence <> 't' AND c.oid >= 16384 AND c.relnamespace IN
    """
        + LASTING
        + notMember("pg_class", "i.indrelid");
  }

  // What a partition inherits of a foreign key has a name that the server chose.
  private static String constraints() {
    return """
    SELECT 'pg_constraint'::regclass AS classid, o.oid AS objid, o.conrelid AS relation,
      o.confrelid AS other,
      CASE o.contype WHEN 'f' THEN 'AT_THE_CUTOVER' ELSE 'WITH_THE_INDEXES' END AS due,
      0::oid AS owner, concat_ws(' ', pg_get_constraintdef(o.oid), o.convalidated) AS definition
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
    WHERE o.contype IN ('c', 'p', 'u', 'x', 'f') AND (o.contype <> 'f' OR o.conparentid = 0)
      AND c.relpersistence <> 't' AND o.oid >= 16384 AND o.connamespace IN
    """
        + LASTING
        + notMember("pg_class", "o.conrelid");
  }

  private static String domainConstraints() {
    return """
    SELECT 'pg_constraint'::regclass AS classid, o.oid AS objid, 0::oid AS relation, 0::oid AS other,
      'WITH_THE_INDEXES' AS due, 0::oid AS owner,
      concat_ws(' ', pg_get_constraintdef(o.oid), o.convalidated) AS definition
    FROM pg_constraint o
    WHERE o.contype = 'c' AND o.contypid <> 0 AND o.oid >= 16384 AND o.connamespace IN
    """
        + LASTING
        + notMember("pg_type", "o.contypid");
  }

  // A partition's trigger, made by the one on its parent, may be switched off by itself; before 15
  // it counts as internal.
  private static String triggers() {
    return """
    SELECT 'pg_trigger'::regclass AS classid, t.oid AS objid, t.tgrelid AS relation,
      t.tgconstrrelid AS other, 'AT_THE_CUTOVER' AS due, 0::oid AS owner,
      concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled) AS definition
    FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
    WHERE NOT (t.tgisinternal
        AND (t.tgparentid = 0 OR f.pronamespace = 'pg_catalog'::regnamespace))
      AND c.relpersistence <> 't' AND t.oid >= 16384 AND f.pronamespace IN
    """
        + LASTING
        + " AND c.relnamespace IN "
        + LASTING;
  }

  private static String rules(Printing printing) {
    return """
    SELECT 'pg_rewrite'::regclass AS classid, r.oid AS objid, r.ev_class AS relation,
      0::oid AS other, 'AT_THE_CUTOVER' AS due, 0::oid AS owner,
      concat_ws(' ', r.ev_enabled,
    """
        + printing.query("pg_get_ruledef(r.oid)")
        + """
        ) AS definition
        FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        WHERE r.rulename <> '_RETURN' AND c.relpersistence <> 't' AND r.oid >= 16384
          AND c.relnamespace IN
        """
        + LASTING;
  }

  private static String policies() {
    return """
    SELECT 'pg_policy'::regclass AS classid, p.oid AS objid, p.polrelid AS relation,
      0::oid AS other, 'AT_THE_CUTOVER' AS due, 0::oid AS owner,
      concat_ws(' ', p.polcmd, p.polpermissive,
        (SELECT string_agg(CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r) END, ','
           ORDER BY CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r) END COLLATE "C")
         FROM unnest(p.polroles) r),
        'using ' || pg_get_expr(p.polqual, p.polrelid),
        'check ' || pg_get_expr(p.polwithcheck, p.polrelid)) AS definition
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE c.relpersistence <> 't' AND p.oid >= 16384 AND c.relnamespace IN
    """
        + LASTING;
  }

  private static String statistics() {
    return """
    SELECT 'pg_statistic_ext'::regclass AS classid, s.oid AS objid, s.stxrelid AS relation,
      0::oid AS other, 'WITH_THE_INDEXES' AS due, s.stxowner AS owner,
      concat_ws(' ', pg_get_statisticsobjdef(s.oid), coalesce(s.stxstattarget, -1)) AS definition
    FROM pg_statistic_ext s WHERE s.oid >= 16384 AND s.stxnamespace IN
    """
        + LASTING;
  }
}
