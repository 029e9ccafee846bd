// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.engine.SchemaOption;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Flavor;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.ObjectStore.Made;
import dev.fram.mysql.schema.SchemaObject.Fact;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The schema up to its bare tables: the source is read once and kept on the target; then databases,
 * accounts, sequences, tables, routines, views and (disabled) events are made from that.
 */
final class TableCreation {
  private static final String READ = "read";

  /** Options that name a place on the source's disk. */
  private static final Pattern PLACE =
      Pattern.compile(" (?:DATA|INDEX) DIRECTORY='[^']*'|/\\*!50100 TABLESPACE `[^`]*` \\*/ ?");

  private final SchemaSession source;
  private final SchemaSession target;
  private final Catalog catalog;
  private final Set<SchemaOption> options;

  TableCreation(
      SchemaSession source, SchemaSession target, Catalog catalog, Set<SchemaOption> options) {
    this.source = source;
    this.target = target;
    this.catalog = catalog;
    this.options = options;
  }

  void run(long epoch, Consumer<String> progress) {
    boolean read =
        target.fenced(
            epoch,
            "reading what is there",
            connection -> {
              ObjectStore.create(connection);
              return ObjectStore.done(connection, READ);
            });
    if (!read) {
      progress.accept("reading the schema of " + source.name());
      read(epoch);
    }
    target.fenced(
        epoch,
        "creating databases and tables",
        connection -> {
          databases(connection, progress);
          return 0;
        });
    if (options.contains(SchemaOption.WITH_USERS)) {
      new Accounts(source, target, options).create(epoch, progress);
    }
    target.fenced(
        epoch,
        "creating tables",
        connection -> {
          tables(connection, epoch, progress);
          return 0;
        });
    new Programs(source, target, catalog, options).sync(epoch, progress);
    new Events(source, target, catalog, options).sync(epoch);
    if (options.contains(SchemaOption.WITH_USERS)) {
      new Accounts(source, target, options).grant(epoch, progress);
    }
  }

  /** One row each, then the record that they are all there: a crash in between begins again. */
  private void read(long epoch) {
    List<SchemaObject> objects =
        source.with(
            "reading the schema",
            connection -> new SourceReader(catalog, source.name()).read(connection));
    List<SchemaObject> programs =
        source.with(
            "reading routines and views",
            connection -> new ProgramReader(catalog, source.name()).routinesAndViews(connection));
    target.fenced(
        epoch,
        "storing the schema",
        connection -> {
          List<SchemaObject> arriving = new ArrayList<>(objects);
          arriving.addAll(programs);
          TargetContent.read(connection, databaseNames(objects))
              .require(allowance(), arriving, target.name());
          Sql.run(connection, "DELETE FROM fram.schema_object");
          for (SchemaObject object : objects) {
            ObjectStore.save(connection, object);
          }
          target.checkEpoch(connection, epoch);
          ObjectStore.record(connection, READ);
          return 0;
        });
  }

  private TargetContent.Allowance allowance() {
    return options.contains(SchemaOption.ALLOW_NONEMPTY_TARGET)
        ? TargetContent.Allowance.OTHER_OBJECTS
        : TargetContent.Allowance.EMPTY;
  }

  private static List<String> databaseNames(List<SchemaObject> objects) {
    return objects.stream()
        .filter(object -> object.kind() == Kind.DATABASE)
        .map(SchemaObject::name)
        .toList();
  }

  private void databases(Connection connection, Consumer<String> progress) throws SQLException {
    for (SchemaObject database : ObjectStore.all(connection, Kind.DATABASE)) {
      String wanted = database.fact(Fact.DATABASE_COLLATION).orElse("");
      String found = SourceReader.collation(connection, database.name());
      if (found.isEmpty()) {
        ObjectStore.mark(connection, database, Made.YES);
        SchemaSession.run(connection, database.text());
      } else if (!found.equals(wanted)) {
        if (!ObjectStore.isMade(connection, database) && database.fact(Fact.BEFORE).isEmpty()) {
          remember(connection, database, found);
          progress.accept(
              "database " + database.name() + " exists; its collation becomes " + wanted);
        }
        Sql.run(
            connection,
            "ALTER DATABASE " + Quoting.identifier(database.name()) + " COLLATE = " + wanted);
      }
    }
  }

  private static void remember(Connection connection, SchemaObject database, String before)
      throws SQLException {
    Map<Fact, String> facts = new EnumMap<>(database.facts());
    facts.put(Fact.BEFORE, before);
    ObjectStore.save(
        connection,
        new SchemaObject(
            database.kind(), database.database(), database.name(), database.text(), facts));
  }

  private void tables(Connection connection, long epoch, Consumer<String> progress)
      throws SQLException {
    List<SchemaObject> all = ObjectStore.all(connection, Kind.SEQUENCE, Kind.TABLE);
    TargetContent there =
        TargetContent.read(connection, databaseNames(ObjectStore.all(connection, Kind.DATABASE)));
    Flavor flavor = Connector.version(connection).flavor();
    for (SchemaObject object : all) {
      if (there.holds(object) && ObjectStore.isMade(connection, object)) {
        continue;
      }
      target.checkEpoch(connection, epoch);
      ObjectStore.mark(connection, object, Made.YES);
      SchemaSession.use(connection, object.database());
      try {
        SchemaSession.run(
            connection,
            object.kind() == Kind.TABLE ? bare(object, flavor, progress) : object.text());
      } catch (SQLException e) {
        throw target.translate(e, "creating " + object);
      }
    }
    progress.accept(all.size() + " tables are created");
  }

  private static String bare(SchemaObject table, Flavor flavor, Consumer<String> progress) {
    TableText text = plan(table).bare();
    TableText bare = flavor == Flavor.MARIADB ? text : text.withInheritedCollations();
    String tail = bare.tail();
    Matcher place = PLACE.matcher(SqlText.outside(tail));
    if (place.find()) {
      int end = place.end();
      progress.accept(
          table
              + ": left out, it names a place on the source:"
              + tail.substring(place.start(), end));
      return bare.withTail(SqlText.without(tail, place.start(), end)).sql();
    }
    return bare.sql();
  }

  /** What of a table is made when. */
  static TablePlan plan(SchemaObject table) {
    return TablePlan.of(
        TableText.parse(table.text()),
        table.fact(Fact.USABLE_KEY),
        table.fact(Fact.FUZZY).isPresent());
  }
}
