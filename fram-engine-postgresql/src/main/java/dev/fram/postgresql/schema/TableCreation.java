// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.Scope;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.connection.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The schema up to its bare tables: the archive is taken and stored in one transaction; roles, the
 * section before the data and the guards are created in a second one. A crash leaves each whole or
 * absent, and whoever comes next goes on with the stored archive.
 */
final class TableCreation {
  /** What collides has a class of its own: duplicate table, object, function, schema, alias. */
  private static final Set<String> DUPLICATE = Set.of("42P07", "42710", "42723", "42P06");

  static final String KEPT = "kept:";

  private final Connector source;
  private final TargetScript target;
  private final Scope scope;
  private final Set<SchemaOption> options;
  private final TargetGuards guards;

  TableCreation(
      Connector source,
      TargetScript target,
      Scope scope,
      Set<SchemaOption> options,
      TargetGuards guards) {
    this.source = source;
    this.target = target;
    this.scope = scope;
    this.options = options;
    this.guards = guards;
  }

  LoadedSchema run(long epoch, Consumer<String> progress) {
    LoadedSchema schema = taken(source, epoch, progress);
    schema
        .facts()
        .leftOut()
        .forEach(relation -> progress.accept("left out by the scope: " + relation.id()));
    restore(epoch, schema, progress);
    return schema;
  }

  /**
   * The archive, with the facts beside it, as it is kept on the target; taken unless it is there.
   *
   * @param from the server whose schema it is
   */
  LoadedSchema taken(Connector from, long epoch, Consumer<String> progress) {
    ClientTools tools = ServerMajors.of(source, target).tools();
    boolean stored =
        target.fenced(
            epoch,
            "reading what is there",
            connection -> {
              ArchiveStore.create(connection);
              return ArchiveStore.archive(connection).isPresent();
            });
    if (!stored) {
      progress.accept("reading the schema with " + tools.version());
      take(from, epoch, tools);
    }
    return LoadedSchema.load(target, tools, options);
  }

  private void take(Connector from, long epoch, ClientTools tools) {
    try (Connection connection = from.open("schema")) {
      connection.setAutoCommit(false);
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      String snapshot;
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT pg_export_snapshot()")) {
        rows.next();
        snapshot = rows.getString(1);
      }
      SourceFacts facts = SourceCatalog.read(connection, scope);
      byte[] archive =
          DumpCommand.run(
              tools,
              from.endpoint(),
              snapshot,
              options,
              facts.leftOut().stream().map(SourceFacts.Relation::id).toList());
      connection.rollback();
      target.fenced(
          epoch,
          "storing the schema's archive",
          c -> {
            ArchiveStore.saveArchive(c, archive);
            ArchiveStore.record(c, LoadedSchema.FACTS, facts.json());
            return archive.length;
          });
    } catch (SQLException e) {
      throw SqlErrors.translate(e, from.name(), "reading the schema");
    }
  }

  private void restore(long epoch, LoadedSchema schema, Consumer<String> progress) {
    Optional<SourceRoles> roles =
        options.contains(SchemaOption.NO_ROLES) ? Optional.empty() : Optional.of(readRoles());
    target.fenced(
        epoch,
        "creating the tables",
        connection -> {
          if (!ArchiveStore.areTablesDone(connection)) {
            TargetContent.read(connection)
                .require(
                    options.contains(SchemaOption.ALLOW_NONEMPTY_TARGET),
                    schema.facts(),
                    target.name());
            if (roles.isPresent()) {
              new RoleTransfer(connection, progress).create(roles.get());
            }
            LargeObjects.remember(connection);
            restoreTables(connection, schema);
            guards.install(connection);
            ArchiveStore.tablesDone(connection);
            progress.accept(schema.facts().relations().size() + " relations created");
          }
          return schema;
        });
  }

  private void restoreTables(Connection connection, LoadedSchema schema) throws SQLException {
    Set<Integer> kept = keepExisting(connection, schema);
    List<TocEntry> wanted =
        schema.plan().tables().stream().filter(e -> !kept.contains(e.dumpId())).toList();
    if (wanted.isEmpty()) {
      return;
    }
    try {
      TargetScript.run(connection, schema.archive().script(wanted));
    } catch (SQLException e) {
      if (DUPLICATE.contains(e.getSQLState() == null ? "" : e.getSQLState())) {
        throw new FramException(
            ErrorCode.TARGET_NOT_EMPTY,
            target.name() + ": " + SqlErrors.message(e) + ".",
            "Drop or rename it on the target, or name an empty database.",
            e);
      }
      throw e;
    }
  }

  /** Schemas and extensions that stand already: not created now, not dropped by a cancel. */
  private static Set<Integer> keepExisting(Connection connection, LoadedSchema schema)
      throws SQLException {
    Map<Long, String> schemas = new HashMap<>();
    schema.facts().schemas().forEach(named -> schemas.put(named.oid(), named.name()));
    Set<String> there = new HashSet<>();
    Set<String> extensions = new HashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT nspname, false FROM pg_namespace"
                    + " UNION ALL SELECT extname, true FROM pg_extension")) {
      while (rows.next()) {
        (rows.getBoolean(2) ? extensions : there).add(rows.getString(1));
      }
    }
    Set<Integer> kept = new HashSet<>();
    boolean previous = false;
    for (TocEntry entry : schema.plan().tables()) {
      boolean stands =
          switch (entry.type()) {
            // pg_dump knows by itself that public is always there.
            case "SCHEMA" -> {
              String name = schemas.getOrDefault(entry.oid(), "public");
              yield !name.equals("public") && there.contains(name);
            }
            // "EXTENSION - hstore": it has no schema and no owner in the listing.
            case "EXTENSION" -> extensions.contains(entry.label().replaceFirst("^- ", "").strip());
            // Whoever made it has his own words for it.
            case "COMMENT" -> previous;
            default -> false;
          };
      previous = stands;
      if (stands) {
        kept.add(entry.dumpId());
        ArchiveStore.record(connection, KEPT + entry.dumpId(), entry.display());
      }
    }
    return kept;
  }

  private SourceRoles readRoles() {
    try (Connection connection = source.open("schema")) {
      return SourceRoles.read(connection);
    } catch (SQLException e) {
      throw SqlErrors.translate(e, source.name(), "reading roles");
    }
  }
}
