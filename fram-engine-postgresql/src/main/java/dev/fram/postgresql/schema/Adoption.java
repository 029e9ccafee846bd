// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.Fingerprint;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.postgresql.catalog.Catalog;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The schema where all of it came with a base backup: what is there counts as made by Fram. It is
 * read from the target, because that is what came; objects have the same numbers on both servers.
 * What would fire or hide rows while changes are applied is taken away, and made again at the
 * cutover as ever.
 */
final class Adoption {
  private final TableCreation creation;
  private final Connector source;
  private final Connector targetServer;
  private final TargetScript target;
  private final Scope scope;
  private final TargetGuards guards;

  /**
   * @param creation takes the archive, and creates nothing here
   */
  Adoption(
      TableCreation creation,
      Connector source,
      Connector targetServer,
      TargetScript target,
      Scope scope,
      TargetGuards guards) {
    this.creation = creation;
    this.source = source;
    this.targetServer = targetServer;
    this.target = target;
    this.scope = scope;
    this.guards = guards;
  }

  LoadedSchema run(long epoch, Consumer<String> progress) {
    LoadedSchema schema = creation.taken(targetServer, epoch, progress);
    if (!target.transaction("looking", ArchiveStore::areTablesDone)) {
      requireSame();
    }
    target.fenced(
        epoch,
        "taking the tables over",
        connection -> {
          if (!ArchiveStore.areTablesDone(connection)) {
            adopt(connection, schema);
          }
          return schema;
        });
    guards.afterAdoption();
    return schema;
  }

  private void adopt(Connection connection, LoadedSchema schema) throws SQLException {
    // All large objects came along, and go with a cancel.
    ArchiveStore.record(connection, LargeObjects.BEFORE, "");
    for (TocEntry entry : schema.plan().keys()) {
      ArchiveStore.record(connection, "entry:" + entry.dumpId(), entry.display());
    }
    for (TocEntry entry : schema.plan().foreignKeys()) {
      ArchiveStore.record(connection, "entry:" + entry.dumpId(), entry.display());
    }
    ArchiveStore.record(connection, "rest", "");
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      for (String sql : FinishUndo.statements(schema)) {
        statement.execute(sql);
      }
    }
    guards.install(connection);
    ArchiveStore.tablesDone(connection);
  }

  /** The feed begins where the backup ends: a table that has changed since would not fit to it. */
  private void requireSame() {
    Map<TableId, Fingerprint> here = fingerprints(targetServer);
    Map<TableId, Fingerprint> there = fingerprints(source);
    Set<TableId> all = new TreeSet<>(here.keySet());
    all.addAll(there.keySet());
    List<TableId> differing =
        all.stream()
            .filter(table -> !definition(here, table).equals(definition(there, table)))
            .toList();
    if (!differing.isEmpty()) {
      throw new FramException(
          ErrorCode.SCHEMA_DRIFT,
          source.name()
              + ": "
              + differing.size()
              + " tables have changed since the base backup was taken, the first is "
              + differing.getFirst()
              + ".",
          "Undo the change, or run fram cancel and begin again.");
    }
  }

  private Map<TableId, Fingerprint> fingerprints(Connector server) {
    Connection connection = server.open("schema");
    try {
      return new Catalog(scope).fingerprints(connection);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, server.name(), "looking at the tables");
    } finally {
      Connector.abort(connection);
    }
  }

  private static Optional<String> definition(Map<TableId, Fingerprint> all, TableId table) {
    return Optional.ofNullable(all.get(table)).map(Fingerprint::definition);
  }
}
