// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.model.TableId;
import java.nio.charset.StandardCharsets;
import java.util.NavigableMap;

/** One change. Names and values must not contain a vertical bar. */
record MemoryOp(Kind kind, TableId table, long key, String value) {
  enum Kind {
    INSERT,
    UPDATE,
    DELETE,
    TRUNCATE,
    /** A change of the schema that changes every row: doing it twice, or too early, is seen. */
    STATEMENT
  }

  void apply(NavigableMap<Long, String> content) {
    switch (kind) {
      case INSERT, UPDATE -> content.put(key, value);
      case DELETE -> content.remove(key);
      case TRUNCATE -> content.clear();
      case STATEMENT -> content.replaceAll((k, v) -> v + "*");
    }
  }

  byte[] encode() {
    return String.join("|", kind.name(), table.schema(), table.name(), Long.toString(key), value)
        .getBytes(StandardCharsets.UTF_8);
  }

  static MemoryOp decode(byte[] payload) {
    String[] parts = new String(payload, StandardCharsets.UTF_8).split("\\|", -1);
    return new MemoryOp(
        Kind.valueOf(parts[0]),
        new TableId(parts[1], parts[2]),
        Long.parseLong(parts[3]),
        parts[4]);
  }
}
