// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.PGStatement;

/**
 * One line that changes whenever somebody defines, alters or drops anything in the database: cheap
 * enough to be read while writers are blocked, and it cannot tell what was changed. Catalogs that
 * only DDL writes are watched by the transactions that wrote their rows; where the server itself
 * writes too (statistics, rewrites, REINDEX), by what the rows say. Temporary objects and Fram's
 * own are left out.
 */
public final class SchemaMark {
  /** Object ids above those that initdb gives. */
  private static final List<String> BY_OID =
      List.of(
          "pg_aggregate:aggfnoid::oid",
          "pg_am:oid",
          "pg_cast:oid",
          "pg_collation:oid",
          "pg_conversion:oid",
          "pg_event_trigger:oid",
          "pg_extension:oid",
          "pg_foreign_data_wrapper:oid",
          "pg_foreign_server:oid",
          "pg_foreign_table:ftrelid",
          "pg_language:oid",
          "pg_opclass:oid",
          "pg_operator:oid",
          "pg_opfamily:oid",
          "pg_statistic_ext:oid",
          "pg_transform:oid",
          "pg_ts_config:oid",
          "pg_ts_config_map:mapcfg",
          "pg_ts_dict:oid",
          "pg_ts_parser:oid",
          "pg_ts_template:oid");

  /** Schemas of temporary objects are named so, and no other may be. */
  private static final String LASTING =
      "(SELECT oid FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_temp\\_%'"
          + " AND nspname NOT LIKE 'pg\\_toast%' AND nspname <> 'fram')";

  private static final String RELATIONS =
      "(SELECT oid FROM pg_class WHERE relkind NOT IN ('t', 'i', 'I') AND relnamespace IN "
          + LASTING
          + ")";

  private SchemaMark() {}

  /**
   * Reads it. The server keeps the plan for the session: it takes longer than the reading, so who
   * reads while writers wait has read once before.
   */
  public static String read(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql(connection))) {
      statement.unwrap(PGStatement.class).setPrepareThreshold(1);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  private static String sql(Connection connection) throws SQLException {
    boolean schemasPublished = connection.getMetaData().getDatabaseMajorVersion() >= 15;
    Stream<String> parts =
        Stream.concat(
            BY_OID.stream().map(SchemaMark::userObjects),
            Stream.concat(
                written(),
                schemasPublished
                    ? Stream.of(rows("pg_publication_namespace x", "x.xmin::text", "true"))
                    : Stream.empty()));
    return "SELECT concat_ws(' ', "
        + parts.map(part -> "(" + part + ")").collect(Collectors.joining(",\n"))
        + ")";
  }

  private static String userObjects(String catalog) {
    String[] parts = catalog.split(":", 2);
    return rows(parts[0] + " x", "x.xmin::text", "x." + parts[1] + " >= 16384");
  }

  private static Stream<String> written() {
    String xmin = "x.xmin::text";
    return Stream.of(
        rows("pg_namespace x", xmin, "x.oid IN " + LASTING),
        rows("pg_proc x", xmin, "x.pronamespace IN " + LASTING),
        rows("pg_type x", xmin, "x.typnamespace IN " + LASTING),
        rows("pg_enum x", xmin, "true"),
        rows("pg_range x", xmin, "true"),
        rows("pg_attribute x", xmin, "x.attnum > 0 AND x.attrelid IN " + RELATIONS),
        rows("pg_attrdef x", xmin, "x.adrelid IN " + RELATIONS),
        rows("pg_constraint x", xmin, "x.connamespace IN " + LASTING),
        rows("pg_policy x", xmin, "x.polrelid IN " + RELATIONS),
        rows("pg_rewrite x", xmin, "x.ev_class IN " + RELATIONS),
        rows("pg_sequence x", xmin, "x.seqrelid IN " + RELATIONS),
        rows("pg_inherits x", xmin, "x.inhrelid IN " + RELATIONS),
        rows("pg_default_acl x", xmin, "true"),
        rows(
            "pg_description x",
            xmin,
            "x.classoid <> 'pg_publication'::regclass AND x.objoid >= 16384"),
        rows("pg_publication x", xmin, "NOT starts_with(x.pubname, 'fram_')"),
        rows(
            "pg_publication_rel x JOIN pg_publication p ON p.oid = x.prpubid",
            xmin,
            "NOT starts_with(p.pubname, 'fram_')"),
        rows(
            "pg_trigger x JOIN pg_proc f ON f.oid = x.tgfoid",
            "concat_ws('|', x.xmin, x.tgenabled)",
            "NOT x.tgisinternal AND f.pronamespace IN "
                + LASTING
                + " AND x.tgrelid IN "
                + RELATIONS),
        rows(
            "pg_class x",
            "concat_ws('|', x.oid, x.relname, x.relnamespace, x.relkind, x.relowner,"
                + " x.relpersistence, x.relrowsecurity, x.relforcerowsecurity, x.relreplident,"
                + " x.reloptions, x.relacl, x.relam, x.reltablespace, x.relpartbound)",
            "x.oid IN " + RELATIONS),
        rows(
            "pg_index x JOIN pg_class i ON i.oid = x.indexrelid",
            "concat_ws('|', x.indrelid, i.relname, i.reloptions, x.indisunique, x.indisprimary,"
                + " x.indimmediate, x.indisvalid, x.indkey, x.indclass, x.indoption,"
                + " x.indcollation, x.indexprs, x.indpred)",
            "x.indrelid IN " + RELATIONS));
  }

  private static String rows(String from, String what, String where) {
    return "SELECT count(*) || '/' || coalesce(sum(hashtext("
        + what
        + ")::bigint), 0) FROM "
        + from
        + " WHERE "
        + where;
  }
}
