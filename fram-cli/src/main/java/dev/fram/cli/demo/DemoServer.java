// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.demo;

import dev.fram.api.model.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** One of the demo's two servers, whatever its product. Any thread; closed by the demo's. */
interface DemoServer extends AutoCloseable {

  int port();

  /** What the migration moves, with the password. */
  Endpoint endpoint();

  /** The same for a person, without. */
  String uri();

  String user();

  String password();

  /** A connection of the application; the caller closes it. */
  Connection connect() throws SQLException;

  /** A connection that gets in also when the application may not. */
  Connection administer() throws SQLException;

  /** The same that sees the server as it is now for as long as it is open. */
  Connection snapshot() throws SQLException;

  /** Makes the workload's tables and objects with so many rows in the large one. */
  void load(long rows) throws SQLException;

  /** Every table's content as one line, read without anything of the engine's. */
  Map<String, String> contents(Connection connection) throws SQLException;

  @Override
  void close();
}
