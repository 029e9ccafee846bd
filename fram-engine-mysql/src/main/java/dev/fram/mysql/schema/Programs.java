// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.ObjectStore.Made;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Routines and views: nothing that is applied meets them, so they are made early, and followed:
 * what has changed on the source is made anew. Routines do not look at what they use until they are
 * called, views do: those go in rounds, until one brings nothing more.
 */
final class Programs {
  private static final Kind[] ROUTINES = {
    Kind.FUNCTION, Kind.PROCEDURE, Kind.PACKAGE, Kind.PACKAGE_BODY
  };

  private final SchemaSession source;
  private final SchemaSession target;
  private final Catalog catalog;
  private final Set<SchemaOption> options;

  Programs(SchemaSession source, SchemaSession target, Catalog catalog, Set<SchemaOption> options) {
    this.source = source;
    this.target = target;
    this.catalog = catalog;
    this.options = options;
  }

  /** Makes the target's routines and views those of the source as they are now. */
  void sync(long epoch, Consumer<String> progress) {
    List<SchemaObject> now =
        source
            .with(
                "reading routines and views",
                connection ->
                    new ProgramReader(catalog, source.name()).routinesAndViews(connection))
            .stream()
            .map(object -> Definers.keep(object, options))
            .toList();
    target.fenced(
        epoch,
        "creating routines and views",
        connection -> {
          List<SchemaObject> wanted = settle(connection, now);
          for (SchemaObject object : wanted) {
            if (object.kind() != Kind.VIEW) {
              target.checkEpoch(connection, epoch);
              make(connection, object);
            }
          }
          views(
              connection,
              wanted.stream().filter(object -> object.kind() == Kind.VIEW).toList(),
              progress);
          return wanted.size();
        });
  }

  /** Drops what is no more or has changed; returns what is to be made. */
  private List<SchemaObject> settle(Connection connection, List<SchemaObject> now)
      throws SQLException {
    Map<String, SchemaObject> before = new HashMap<>();
    for (Kind kind : ROUTINES) {
      ObjectStore.made(connection, kind).forEach(object -> before.put(object.toString(), object));
    }
    ObjectStore.made(connection, Kind.VIEW).forEach(view -> before.put(view.toString(), view));
    TargetContent there =
        TargetContent.read(connection, now.stream().map(SchemaObject::database).toList());
    List<SchemaObject> wanted = new ArrayList<>();
    for (SchemaObject object : now) {
      Optional<SchemaObject> known = Optional.ofNullable(before.remove(object.toString()));
      if (known.equals(Optional.of(object)) && there.holds(object)) {
        continue;
      }
      if (known.isPresent()) {
        drop(connection, object);
      }
      ObjectStore.save(connection, object);
      wanted.add(object);
    }
    for (SchemaObject gone : before.values()) {
      drop(connection, gone);
      ObjectStore.remove(connection, gone);
    }
    return wanted;
  }

  private void make(Connection connection, SchemaObject object) throws SQLException {
    ObjectStore.mark(connection, object, Made.YES);
    try {
      ObjectSettings.make(connection, object);
    } catch (SQLException e) {
      throw target.translate(e, "creating " + object);
    }
  }

  private void views(Connection connection, List<SchemaObject> views, Consumer<String> progress)
      throws SQLException {
    List<SchemaObject> left = new ArrayList<>(views);
    Optional<SQLException> refused = Optional.empty();
    int before = -1;
    while (!left.isEmpty() && left.size() != before) {
      before = left.size();
      List<SchemaObject> again = new ArrayList<>();
      for (SchemaObject view : left) {
        Optional<SQLException> problem = tried(connection, view);
        if (problem.isPresent()) {
          refused = problem;
          again.add(view);
        }
      }
      left = again;
    }
    for (SchemaObject view : left) {
      if (worksOnSource(view) && !needsWhatIsLeftOut(refused)) {
        throw target.translate(refused.orElseThrow(), "creating " + view);
      }
      progress.accept(
          view + " is left out: what it needs is missing on the source or outside the scope");
    }
  }

  private Optional<SQLException> tried(Connection connection, SchemaObject view)
      throws SQLException {
    ObjectStore.mark(connection, view, Made.YES);
    try {
      ObjectSettings.make(connection, view);
      return Optional.empty();
    } catch (SQLException e) {
      if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
        throw e;
      }
      ObjectStore.mark(connection, view, Made.NO);
      return Optional.of(e);
    }
  }

  /** No such table, database, routine: with a scope, what the view reads may have stayed behind. */
  private boolean needsWhatIsLeftOut(Optional<SQLException> refused) {
    boolean missing =
        refused
            .map(SQLException::getErrorCode)
            .filter(number -> Set.of(1146, 1049, 1305, 1356).contains(number))
            .isPresent();
    return missing && leavesOut();
  }

  private boolean leavesOut() {
    return source.with(
        "reading the scope",
        connection ->
            Sql.list(
                    connection,
                    "SELECT table_schema, table_name FROM information_schema.tables",
                    row -> new TableId(row.getString(1), row.getString(2)))
                .stream()
                .filter(table -> !Catalog.RESERVED.contains(table.schema()))
                .anyMatch(table -> !catalog.covers(table)));
  }

  /** A view whose table is gone stays in the source's catalog, but answers nothing any more. */
  private boolean worksOnSource(SchemaObject view) {
    return source.with(
        "asking a view",
        connection -> {
          try {
            Sql.run(connection, "EXPLAIN SELECT 1 FROM " + Quoting.table(view.id()));
            return true;
          } catch (SQLException e) {
            return e.getErrorCode() != 1356 && e.getErrorCode() != 1146;
          }
        });
  }

  static void drop(Connection connection, SchemaObject object) throws SQLException {
    SchemaSession.run(
        connection, "DROP " + object.kind().words() + " IF EXISTS " + Quoting.table(object.id()));
  }
}
