// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.digest;

import dev.fram.api.model.TableId;
import dev.fram.postgresql.connection.Sql;
import dev.fram.postgresql.key.RowKey;
import dev.fram.postgresql.key.ServerText;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the rows with certain keys lie in a table's storage. A place is good for as long as the
 * transaction that has asked: in a snapshot rows stay where they are, and so they do under a lock.
 * Stateless.
 */
public final class KeyedRows {
  /** What is to be done with the rows. */
  public enum Reading {
    PLAIN,
    /** Nobody else changes or moves them until the transaction ends. */
    LOCKED
  }

  private record Row(String place, String key) {}

  private KeyedRows() {}

  /**
   * The places of the rows with exactly these keys. Within a transaction, whose settings for
   * planning change.
   */
  public static List<String> places(
      Connection connection, TableId table, RowKey key, Collection<String> keys, Reading reading)
      throws SQLException {
    KeyLookup lookup = KeyLookup.of(connection, table, key);
    lookup.byIndex(connection);
    ServerText form = ServerText.of(connection);
    String sql =
        "SELECT t.ctid::text, "
            + form.bytes(key.sql("t"))
            + lookup.from(form)
            + switch (reading) {
              case PLAIN -> "";
              case LOCKED -> " FOR UPDATE OF t";
            };
    // What the index calls equal may be written otherwise, and is another row.
    Set<String> exactly = new HashSet<>(keys);
    return Sql.list(
            connection,
            sql,
            row -> new Row(row.getString(1), ServerText.decode(ByteBuffer.wrap(row.getBytes(2)))),
            lookup.parameters(List.copyOf(exactly)))
        .stream()
        .filter(row -> exactly.contains(row.key()))
        .map(Row::place)
        .distinct()
        .toList();
  }
}
