// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaTransfer.IndexJob;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Quoting;
import dev.fram.postgresql.schema.SourceFacts.Part;
import dev.fram.postgresql.schema.SourceFacts.PartKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Builds indexes and key constraints, each with its comment in one transaction together with the
 * record of it: an index is there, valid and recorded, or not at all. Immutable, usable from any
 * thread.
 */
final class IndexBuilds {
  private static final String STEP = "entry:";

  private final TargetScript target;
  private final Map<Integer, Job> jobs;
  private final Map<TableId, List<IndexJob>> byTable;

  /**
   * @param part the index or constraint
   * @param script what creates it
   */
  private record Job(Part part, String script) {}

  IndexBuilds(SchemaArchive archive, RestorePlan plan, SourceFacts facts, TargetScript target) {
    this.target = target;
    this.jobs = new LinkedHashMap<>();
    this.byTable = new LinkedHashMap<>();
    Map<Integer, String> scripts = plan.keys().isEmpty() ? Map.of() : archive.pieces(plan.keys());
    Map<Long, Part> indexes = facts.partsByOid(PartKind.INDEX);
    Map<Long, Part> constraints = facts.partsByOid(PartKind.CONSTRAINT);
    int current = 0;
    for (TocEntry entry : plan.keys()) {
      Optional<Part> part =
          switch (entry.type()) {
            case "INDEX" -> Optional.ofNullable(indexes.get(entry.oid()));
            case "CONSTRAINT" -> Optional.ofNullable(constraints.get(entry.oid()));
            default -> Optional.empty();
          };
      String script = scripts.getOrDefault(entry.dumpId(), "");
      if (part.isPresent()) {
        current = entry.dumpId();
        jobs.put(current, new Job(part.get(), script));
        byTable
            .computeIfAbsent(part.get().id(), table -> new ArrayList<>())
            .add(new IndexJob(part.get().id(), part.get().name(), String.valueOf(current)));
      } else {
        Job owner = jobs.get(current);
        if (owner != null) {
          jobs.put(current, new Job(owner.part(), owner.script() + "\n" + script));
        }
      }
    }
  }

  List<IndexJob> of(TableId table) {
    return List.copyOf(byTable.getOrDefault(table, List.of()));
  }

  /** Builds what is not there yet. */
  void build(IndexJob wanted) {
    Job job = jobs.get(Integer.parseInt(wanted.key()));
    if (job == null) {
      throw new FramException(
          ErrorCode.INTERNAL, "Index " + wanted.name() + " is not in the schema's archive.", "");
    }
    String doing = "building " + wanted.name() + " on " + wanted.table();
    String step = STEP + wanted.key();
    target.transaction(
        doing,
        connection -> {
          if (ArchiveStore.detail(connection, step).isEmpty()) {
            if (!standsAlready(connection, job.part())) {
              memory(connection);
              TargetScript.run(connection, job.script());
            }
            ArchiveStore.record(connection, step, wanted.name());
          }
          return step;
        });
  }

  /** Builds all that nobody asked for by table. */
  void buildRemaining() {
    Set<String> done =
        target.transaction(
            "looking for indexes", connection -> ArchiveStore.withPrefix(connection, STEP));
    byTable.values().stream()
        .flatMap(List::stream)
        .filter(job -> !done.contains(job.key()))
        .forEach(this::build);
  }

  /** Made by hand, perhaps: kept when valid; an invalid leftover is dropped. */
  private static boolean standsAlready(Connection connection, Part part) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT i.indisvalid AND i.indisready, o.conname FROM pg_index i"
                + " JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " LEFT JOIN pg_constraint o ON o.conindid = x.oid AND o.contype IN ('p','u','x')"
                + " WHERE n.nspname = ? AND c.relname = ? AND x.relname = ?")) {
      statement.setString(1, part.schema());
      statement.setString(2, part.table());
      statement.setString(3, part.name());
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          return false;
        }
        if (rows.getBoolean(1)) {
          return true;
        }
        String table = Quoting.table(part.id());
        String drop =
            rows.getString(2) == null
                ? "DROP INDEX " + Quoting.table(new TableId(part.schema(), part.name()))
                : "ALTER TABLE " + table + " DROP CONSTRAINT " + Quoting.identifier(part.name());
        try (Statement execute = connection.createStatement()) {
          execute.execute(drop);
        }
        return false;
      }
    }
  }

  /**
   * A share of the server's memory: with four builds at once, each may use a sixteenth of
   * shared_buffers, at least what is configured and at most 1 GB.
   */
  private static void memory(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT set_config('maintenance_work_mem', greatest(m.setting::bigint,"
              + " least(b.setting::bigint * 8 / 16, 1048576))::text || 'kB', true)"
              + " FROM pg_settings m, pg_settings b"
              + " WHERE m.name = 'maintenance_work_mem' AND b.name = 'shared_buffers'");
    }
  }
}
