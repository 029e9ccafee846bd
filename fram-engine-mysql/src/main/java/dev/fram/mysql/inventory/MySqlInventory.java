// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.inventory;

import dev.fram.api.engine.ObjectFact;
import dev.fram.api.engine.ObjectFact.Due;
import dev.fram.api.engine.ObjectFact.Reach;
import dev.fram.api.engine.SchemaOption;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.connection.Flavor;
import dev.fram.mysql.connection.Quoting;
import dev.fram.mysql.connection.Sql;
import dev.fram.mysql.connection.SqlErrors;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Lists the objects of a server's databases, with a session of its own. Knows nothing of how they
 * are migrated; only what the user has left out. Usable from any thread.
 */
public final class MySqlInventory {
  private static final int NO_SUCH_TABLE = 1146;
  private static final int UNKNOWN_TABLE = 1109;

  private final Connector connector;
  private final Catalog catalog;
  private final Scope scope;
  private final Set<SchemaOption> options;

  private MySqlInventory(
      Connector connector, Catalog catalog, Scope scope, Set<SchemaOption> options) {
    this.connector = connector;
    this.catalog = catalog;
    this.scope = scope;
    this.options = Set.copyOf(options);
  }

  public static MySqlInventory ofSource(
      Connector connector, Catalog catalog, Scope scope, Set<SchemaOption> options) {
    return new MySqlInventory(connector, catalog, scope, options);
  }

  /** Also the accounts, where they may be read. */
  public static MySqlInventory ofTarget(Connector connector, Catalog catalog) {
    return new MySqlInventory(connector, catalog, Scope.all(), Set.of(SchemaOption.WITH_USERS));
  }

  /** One row of a query. */
  private record Row(
      String kind, String database, String name, String owner, String text, Due due) {
    static Row read(ResultSet row) throws SQLException {
      return new Row(
          row.getString(1),
          text(row, 2),
          row.getString(3),
          text(row, 4),
          text(row, 5),
          Due.valueOf(row.getString(6)));
    }

    private static String text(ResultSet row, int column) throws SQLException {
      return Optional.ofNullable(row.getString(column)).orElse("");
    }

    Row withText(String more) {
      return new Row(kind, database, name, owner, text + "\n" + more, due);
    }
  }

  public List<ObjectFact> read() {
    Connection connection = connector.open("inventory");
    try (connection) {
      List<ObjectFact> found = new ArrayList<>();
      for (Row row : rows(connection, Connector.version(connection).flavor())) {
        if (row.database().isEmpty() || catalog.coversDatabase(row.database())) {
          found.add(fact(row));
        }
      }
      found.addAll(databases(connection));
      found.addAll(accounts(connection));
      return found;
    } catch (SQLException e) {
      throw SqlErrors.translate(e, connector.name(), "listing the objects");
    }
  }

  private static List<Row> rows(Connection connection, Flavor flavor) throws SQLException {
    List<Row> found = new ArrayList<>();
    Map<TableId, String> columns = columns(connection, flavor);
    for (Row table : list(connection, TableQueries.TABLES)) {
      TableId id = new TableId(table.database(), table.name());
      found.add(table.withText(columns.getOrDefault(id, "")));
    }
    for (Row sequence : list(connection, TableQueries.SEQUENCES)) {
      found.add(sequence.withText(sequence(connection, sequence)));
    }
    for (String query : TableQueries.of(flavor)) {
      found.addAll(list(connection, query));
    }
    for (String query : ProgramQueries.all()) {
      found.addAll(list(connection, query));
    }
    for (String query : ForeignObjects.QUERIES) {
      found.addAll(listWherePossible(connection, query));
    }
    return found;
  }

  private static List<Row> list(Connection connection, String query) throws SQLException {
    return Sql.list(connection, own(query), Row::read);
  }

  private static List<Row> listWherePossible(Connection connection, String query)
      throws SQLException {
    try {
      return list(connection, query);
    } catch (SQLException e) {
      boolean absent = e.getErrorCode() == NO_SUCH_TABLE || e.getErrorCode() == UNKNOWN_TABLE;
      if (absent || SqlErrors.code(e) == ErrorCode.PRIVILEGE_MISSING) {
        return List.of();
      }
      throw e;
    }
  }

  private static String own(String query) {
    return query.replaceAll(
        ":own\\(([A-Za-z_.]+)\\)",
        "$1 NOT IN ('fram', 'mysql', 'sys', 'information_schema', 'performance_schema')");
  }

  private static Map<TableId, String> columns(Connection connection, Flavor flavor)
      throws SQLException {
    Map<TableId, String> found = new HashMap<>();
    Sql.list(
            connection,
            own(TableQueries.columns(flavor)),
            row ->
                Map.entry(
                    new TableId(row.getString(1), row.getString(2)),
                    Optional.ofNullable(row.getString(3)).orElse("")))
        .forEach(entry -> found.put(entry.getKey(), entry.getValue()));
    return found;
  }

  private static String sequence(Connection connection, Row sequence) throws SQLException {
    return Sql.text(
        connection,
        "SELECT CONCAT_WS(' ', minimum_value, maximum_value, start_value, increment, cache_size,"
            + " cycle_option) FROM "
            + Quoting.table(new TableId(sequence.database(), sequence.name())));
  }

  private ObjectFact fact(Row row) {
    TableId owner = new TableId(row.database(), row.owner());
    boolean holdsRows = row.kind().equals("table");
    Optional<String> out =
        row.owner().isEmpty() ? Optional.empty() : scope.leftOutBy(owner).or(() -> option(row));
    return new ObjectFact(
        new ObjectFact.Id(row.kind(), row.database(), named(row)),
        row.text().isEmpty() ? "" : hash(row.text()),
        holdsRows ? Optional.of(owner) : Optional.empty(),
        row.due(),
        row.database().isEmpty() ? Reach.SERVER : Reach.DATABASE,
        out);
  }

  /** What is said of an object has its object's whole name already. */
  private static String named(Row row) {
    boolean whole =
        switch (row.kind()) {
          case "database", "comment", "definer" -> true;
          default -> row.database().isEmpty();
        };
    return whole ? row.name() : row.database() + "." + row.name();
  }

  private Optional<String> option(Row row) {
    return row.kind().equals("definer") && options.contains(SchemaOption.NO_OWNER)
        ? Optional.of("--no-owner")
        : Optional.empty();
  }

  /** A database without a table that comes along is not made, unless it has no table at all. */
  private List<ObjectFact> databases(Connection connection) throws SQLException {
    Map<String, List<TableId>> tables = new TreeMap<>();
    Sql.list(
            connection,
            "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES"
                + " WHERE TABLE_TYPE <> 'VIEW'",
            row -> new TableId(row.getString(1), row.getString(2)))
        .forEach(id -> tables.computeIfAbsent(id.schema(), s -> new ArrayList<>()).add(id));
    List<ObjectFact> found = new ArrayList<>();
    for (Row row : list(connection, TableQueries.DATABASES)) {
      if (catalog.coversDatabase(row.database())) {
        List<TableId> in = tables.getOrDefault(row.database(), List.of());
        boolean none = !in.isEmpty() && in.stream().noneMatch(scope::covers);
        ObjectFact fact = fact(row);
        found.add(
            new ObjectFact(
                fact.id(),
                fact.definition(),
                Optional.empty(),
                fact.due(),
                fact.reach(),
                none ? scope.leftOutBy(in.getFirst()) : Optional.empty()));
      }
    }
    return found;
  }

  private List<ObjectFact> accounts(Connection connection) throws SQLException {
    if (!options.contains(SchemaOption.WITH_USERS)) {
      return List.of(
          new ObjectFact(
              new ObjectFact.Id("account", "", "all accounts, roles and grants"),
              "",
              Optional.empty(),
              Due.WITH_THE_INDEXES,
              Reach.SERVER,
              Optional.of("--users is not set")));
    }
    try {
      return AccountFacts.read(
          connection,
          options.contains(SchemaOption.NO_PRIVILEGES)
              ? Optional.of("--no-privileges")
              : Optional.empty());
    } catch (SQLException e) {
      if (SqlErrors.code(e) == ErrorCode.PRIVILEGE_MISSING) {
        return List.of();
      }
      throw e;
    }
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
