// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.data;

import dev.fram.testkit.server.MySqlServer;
import dev.fram.testkit.server.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;

/** A target of one follower. */
public sealed interface TargetServer extends AutoCloseable {
  long pid();

  /** As its administrator, in the database; the caller closes it. */
  Connection connect() throws SQLException;

  @Override
  void close();

  /** PostgreSQL. */
  record Postgres(PostgresServer server) implements TargetServer {
    @Override
    public long pid() {
      return server.pid();
    }

    @Override
    public Connection connect() throws SQLException {
      return server.connect(DataSet.DATABASE);
    }

    @Override
    public void close() {
      server.close();
    }
  }

  /** MySQL. */
  record MySql(MySqlServer server) implements TargetServer {
    @Override
    public long pid() {
      return server.pid();
    }

    @Override
    public Connection connect() throws SQLException {
      return server.connect(DataSet.DATABASE);
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
