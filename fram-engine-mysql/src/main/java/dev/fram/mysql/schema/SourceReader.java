// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.schema;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Bonds;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.catalog.ForeignKey;
import dev.fram.mysql.catalog.Key;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.schema.SchemaObject.Fact;
import dev.fram.mysql.schema.SchemaObject.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Reads databases and tables of the source; the programs are {@link ProgramReader}'s. Works on the
 * caller's session (see {@link SchemaSession}); takes no lock.
 */
final class SourceReader {
  private final Catalog catalog;
  private final String server;

  SourceReader(Catalog catalog, String server) {
    this.catalog = catalog;
    this.server = server;
  }

  /** Databases, sequences and tables in scope. */
  List<SchemaObject> read(Connection connection) throws SQLException {
    List<CatalogTable> tables = catalog.tables(connection);
    List<SchemaObject> found = new ArrayList<>(databases(connection, tables));
    requireSupported(tables);
    Set<TableId> bonded = Bonds.of(tables).keySet();
    for (CatalogTable table : tables) {
      found.add(
          isSequence(table) ? sequence(connection, table.id()) : table(connection, table, bonded));
    }
    return found;
  }

  /** Names of the databases in scope: those with a table in scope, and those without any. */
  List<String> databaseNames(Connection connection, List<CatalogTable> inScope)
      throws SQLException {
    Set<String> used = inScope.stream().map(t -> t.id().schema()).collect(Collectors.toSet());
    Set<String> withTables =
        new TreeSet<>(
            Sql.list(
                connection,
                "SELECT DISTINCT table_schema FROM information_schema.tables"
                    + " WHERE table_type <> 'VIEW'",
                row -> row.getString(1)));
    return Sql.list(
            connection,
            "SELECT schema_name FROM information_schema.schemata ORDER BY 1",
            row -> row.getString(1))
        .stream()
        .filter(catalog::coversDatabase)
        .filter(name -> used.contains(name) || !withTables.contains(name))
        .toList();
  }

  private List<SchemaObject> databases(Connection connection, List<CatalogTable> tables)
      throws SQLException {
    List<SchemaObject> found = new ArrayList<>();
    for (String name : databaseNames(connection, tables)) {
      String create =
          Sql.first(
                  connection,
                  "SHOW CREATE DATABASE " + Quoting.identifier(name),
                  row -> row.getString(2))
              .orElseThrow();
      found.add(
          new SchemaObject(
              Kind.DATABASE,
              name,
              name,
              create,
              Map.of(Fact.DATABASE_COLLATION, collation(connection, name))));
    }
    return found;
  }

  static String collation(Connection connection, String database) throws SQLException {
    return Sql.text(
        connection,
        "SELECT default_collation_name FROM information_schema.schemata WHERE schema_name = ?",
        database);
  }

  private SchemaObject table(Connection connection, CatalogTable table, Set<TableId> bonded)
      throws SQLException {
    Map<Fact, String> facts = new EnumMap<>(Fact.class);
    table
        .usableKey()
        .filter(key -> key.kind() != Key.Kind.PRIMARY)
        .ifPresent(key -> facts.put(Fact.USABLE_KEY, key.name()));
    if (table.usableKey().isPresent() && !bonded.contains(table.id())) {
      facts.put(Fact.FUZZY, "yes");
    }
    String create = showCreate(connection, "TABLE", table.id());
    TableText.parse(quoted(create, table)).of(TablePart.Kind.COLUMN).stream()
        .filter(column -> column.says("AUTO_INCREMENT"))
        .findFirst()
        .ifPresent(column -> facts.put(Fact.COUNTS, column.text()));
    return new SchemaObject(
        Kind.TABLE, table.id().schema(), table.id().name(), quoted(create, table), facts);
  }

  /** MariaDB does not double a backtick in a foreign key's name and columns (11.4.5). */
  private static String quoted(String create, CatalogTable table) {
    String text = create;
    for (ForeignKey key : table.foreignKeys()) {
      text = text.replace(start(key, name -> "`" + name + "`"), start(key, Quoting::identifier));
      text = text.replace(end(key, name -> "`" + name + "`"), end(key, Quoting::identifier));
    }
    return text;
  }

  private static String start(ForeignKey key, UnaryOperator<String> quote) {
    return "CONSTRAINT "
        + quote.apply(key.name())
        + " FOREIGN KEY ("
        + list(key.columns(), quote)
        + ") REFERENCES ";
  }

  private static String end(ForeignKey key, UnaryOperator<String> quote) {
    return start(key, Quoting::identifier)
        + (key.referenced().schema().equals(key.table().schema())
            ? ""
            : Quoting.identifier(key.referenced().schema()) + ".")
        + Quoting.identifier(key.referenced().name())
        + " ("
        + list(key.referencedColumns(), quote)
        + ")";
  }

  private static String list(List<String> names, UnaryOperator<String> quote) {
    return String.join(", ", names.stream().map(quote).toList());
  }

  private static SchemaObject sequence(Connection connection, TableId id) throws SQLException {
    return new SchemaObject(
        Kind.SEQUENCE, id.schema(), id.name(), showCreate(connection, "SEQUENCE", id), Map.of());
  }

  static String showCreate(Connection connection, String what, TableId id) throws SQLException {
    return Sql.first(
            connection, "SHOW CREATE " + what + " " + Quoting.table(id), row -> row.getString(2))
        .orElseThrow();
  }

  private static boolean isSequence(CatalogTable table) {
    return "SEQUENCE".equals(table.storage().type());
  }

  /** The history of such a table is not in the log as rows that could be written again. */
  private void requireSupported(List<CatalogTable> tables) {
    List<TableId> versioned =
        tables.stream()
            .filter(table -> "SYSTEM VERSIONED".equals(table.storage().type()))
            .map(CatalogTable::id)
            .toList();
    if (!versioned.isEmpty()) {
      throw new FramException(
          ErrorCode.UNSUPPORTED,
          server
              + ": "
              + versioned.size()
              + " tables are system-versioned, the first is "
              + versioned.getFirst()
              + "; their history cannot be followed.",
          "Leave them out with --exclude and move them by other means, or drop their versioning.");
    }
  }
}
