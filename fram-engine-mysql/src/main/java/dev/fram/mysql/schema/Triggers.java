// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.ObjectStore.Made;
import dev.fram.mysql.schema.SchemaObject.Fact;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Triggers: what they did on the source is in the log, so that on the target they may exist only
 * after the last change was applied. Their text does not say which comes first; they are made in
 * the order in which they fire.
 */
final class Triggers {
  private final SchemaSession source;
  private final SchemaSession target;
  private final Catalog catalog;
  private final Set<SchemaOption> options;

  Triggers(SchemaSession source, SchemaSession target, Catalog catalog, Set<SchemaOption> options) {
    this.source = source;
    this.target = target;
    this.catalog = catalog;
    this.options = options;
  }

  /** Reads them anew and looks whether they can be made. */
  void prepare(long epoch) {
    List<SchemaObject> now =
        source
            .with(
                "reading triggers",
                connection -> new ProgramReader(catalog, source.name()).triggers(connection))
            .stream()
            .map(object -> Definers.keep(object, options))
            .toList();
    undo(epoch);
    target.fenced(
        epoch,
        "storing triggers",
        connection -> {
          Set<TableId> tables = tables(connection);
          for (SchemaObject trigger : now) {
            require(trigger, tables);
          }
          for (SchemaObject gone : ObjectStore.all(connection, Kind.TRIGGER)) {
            ObjectStore.remove(connection, gone);
          }
          for (SchemaObject trigger : now) {
            ObjectStore.save(connection, trigger);
          }
          return 0;
        });
  }

  private void require(SchemaObject trigger, Set<TableId> tables) {
    TableId table = new TableId(trigger.database(), trigger.fact(Fact.TABLE).orElse(""));
    if (!tables.contains(table)) {
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          target.name() + ": " + trigger + " belongs to " + table + ", which is not there.",
          "Begin the migration again, or drop the trigger on the source.");
    }
  }

  private static Set<TableId> tables(Connection connection) throws SQLException {
    Set<TableId> found = new HashSet<>();
    ObjectStore.made(connection, Kind.TABLE).forEach(table -> found.add(table.id()));
    return found;
  }

  /** Under the gate. */
  void make(Connection connection, long epoch) throws SQLException {
    Set<TableId> there = existing(connection);
    for (SchemaObject trigger : ObjectStore.all(connection, Kind.TRIGGER)) {
      if (ObjectStore.isMade(connection, trigger) && there.contains(trigger.id())) {
        continue;
      }
      target.checkEpoch(connection, epoch);
      ObjectStore.mark(connection, trigger, Made.YES);
      try {
        ObjectSettings.make(connection, trigger);
      } catch (SQLException e) {
        throw target.translate(e, "creating " + trigger);
      }
    }
  }

  /** Those that are on this server. */
  static Set<TableId> existing(Connection connection) throws SQLException {
    return new HashSet<>(
        Sql.list(
            connection,
            "SELECT trigger_schema, trigger_name FROM information_schema.triggers",
            row -> new TableId(row.getString(1), row.getString(2))));
  }

  /** Takes them away again: they would fire on what is applied next. */
  void undo(long epoch) {
    target.insisting(
        epoch,
        "dropping triggers",
        connection -> {
          for (SchemaObject trigger : ObjectStore.made(connection, Kind.TRIGGER)) {
            Programs.drop(connection, trigger);
            ObjectStore.mark(connection, trigger, Made.NO);
          }
          return 0;
        });
  }
}
