// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.copy;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.CopiedChunk;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Scope;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.mysql.catalog.Catalog;
import dev.fram.mysql.catalog.CatalogTable;
import dev.fram.mysql.connection.Connector;
import dev.fram.mysql.journal.MySqlJournal;
import dev.fram.testkit.server.MySqlServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Two servers with the same database, the target's journal, and a copier between them. */
final class CopyRig implements AutoCloseable {
  static final String DATABASE = "shop";

  final MySqlServer from;
  final MySqlServer to;
  final Connector source;
  final Connector target;
  final Catalog catalog = new Catalog(Scope.all(), List.of(DATABASE));
  final MySqlCopier copier;

  CopyRig(MySqlServer from, MySqlServer to) throws SQLException {
    this.from = from;
    this.to = to;
    for (MySqlServer server : List.of(from, to)) {
      server.dropDatabase(DATABASE);
      server.createDatabase(DATABASE);
    }
    to.dropDatabase("fram");
    source = new Connector(from.endpoint(""), "source");
    target = new Connector(to.endpoint(""), "target");
    try (MySqlJournal journal = new MySqlJournal(target)) {
      journal.create(
          new MigrationRecord(MigrationId.random(new Random(1)), "s", "{}", "PLANNED", "{}", 1));
    }
    copier = new MySqlCopier(source, target, 1);
  }

  /** Runs the same on both servers. */
  void both(String... statements) throws SQLException {
    for (MySqlServer server : List.of(from, to)) {
      run(server, statements);
    }
  }

  void source(String... statements) throws SQLException {
    run(from, statements);
  }

  static void run(MySqlServer server, String... statements) throws SQLException {
    try (Connection connection = server.connect(DATABASE);
        Statement statement = connection.createStatement()) {
      statement.execute("SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO'");
      statement.execute("SET time_zone = '+00:00'");
      statement.execute("SET NAMES utf8mb4");
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  static TableId id(String name) {
    return new TableId(DATABASE, name);
  }

  CatalogTable look(String name) throws SQLException {
    Connection connection = source.open("test");
    try {
      return Catalog.table(connection, id(name)).orElseThrow();
    } finally {
      Connector.abort(connection);
    }
  }

  Table table(String name, Optional<String> bond) throws SQLException {
    return look(name).toTable(bond);
  }

  MySqlSnapshot snapshot(Table... tables) {
    return snapshot(SnapshotLock.TABLES, List.of(tables));
  }

  MySqlSnapshot snapshot(SnapshotLock lock, List<Table> tables) {
    return MySqlSnapshot.open(source, catalog, tables, lock, new Random(3));
  }

  /** Copies a table under a snapshot of its own, in chunks of that size. */
  List<CopiedChunk> copy(String name, long chunkBytes) throws SQLException {
    Table table = table(name, Optional.empty());
    copier.empty(table.id());
    List<CopiedChunk> copied = new ArrayList<>();
    try (MySqlSnapshot snapshot = snapshot(table)) {
      for (Chunk chunk : snapshot.chunks(table, chunkBytes)) {
        copied.add(copier.copy(chunk, snapshot, bytes -> {}));
      }
      snapshot.verifyPinned(table.id());
    }
    return copied;
  }

  /** Every row as text, sorted by the server. */
  static List<String> rows(MySqlServer server, String query) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = server.connect(DATABASE);
        Statement statement = connection.createStatement()) {
      statement.execute("SET time_zone = '+00:00'");
      try (ResultSet result = statement.executeQuery(query)) {
        int columns = result.getMetaData().getColumnCount();
        while (result.next()) {
          StringBuilder row = new StringBuilder();
          for (int i = 1; i <= columns; i++) {
            row.append(result.getString(i)).append('|');
          }
          rows.add(row.toString());
        }
      }
    }
    return rows;
  }

  @Override
  public void close() {
    copier.close();
    source.closeAll();
    target.closeAll();
  }
}
