// SPDX-License-Identifier: Apache-2.0
package dev.fram.bench.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** What is moved. The SQL makes the same rows each time. */
public enum DataSet {
  /**
   * pgbench's tables, a wide table of many types with secondary indexes, and a table with a uuid as
   * its key.
   */
  SHOP("", List.of("accounts", "events", "documents", "history", "tellers", "branches", "marker")),

  /** Five thousand small tables. */
  TABLES(
      "-tables",
      IntStream.iterate(1, i -> i <= 5_000, i -> i + 500).mapToObj(i -> "t" + i).toList());

  /** The database that is moved. */
  public static final String DATABASE = "shop";

  private final String file;
  private final List<String> tables;

  DataSet(String file, List<String> tables) {
    this.file = file;
    this.tables = tables;
  }

  /** Those whose rows are counted in the end, the largest first; of the shop it is all of them. */
  public List<String> tables() {
    return tables;
  }

  String sql(String engine, int scale) throws IOException {
    return resource(engine + file, scale);
  }

  /** The procedures that write to the shop. */
  static String writes(String engine, int scale) throws IOException {
    return resource(engine + "-writes", scale);
  }

  private static String resource(String name, int scale) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(DataSet.class.getResourceAsStream(name + ".sql"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replace("${scale}", Integer.toString(scale));
    }
  }
}
