// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The default data set: pgbench's tables, a wide table of many types with secondary indexes, and a
 * table with a uuid as its key. The SQL makes the same rows each time.
 */
public final class DataSet {
  /** The database that is moved. */
  public static final String DATABASE = "shop";

  /** Its tables, the largest first. */
  public static final List<String> TABLES =
      List.of("accounts", "events", "documents", "history", "tellers", "branches", "marker");

  private DataSet() {}

  static String sql(String engine, int scale) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(DataSet.class.getResourceAsStream(engine + ".sql"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("${scale}", Integer.toString(scale));
    }
  }
}
