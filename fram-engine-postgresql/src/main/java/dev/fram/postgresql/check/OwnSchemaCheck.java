// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.check;

import dev.fram.api.check.Finding;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Schema fram is Fram's own on both servers: it is never copied, and dropped in the end. A user's
 * schema of that name would be left out without a word, or lost.
 */
final class OwnSchemaCheck implements Question {
  private static final String EXISTS = "SELECT to_regnamespace('fram') IS NOT NULL";

  /**
   * What Fram has never made there. Its register and its record of a migration are known by their
   * columns; where neither is, everything is somebody else's.
   */
  private static final String FOREIGN =
      """
      SELECT what FROM (
        SELECT 'relation ' || c.relname AS what, c.relname::text AS name,
          c.relname::text = ANY (?::text[]) AS like_ours
        FROM pg_class c WHERE c.relnamespace = to_regnamespace('fram')
          AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
          AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
            AND d.objid = c.oid AND d.deptype = 'i')
        UNION ALL
        SELECT 'function ' || p.proname, p.proname::text,
          (p.proname::text = 'guard' OR starts_with(p.proname::text, 'handed_over')) AND p.prorettype = 'trigger'::regtype
        FROM pg_proc p WHERE p.pronamespace = to_regnamespace('fram')
        UNION ALL
        SELECT 'type ' || t.typname, t.typname::text, false
        FROM pg_type t WHERE t.typnamespace = to_regnamespace('fram')
          AND t.typtype IN ('d', 'e', 'r')) o
      WHERE NOT (like_ours AND EXISTS (SELECT 1 FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = to_regnamespace('fram') AND NOT a.attisdropped
          AND (c.relname, a.attname) IN (('handover', 'frozen_at'), ('identity', 'became_index'), ('migration', 'only_one'), ('scratch', 'filler'), ('kept', 'document'), ('base_backup', 'start_lsn'))))
      ORDER BY 1
      """;

  private static final String OURS =
      "{handover,reverse_feed,identity,migration,journal,table_state,key_chunk,chunk_done,feed,status,command,"
          + "base_backup,schema_archive,schema_step,scratch,kept,inventory,object,verdict,probe}";

  @Override
  public String code() {
    return "own-schema";
  }

  @Override
  public String about() {
    return "Schema fram is Fram's own on both servers; a user's schema of that name would not be"
        + " copied.";
  }

  @Override
  public List<Finding> ask(Servers servers) throws SQLException {
    List<Finding> findings = new ArrayList<>();
    for (Server server : List.of(servers.source(), servers.target())) {
      List<String> foreign = foreign(server);
      if (!foreign.isEmpty()) {
        findings.addAll(
            fail(
                server.name()
                    + ": schema fram holds what Fram did not make: "
                    + Servers.some(foreign)
                    + ". Fram keeps its own records in a schema of that name, never copies it, and"
                    + " drops it in the end.",
                "Rename it for the migration: ALTER SCHEMA fram RENAME TO ..; or move these objects"
                    + " to another schema."));
      }
    }
    return findings.isEmpty() ? pass("No schema fram is anybody else's.") : findings;
  }

  /** What in schema fram is not Fram's; empty also when there is no such schema. */
  static List<String> foreign(Server server) throws SQLException {
    return server.is(EXISTS) ? server.texts(FOREIGN, OURS) : List.of();
  }
}
