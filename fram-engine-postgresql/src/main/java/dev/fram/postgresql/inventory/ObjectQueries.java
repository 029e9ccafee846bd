// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.inventory;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One query a kind of object, all with the same columns: catalog and oid; the relation it belongs
 * to and another one it cannot be without, 0 for none; when it is due; its owner, 0 where it has
 * none or its table's; its definition. Objects that an extension has made are left out by who runs
 * them.
 */
final class ObjectQueries {
  /** Schemas of temporary objects are named so, and no other may be. */
  static final String LASTING =
      "(SELECT oid FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_temp\\_%'"
          + " AND nspname NOT LIKE 'pg\\_toast%' AND nspname <> 'fram')";

  /**
   * The catalogs with an oid that are told of: by the queries here, by {@link AttachmentQueries},
   * or as a part of something else (a default of its table, an enum's label of its type). Any other
   * one, which a newer server may have, is found by {@link UnknownObjects}.
   */
  static final Set<String> KNOWN =
      Set.of(
          "pg_am",
          "pg_amop",
          "pg_amproc",
          "pg_attrdef",
          "pg_auth_members",
          "pg_authid",
          "pg_cast",
          "pg_class",
          "pg_collation",
          "pg_constraint",
          "pg_conversion",
          "pg_database",
          "pg_default_acl",
          "pg_enum",
          "pg_event_trigger",
          "pg_extension",
          "pg_foreign_data_wrapper",
          "pg_foreign_server",
          "pg_language",
          "pg_largeobject_metadata",
          "pg_namespace",
          "pg_opclass",
          "pg_operator",
          "pg_opfamily",
          "pg_parameter_acl",
          "pg_policy",
          "pg_proc",
          "pg_publication",
          "pg_publication_namespace",
          "pg_publication_rel",
          "pg_rewrite",
          "pg_statistic_ext",
          "pg_subscription",
          "pg_tablespace",
          "pg_transform",
          "pg_trigger",
          "pg_ts_config",
          "pg_ts_dict",
          "pg_ts_parser",
          "pg_ts_template",
          "pg_type",
          "pg_user_mapping");

  private static final String EARLY = "'WITH_THE_TABLES'";
  private static final String LATE = "'AT_THE_CUTOVER'";

  private ObjectQueries() {}

  static List<String> of(Printing printing) {
    return Stream.of(
            RelationQueries.of(printing),
            schemasAndTypes(),
            programs(printing),
            operators(),
            languagesAndSearch(),
            foreign(),
            publications(printing))
        .flatMap(queries -> queries)
        .toList();
  }

  /** A condition: the object is not an extension's own. */
  static String notMember(String catalog, String oid) {
    return " AND NOT EXISTS (SELECT 1 FROM pg_depend m WHERE m.classid = '"
        + catalog
        + "'::regclass AND m.objid = "
        + oid
        + " AND m.deptype = 'e')";
  }

  /** Options in one order, whoever wrote them. */
  static String sorted(String options) {
    return "(SELECT string_agg(o, ',' ORDER BY o COLLATE \"C\") FROM unnest(" + options + ") o)";
  }

  /** A kind that belongs to no relation. */
  private static String plain(
      String catalog, String due, String owner, String definition, String more) {
    return "SELECT '"
        + catalog
        + "'::regclass AS classid, x.oid AS objid, 0::oid AS relation, 0::oid AS other, "
        + due
        + " AS due, "
        + owner
        + " AS owner, "
        + definition
        + " AS definition FROM "
        + catalog
        + " x WHERE x.oid >= 16384"
        + more;
  }

  private static String in(String namespace) {
    return " AND x." + namespace + " IN " + LASTING;
  }

  private static Stream<String> schemasAndTypes() {
    // Row types, array types and multiranges come with what they belong to.
    String ownTypes =
        in("typnamespace")
            + " AND x.typtype <> 'm' AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = x.oid)"
            + " AND (x.typrelid = 0 OR EXISTS (SELECT 1 FROM pg_class c"
            + " WHERE c.oid = x.typrelid AND c.relkind = 'c'))";
    String type =
        """
        CASE x.typtype
          WHEN 'd' THEN concat_ws(' ', format_type(x.typbasetype, x.typtypmod), x.typnotnull,
            x.typdefault, x.typcollation::regcollation)
          WHEN 'e' THEN (SELECT string_agg(quote_literal(l.enumlabel), ',' ORDER BY l.enumsortorder)
            FROM pg_enum l WHERE l.enumtypid = x.oid)
          WHEN 'c' THEN (SELECT string_agg(concat_ws(' ', quote_ident(a.attname),
              format_type(a.atttypid, a.atttypmod), a.attcollation::regcollation), ','
              ORDER BY a.attnum)
            FROM pg_attribute a
            WHERE a.attrelid = x.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
          WHEN 'r' THEN (SELECT concat_ws(' ', format_type(r.rngsubtype, NULL),
              r.rngcollation::regcollation, o.opcname, r.rngcanonical, r.rngsubdiff)
            FROM pg_range r JOIN pg_opclass o ON o.oid = r.rngsubopc WHERE r.rngtypid = x.oid)
          ELSE concat_ws(' ', x.typisdefined, x.typlen, x.typbyval, x.typinput, x.typoutput,
            x.typreceive, x.typsend, x.typmodin, x.typmodout, x.typanalyze, x.typalign,
            x.typstorage, x.typcategory, x.typispreferred, x.typdelim, x.typdefault,
            format_type(x.typelem, NULL), x.typcollation::regcollation)
        END
        """;
    return Stream.of(
        plain("pg_namespace", EARLY, "x.nspowner", "''", " AND x.oid IN " + LASTING),
        plain("pg_extension", EARLY, "0::oid", "''", ""),
        plain("pg_type", EARLY, "x.typowner", type, ownTypes),
        plain(
            "pg_collation",
            EARLY,
            "x.collowner",
            "concat_ws(' ', x.collprovider, x.collisdeterministic,"
                + " coalesce(to_jsonb(x) ->> 'colllocale', to_jsonb(x) ->> 'colliculocale',"
                + " x.collcollate::text), to_jsonb(x) ->> 'collicurules')",
            in("collnamespace")));
  }

  private static Stream<String> programs(Printing printing) {
    // A range type's constructors come with it.
    String own =
        in("pronamespace")
            + " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass"
            + " AND d.objid = x.oid AND d.deptype = 'i')";
    String function =
        "CASE WHEN x.prokind = 'a' THEN (SELECT concat_ws(' ', pg_get_function_arguments(x.oid),"
            + " g.aggkind, g.aggnumdirectargs, g.aggtransfn, g.aggfinalfn, g.aggcombinefn,"
            + " g.aggserialfn, g.aggdeserialfn, g.aggmtransfn, g.aggminvtransfn, g.aggmfinalfn,"
            + " g.aggfinalextra, g.aggmfinalextra, g.aggfinalmodify, g.aggmfinalmodify,"
            + " g.aggsortop::regoperator, format_type(g.aggtranstype, NULL), g.aggtransspace,"
            + " format_type(g.aggmtranstype, NULL), g.aggmtransspace, g.agginitval,"
            + " g.aggminitval, x.proparallel)"
            + " FROM pg_aggregate g WHERE g.aggfnoid = x.oid)"
            + " WHEN x.prolang = (SELECT oid FROM pg_language WHERE lanname = 'sql') THEN "
            + printing.query("pg_get_functiondef(x.oid)")
            + " ELSE pg_get_functiondef(x.oid) END";
    String trigger =
        "concat_ws(' ', x.evtevent, x.evtenabled, x.evtfoid::regproc,"
            + " array_to_string(x.evttags, ','))";
    return Stream.of(
        plain("pg_proc", "'WITH_THE_INDEXES'", "x.proowner", function, own),
        plain(
            "pg_event_trigger",
            LATE,
            "x.evtowner",
            trigger,
            " AND NOT starts_with(x.evtname, 'fram_')"));
  }

  private static Stream<String> operators() {
    // What an extension adds to a family depends on the extension's operator or function only.
    String operatorsOwn =
        notMember("pg_operator", "x.amopopr") + notMember("pg_opfamily", "x.amopfamily");
    String functionsOwn =
        notMember("pg_proc", "x.amproc") + notMember("pg_opfamily", "x.amprocfamily");
    return Stream.of(
        plain(
            "pg_operator",
            EARLY,
            "x.oprowner",
            "concat_ws(' ', x.oprcode, x.oprrest, x.oprjoin, x.oprcom::regoperator,"
                + " x.oprnegate::regoperator, x.oprcanmerge, x.oprcanhash)",
            in("oprnamespace") + " AND x.oprcode <> 0"),
        plain(
            "pg_opclass",
            EARLY,
            "x.opcowner",
            "concat_ws(' ', x.opcdefault, format_type(x.opcintype, NULL),"
                + " format_type(x.opckeytype, NULL), (SELECT f.opfname FROM pg_opfamily f"
                + " WHERE f.oid = x.opcfamily))",
            in("opcnamespace")),
        plain("pg_opfamily", EARLY, "x.opfowner", "''", in("opfnamespace")),
        plain(
            "pg_amop",
            EARLY,
            "0::oid",
            "concat_ws(' ', x.amopopr::regoperator, x.amoppurpose)",
            operatorsOwn),
        plain("pg_amproc", EARLY, "0::oid", "x.amproc::text", functionsOwn),
        plain(
            "pg_cast",
            EARLY,
            "0::oid",
            "concat_ws(' ', x.castfunc::regprocedure, x.castcontext, x.castmethod)",
            ""),
        plain("pg_am", EARLY, "0::oid", "concat_ws(' ', x.amhandler, x.amtype)", ""),
        plain(
            "pg_conversion",
            EARLY,
            "x.conowner",
            "concat_ws(' ', pg_encoding_to_char(x.conforencoding),"
                + " pg_encoding_to_char(x.contoencoding), x.conproc, x.condefault)",
            in("connamespace")));
  }

  private static Stream<String> languagesAndSearch() {
    String mapping =
        "concat_ws(' ', (SELECT p.prsname FROM pg_ts_parser p WHERE p.oid = x.cfgparser),"
            + " (SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapseqno,"
            + " m.mapdict::regdictionary), ',' ORDER BY m.maptokentype, m.mapseqno)"
            + " FROM pg_ts_config_map m WHERE m.mapcfg = x.oid))";
    return Stream.of(
        plain(
            "pg_language",
            EARLY,
            "x.lanowner",
            "concat_ws(' ', x.lanpltrusted, x.lanplcallfoid::regproc, x.laninline::regproc,"
                + " x.lanvalidator::regproc)",
            ""),
        plain("pg_transform", EARLY, "0::oid", "concat_ws(' ', x.trffromsql, x.trftosql)", ""),
        plain(
            "pg_ts_parser",
            EARLY,
            "0::oid",
            "concat_ws(' ', x.prsstart, x.prstoken, x.prsend, x.prsheadline, x.prslextype)",
            in("prsnamespace")),
        plain(
            "pg_ts_template",
            EARLY,
            "0::oid",
            "concat_ws(' ', x.tmplinit, x.tmpllexize)",
            in("tmplnamespace")),
        plain(
            "pg_ts_dict",
            EARLY,
            "x.dictowner",
            "concat_ws(' ', (SELECT t.tmplname FROM pg_ts_template t WHERE t.oid = x.dicttemplate),"
                + " x.dictinitoption)",
            in("dictnamespace")),
        plain("pg_ts_config", EARLY, "x.cfgowner", mapping, in("cfgnamespace")));
  }

  // Whose password a user mapping holds is seen by few; only that it is there is compared.
  private static Stream<String> foreign() {
    return Stream.of(
        plain(
            "pg_foreign_data_wrapper",
            EARLY,
            "x.fdwowner",
            "concat_ws(' ', x.fdwhandler::regproc, x.fdwvalidator::regproc,"
                + " "
                + sorted("x.fdwoptions")
                + ")",
            ""),
        plain(
            "pg_foreign_server",
            EARLY,
            "x.srvowner",
            "concat_ws(' ', (SELECT w.fdwname FROM pg_foreign_data_wrapper w"
                + " WHERE w.oid = x.srvfdw), x.srvtype, x.srvversion,"
                + " "
                + sorted("x.srvoptions")
                + ")",
            ""),
        "SELECT 'pg_user_mapping'::regclass AS classid, x.umid AS objid, 0::oid AS relation,"
            + " 0::oid AS other, 'WITH_THE_TABLES' AS due, 0::oid AS owner, '' AS definition"
            + " FROM pg_user_mappings x");
  }

  private static Stream<String> publications(Printing printing) {
    String applications = " AND NOT starts_with(p.pubname, 'fram_')";
    String rel =
        printing.has(15)
            ? "concat_ws(' ', pg_get_expr(x.prqual, x.prrelid),"
                + " (SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_attribute a"
                + " WHERE a.attrelid = x.prrelid AND a.attnum = ANY (x.prattrs)))"
            : "''";
    Stream<String> always =
        Stream.of(
            plain(
                "pg_publication",
                LATE,
                "x.pubowner",
                "concat_ws(' ', x.puballtables, x.pubinsert, x.pubupdate, x.pubdelete,"
                    + " x.pubtruncate, x.pubviaroot)",
                " AND NOT starts_with(x.pubname, 'fram_')"),
            "SELECT 'pg_publication_rel'::regclass AS classid, x.oid AS objid,"
                + " x.prrelid AS relation, 0::oid AS other, 'AT_THE_CUTOVER' AS due,"
                + " 0::oid AS owner, "
                + rel
                + " AS definition FROM pg_publication_rel x"
                + " JOIN pg_publication p ON p.oid = x.prpubid WHERE true"
                + applications);
    return printing.has(15)
        ? Stream.concat(
            always,
            Stream.of(
                "SELECT 'pg_publication_namespace'::regclass AS classid, x.oid AS objid,"
                    + " 0::oid AS relation, 0::oid AS other, 'AT_THE_CUTOVER' AS due,"
                    + " 0::oid AS owner, '' AS definition FROM pg_publication_namespace x"
                    + " JOIN pg_publication p ON p.oid = x.pnpubid WHERE true"
                    + applications))
        : always;
  }
}
