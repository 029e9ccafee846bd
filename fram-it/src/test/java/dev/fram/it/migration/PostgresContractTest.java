// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.migration;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.model.Scope;
import dev.fram.api.model.TableId;
import dev.fram.testkit.contract.EngineContract;
import dev.fram.testkit.contract.EngineFixture;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The PostgreSQL engine keeps the contract, on real servers. */
final class PostgresContractTest extends EngineContract {
  private static final TableId TABLE = new TableId("public", "items");

  @Override
  protected EngineFixture fixture() {
    try {
      return new Fixture(ServerPair.of(PostgresVersion.V15, PostgresVersion.V18));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Fixture implements EngineFixture {
    private final ServerPair pair;
    private final String database;

    Fixture(ServerPair pair) throws SQLException {
      this.pair = pair;
      this.database = pair.freshDatabase("contract");
      try (Connection source = pair.source().connect(database);
          Statement statement = source.createStatement()) {
        statement.execute("CREATE TABLE items (id bigint PRIMARY KEY, v text)");
      }
    }

    @Override
    public Engine engine() {
      return Move.engine("postgresql");
    }

    @Override
    public RouteRequest request() {
      return new RouteRequest(
          pair.sourceEndpoint(database), pair.targetEndpoint(database), Scope.all(), Set.of());
    }

    @Override
    public TableId table() {
      return TABLE;
    }

    @Override
    public Transaction begin() {
      try {
        Connection connection = pair.source().connect(database);
        connection.setAutoCommit(false);
        return new Tx(connection);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Map<Long, String> readTarget() {
      Map<Long, String> rows = new TreeMap<>();
      try (Connection target = pair.target().connect(database);
          Statement statement = target.createStatement();
          ResultSet result = statement.executeQuery("SELECT id, v FROM items")) {
        while (result.next()) {
          rows.put(result.getLong(1), result.getString(2));
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      return rows;
    }

    /** The slot would keep the server's log for ever. */
    @Override
    public void close() {
      try (Connection source = pair.source().connect(database);
          Statement statement = source.createStatement()) {
        statement.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                + " WHERE database = current_database() AND NOT active");
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private record Tx(Connection connection) implements EngineFixture.Transaction {
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
      execute("DELETE FROM items WHERE ?::text IS NOT NULL AND id = ?", "", key);
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
        throw new IllegalStateException(e);
      }
    }
  }
}
