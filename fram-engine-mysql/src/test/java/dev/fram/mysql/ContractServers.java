// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.testkit.contract.EngineFixture;
import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.MySqlVersion;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The contract's two servers as they were before the last test, with an account of its own. */
final class ContractServers implements EngineFixture {
  private static final String DATABASE = "contract";

  private final MySqlServer source;
  private final MySqlServer target;
  private final Engine engine;

  ContractServers(Engine engine, MySqlVersion from, MySqlVersion to) {
    this.engine = engine;
    this.source = RunningServers.source(from);
    this.target = RunningServers.target(to);
    try {
      for (MySqlServer server : new MySqlServer[] {source, target}) {
        open(server);
      }
      source.execute(
          "",
          "CREATE DATABASE contract; CREATE TABLE contract.items (id bigint PRIMARY KEY, v text);"
              + " CREATE USER app@'%' IDENTIFIED BY 'app'; GRANT ALL ON contract.* TO app@'%'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A hand-over closes a server for good. */
  private static void open(MySqlServer server) throws SQLException {
    server.execute(
        "",
        (server.version().mariaDb() ? "" : "SET GLOBAL super_read_only = OFF; ")
            + "SET GLOBAL read_only = OFF; DROP DATABASE IF EXISTS fram;"
            + " DROP DATABASE IF EXISTS contract; DROP USER IF EXISTS app@'%'");
  }

  @Override
  public Engine engine() {
    return engine;
  }

  @Override
  public RouteRequest request() {
    return new RouteRequest(source.endpoint(DATABASE), target.endpoint(""), Scope.all(), Set.of());
  }

  @Override
  public TableId table() {
    return new TableId(DATABASE, "items");
  }

  @Override
  public Transaction begin() {
    try {
      Connection connection =
          DriverManager.getConnection(
              "jdbc:mysql://127.0.0.1:"
                  + source.port()
                  + "/contract?sslMode=DISABLED&allowPublicKeyRetrieval=true",
              "app",
              "app");
      connection.setAutoCommit(false);
      return new Application(connection);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Map<Long, String> readTarget() {
    Map<Long, String> rows = new TreeMap<>();
    try (Connection connection = target.connect(DATABASE);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT id, v FROM items")) {
      while (result.next()) {
        rows.put(result.getLong(1), result.getString(2));
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      open(source);
      open(target);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Application(Connection connection) implements Transaction {
    @Override
    public void insert(long key, String value) {
      execute("INSERT INTO items (v, id) VALUES (?, ?)", value, key);
    }

    @Override
    public void update(long key, String value) {
      execute("UPDATE items SET v = ? WHERE id = ?", value, key);
    }

    @Override
    public void delete(long key) {
      execute("DELETE FROM items WHERE ? IS NOT NULL AND id = ?", "", key);
    }

    private void execute(String sql, String value, long key) {
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setString(1, value);
        statement.setLong(2, key);
        statement.executeUpdate();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void commit() {
      try {
        connection.commit();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      try (connection) {
        connection.rollback();
      } catch (SQLException e) {
        // Closing the source for good ends the application's sessions.
        if (!"08".equals(String.valueOf(e.getSQLState()).substring(0, 2))) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
