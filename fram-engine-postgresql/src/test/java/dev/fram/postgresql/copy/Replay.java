// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.copy;

import dev.fram.api.change.FeedEvent;
import dev.fram.postgresql.feed.TransactionHeader;
import dev.fram.postgresql.pgoutput.PgOutput;
import dev.fram.postgresql.pgoutput.Relation;
import dev.fram.postgresql.pgoutput.RowMessage;
import dev.fram.postgresql.pgoutput.Tuple;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The table app.item in memory, and decoded changes applied to it strictly: an INSERT must not find
 * its key, UPDATE and DELETE must. Written apart from the engine's applier on purpose.
 */
final class Replay {
  private final Map<String, List<@Nullable String>> rows;
  private final List<String> problems = new ArrayList<>();

  /** Which transactions are applied. */
  interface Rule {
    boolean applies(long xid, long commitLsn);
  }

  private Replay(Map<String, List<@Nullable String>> rows) {
    this.rows = rows;
  }

  static Replay read(Connection connection) throws SQLException {
    Map<String, List<@Nullable String>> rows = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT writer, id, version, amount, body, wide FROM app.item")) {
      int columns = row.getMetaData().getColumnCount();
      int writer = row.findColumn("writer");
      int id = row.findColumn("id");
      while (row.next()) {
        List<@Nullable String> values = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          values.add(row.getString(i));
        }
        rows.put(row.getString(writer) + "/" + row.getString(id), values);
      }
    }
    return new Replay(rows);
  }

  Replay copy() {
    return new Replay(new HashMap<>(rows));
  }

  void apply(List<FeedEvent> events, Rule rule) {
    Map<Integer, Relation> relations = new HashMap<>();
    boolean applies = false;
    for (FeedEvent event : events) {
      switch (event) {
        case FeedEvent.Begin begin -> {
          TransactionHeader header = TransactionHeader.decode(begin.payload());
          applies = rule.applies(header.xid(), header.commitLsn());
        }
        case FeedEvent.SchemaChange change -> {
          Relation relation = PgOutput.relation(change.payload());
          relations.put(relation.oid(), relation);
        }
        case FeedEvent.Row row -> {
          if (applies) {
            RowMessage message = PgOutput.row(row.payload());
            change(message, relations.get(message.relation()));
          }
        }
        case FeedEvent.Truncate truncate -> problems.add("a truncate");
        case FeedEvent.Commit commit -> {}
        case FeedEvent.Idle idle -> {}
      }
    }
  }

  List<String> problems() {
    return problems;
  }

  List<String> differences(Replay other) {
    List<String> keys = new ArrayList<>();
    rows.forEach((key, values) -> {
      if (!values.equals(other.rows.get(key))) {
        keys.add(key);
      }
    });
    other.rows.keySet().stream().filter(key -> !rows.containsKey(key)).forEach(keys::add);
    return keys;
  }

  private void change(RowMessage message, Relation relation) {
    switch (message) {
      case RowMessage.Insert insert -> put(key(relation, insert.row()), values(insert.row(), null));
      case RowMessage.Update update -> {
        String old = key(relation, update.old().orElse(update.row()));
        List<@Nullable String> before = remove(old);
        put(key(relation, update.row()), values(update.row(), before));
      }
      case RowMessage.Delete delete -> remove(key(relation, delete.old()));
    }
  }

  private void put(String key, List<@Nullable String> values) {
    if (rows.putIfAbsent(key, values) != null) {
      problems.add("there already: " + key);
    }
  }

  private @Nullable List<@Nullable String> remove(String key) {
    List<@Nullable String> before = rows.remove(key);
    if (before == null) {
      problems.add("missing: " + key);
    }
    return before;
  }

  private static String key(Relation relation, Tuple row) {
    return row.text(relation.indexOf("writer")) + "/" + row.text(relation.indexOf("id"));
  }

  private static List<@Nullable String> values(Tuple row, @Nullable List<@Nullable String> before) {
    List<@Nullable String> values = new ArrayList<>();
    for (int i = 0; i < row.columns(); i++) {
      if (row.isHole(i)) {
        values.add(before == null ? null : before.get(i));
      } else {
        values.add(row.isNull(i) ? null : row.text(i));
      }
    }
    return values;
  }

  static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
