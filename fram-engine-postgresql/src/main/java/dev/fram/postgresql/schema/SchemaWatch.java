// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.postgresql.catalog.SchemaMark;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether the source's schema is still the one that the target was made from: compared in full
 * before the gate closes, then by a mark that is cheap enough for the time behind it. Usable from
 * any thread.
 */
final class SchemaWatch {
  private static final int SHOWN = 10;
  private static final String INDEX = "INDEX ";
  private static final String NEW = " is new";

  private final Connector source;
  private final TargetScript target;
  private final Scope scope;
  private final Set<SchemaOption> options;

  /** The mark under which source and archive were found equal. */
  private final AtomicReference<Optional<String>> equalAt = new AtomicReference<>(Optional.empty());

  SchemaWatch(Connector source, TargetScript target, Scope scope, Set<SchemaOption> options) {
    this.source = source;
    this.target = target;
    this.scope = scope;
    this.options = options;
  }

  /**
   * Compares object by object, unless nothing has moved since the last time.
   *
   * @throws FramException SCHEMA_DRIFT, with the names of what differs
   */
  void requireEqual(LoadedSchema schema, ClientTools tools) {
    // Before the comparison: what changes while it runs makes another mark.
    Optional<String> mark = Optional.of(mark());
    if (mark.equals(equalAt.get())) {
      return;
    }
    List<String> differences = differences(schema, tools);
    if (!differences.isEmpty()) {
      throw drift("the schema is not the one that the target was made from: " + list(differences));
    }
    equalAt.set(mark);
  }

  /** The cheap look behind the gate. */
  void requireUntouched(Connection onSource) throws SQLException {
    Optional<String> then = equalAt.get();
    if (then.isPresent() && !then.get().equals(SchemaMark.read(onSource))) {
      throw drift("the schema was changed while the cutover was being prepared");
    }
  }

  /** What came too late for the hand-over, for people. The source may be gone by then. */
  List<String> afterwards(LoadedSchema schema, ClientTools tools) {
    try {
      if (equalAt.get().equals(Optional.of(mark()))) {
        return List.of();
      }
      List<String> differences = differences(schema, tools);
      return differences.isEmpty()
          ? List.of()
          : List.of(
              source.name()
                  + ": the schema was changed at the hand-over or after it, and the target does not"
                  + " have it: "
                  + list(differences)
                  + ". What was written there has to be brought over by hand.");
    } catch (FramException e) {
      if (e.category() != ErrorCategory.TRANSIENT) {
        throw e;
      }
      return List.of(
          source.name()
              + " could not be asked whether its schema was changed at the hand-over: "
              + e.seen());
    }
  }

  private List<String> differences(LoadedSchema schema, ClientTools tools) {
    return new SchemaComparison(source, tools, scope, options)
        .differences(schema.archive()).stream().filter(this::matters).toList();
  }

  /**
   * The application may add an index and drop one while it is migrated; a new one must be on the
   * target too, where a person has made it.
   */
  private boolean matters(String difference) {
    if (!difference.startsWith(INDEX)) {
      return true;
    }
    if (!difference.endsWith(NEW)) {
      return !difference.endsWith(" is gone");
    }
    String name = difference.substring(INDEX.length(), difference.length() - NEW.length());
    return target.transaction(
        "looking for an index",
        c ->
            Sql.number(
                    c,
                    "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                        + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE i.indisvalid AND n.nspname || '.' || c.relname = ?",
                    name)
                == 0);
  }

  private String mark() {
    Connection connection = source.open("schema");
    try {
      return SchemaMark.read(connection);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "looking at the schema");
    } finally {
      Connector.abort(connection);
    }
  }

  private FramException drift(String what) {
    return new FramException(
        ErrorCode.SCHEMA_DRIFT,
        source.name() + ": " + what + ".",
        "Undo the change on the source (an index can be created on the target instead), or run"
            + " fram cancel and begin again.");
  }

  private static String list(List<String> differences) {
    int more = differences.size() - SHOWN;
    return String.join(", ", differences.stream().limit(SHOWN).toList())
        + (more > 0 ? " and " + more + " more" : "");
  }
}
