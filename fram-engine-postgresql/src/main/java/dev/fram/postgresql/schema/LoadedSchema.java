// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.util.Set;

/**
 * The archive as this process works with it.
 *
 * @param archive the archive
 * @param facts what was read beside it
 * @param plan which entry when
 * @param indexes the builds of ordinary tables' indexes
 */
record LoadedSchema(
    SchemaArchive archive, SourceFacts facts, RestorePlan plan, IndexBuilds indexes) {
  static final String FACTS = "facts";

  static LoadedSchema of(
      byte[] bytes,
      SourceFacts facts,
      ClientTools tools,
      Set<SchemaOption> options,
      TargetScript target) {
    SchemaArchive archive = SchemaArchive.of(bytes, tools, options);
    RestorePlan plan = RestorePlan.of(archive, facts);
    return new LoadedSchema(archive, facts, plan, new IndexBuilds(archive, plan, facts, target));
  }

  /** Reads what {@code createTables} stored on the target. */
  static LoadedSchema load(TargetScript target, ClientTools tools, Set<SchemaOption> options) {
    return target.transaction(
        "reading the schema's archive",
        connection -> {
          if (!ArchiveStore.exists(connection)) {
            throw absent(target);
          }
          byte[] bytes = ArchiveStore.archive(connection).orElseThrow(() -> absent(target));
          String facts = ArchiveStore.detail(connection, FACTS).orElseThrow(() -> absent(target));
          return of(bytes, SourceFacts.parse(facts), tools, options, target);
        });
  }

  private static FramException absent(TargetScript target) {
    return new FramException(
        ErrorCode.MIGRATION_MISSING,
        target.name() + ": no schema archive is stored in schema fram.",
        "Start with fram migrate.");
  }
}
