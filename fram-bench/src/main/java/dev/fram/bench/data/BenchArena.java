// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.data;

import dev.fram.bench.measure.Arena;
import dev.fram.bench.tool.FramEndpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Two servers of one product with the data set on the first of them. */
public sealed interface BenchArena extends Arena, AutoCloseable permits PostgresArena, MySqlArena {
  /** {@code postgresql} or {@code mysql}. */
  String engine();

  FramEndpoints endpoints();

  /** What the scripts of other tools find in their environment; no secret is among it. */
  Map<String, String> environment();

  /** An empty folder for one run of a tool. */
  Path freshFolder() throws IOException;

  @Override
  void close();
}
