// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.SharedSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done under the write gate, in one transaction of the target: large objects, foreign keys
 * that had to wait, triggers, rules, row security, publications, event triggers, the database's own
 * settings, and the sequences. All or nothing; done again it only follows what moves on the source.
 */
final class Finish {
  private static final Logger LOG = LoggerFactory.getLogger(Finish.class);
  static final String STEP = "finish";

  private final SharedSession source;
  private final TargetScript target;
  private final LoadedSchema schema;
  private final Set<SchemaOption> options;

  Finish(
      SharedSession source, TargetScript target, LoadedSchema schema, Set<SchemaOption> options) {
    this.source = source;
    this.target = target;
    this.schema = schema;
    this.options = options;
  }

  /** Copies large objects in advance and tries the script, which is then rolled back. */
  void prepare(long epoch, Scope scope) {
    source.read(
        "preparing the cutover",
        from -> {
          SchemaDrift.require(schema.facts(), SourceCatalog.read(from, scope), source.name());
          return target.fenced(epoch, "copying large objects", to -> largeObjects(from, to));
        });
    rehearse();
    schema.archive().script(schema.plan().eventTriggers());
  }

  void run(long epoch, SchemaWatch watch) {
    String script = schema.archive().script(schema.plan().finish());
    String eventTriggers = schema.archive().script(schema.plan().eventTriggers());
    source.read(
        "finishing the schema",
        from -> {
          watch.requireUntouched(from);
          DatabaseSettings settings = DatabaseSettings.read(from);
          return target.fenced(
              epoch,
              "finishing the schema",
              to -> {
                largeObjects(from, to);
                if (ArchiveStore.detail(to, STEP).isEmpty()) {
                  new ForeignKeys(schema, target).addMissing(to);
                  settings
                      .apply(to, options)
                      .forEach(s -> LOG.warn("{}: refused: {}", target.name(), s));
                  TargetScript.run(to, script);
                  TargetScript.run(to, eventTriggers);
                  ArchiveStore.record(to, STEP, "");
                }
                return Sequences.transfer(from, to, sequences());
              });
        });
  }

  private List<TableId> sequences() {
    return schema.facts().relations("S").stream().map(SourceFacts.Relation::id).toList();
  }

  private int largeObjects(Connection from, Connection to) throws SQLException {
    return new LargeObjects(from, to)
        .transfer(
            !options.contains(SchemaOption.NO_OWNER),
            !options.contains(SchemaOption.NO_PRIVILEGES));
  }

  /** A trigger that cannot be created should be found while writers go on; locks are given up. */
  private void rehearse() {
    String script =
        schema
            .archive()
            .script(schema.plan().finish())
            .replace("SET lock_timeout = 0;", "SET lock_timeout = 500;");
    try {
      target.transaction(
          "trying triggers, rules and row security",
          connection -> {
            if (ArchiveStore.detail(connection, STEP).isEmpty()) {
              TargetScript.run(connection, script);
            }
            connection.rollback();
            return true;
          });
    } catch (FramException e) {
      if (e.code() != ErrorCode.LOCK_TIMEOUT && e.code() != ErrorCode.SERIALIZATION_CONFLICT) {
        throw e;
      }
      LOG.debug("the rehearsal met a lock", e);
    }
  }

  /** Takes away what {@link #run} added, so that changes may be applied again. */
  static void undo(Connection connection, LoadedSchema schema, TargetScript target)
      throws SQLException {
    if (ArchiveStore.detail(connection, STEP).isEmpty()) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      for (String sql : FinishUndo.statements(schema)) {
        statement.execute(sql);
      }
    }
    new ForeignKeys(schema, target).removeLate(connection);
    ArchiveStore.forget(connection, List.of(STEP));
  }
}
