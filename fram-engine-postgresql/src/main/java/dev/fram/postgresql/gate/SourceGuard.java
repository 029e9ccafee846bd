// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.gate;

import dev.fram.api.model.MigrationId;
import dev.fram.postgresql.catalog.CatalogTable;
import dev.fram.postgresql.connection.Quoting;
import java.util.ArrayList;
import java.util.List;

/**
 * The statements that close tables of the source for good. Ordinary triggers: a session under
 * {@code session_replication_role = replica} gets through, which the reverse feed will need.
 */
final class SourceGuard {
  static final String FUNCTION =
      """
      CREATE OR REPLACE FUNCTION fram.handed_over() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog AS $fram$
      BEGIN
        RAISE EXCEPTION USING ERRCODE = '25006',
          MESSAGE = format('%I.%I has moved to another server (Fram migration %s)',
            TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0]),
          HINT = 'Connect to the new server; ask Fram''s operator where it is.';
      END $fram$
      """;

  static final String OURS =
      """
      SELECT n.nspname, c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace pn ON pn.oid = p.pronamespace
      WHERE NOT t.tgisinternal AND pn.nspname = 'fram' AND p.proname = 'handed_over'
      ORDER BY 1, 2, 3
      """;

  private SourceGuard() {}

  static List<String> create(List<CatalogTable> tables, MigrationId id) {
    List<String> statements = new ArrayList<>();
    for (CatalogTable table : tables) {
      statements.add(
          trigger("fram_guard", "INSERT OR UPDATE OR DELETE OR TRUNCATE", table, "STATEMENT", id));
      if (table.inherits() && table.kind() == 'r') {
        // A statement on a parent that is out of scope fires no statement trigger of its children.
        statements.add(trigger("fram_guard_row", "INSERT OR UPDATE OR DELETE", table, "ROW", id));
      }
    }
    return statements;
  }

  private static String trigger(
      String name, String events, CatalogTable table, String level, MigrationId id) {
    return "CREATE TRIGGER "
        + name
        + " BEFORE "
        + events
        + " ON "
        + Quoting.table(table.id())
        + " FOR EACH "
        + level
        + " EXECUTE FUNCTION fram.handed_over("
        + Quoting.literal(id.value())
        + ")";
  }
}
