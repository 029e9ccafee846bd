// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.data;

import dev.fram.bench.measure.Arena;
import dev.fram.bench.tool.FramEndpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** Two servers of one product with the data set on the first of them. */
public sealed interface BenchArena extends Arena, AutoCloseable permits PostgresArena, MySqlArena {
  /** {@code postgresql} or {@code mysql}. */
  String engine();

  /** A session in the database on the source, as an application's; the caller closes it. */
  Connection connectSource() throws SQLException;

  /** From the source to the target of the arena. */
  FramEndpoints endpoints();

  /** From the source to another target. */
  FramEndpoints endpoints(TargetServer other);

  /** The target of the arena as one of several. */
  TargetServer first();

  /** A further empty one. */
  TargetServer another() throws SQLException;

  /** Writes to the source, and then the mark: the last change of all. */
  void write(Workload workload, int transactions, long mark) throws SQLException;

  /** What the scripts of other tools find in their environment; no secret is among it. */
  Map<String, String> environment();

  /** An empty folder for one run of a tool. */
  Path freshFolder() throws IOException;

  @Override
  void close();
}
