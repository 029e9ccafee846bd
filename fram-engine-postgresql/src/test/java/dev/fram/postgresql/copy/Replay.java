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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The table app.item in memory, and decoded changes applied to it strictly: an INSERT must not find
 * its key, UPDATE and DELETE must. Written apart from the engine's applier on purpose.
 */
final class Replay {
  /** A value that the source did not send and the copy did not have. */
  private static final String UNSENT = "(not sent)";

  private final Map<Key, List<@Nullable String>> rows;
  private final List<String> problems = new ArrayList<>();

  /** A row's key. */
  record Key(int writer, long id) {}

  /** Which changes are applied, by their transaction and the key of the row. */
  interface Rule {
    boolean applies(TransactionHeader transaction, Key key);
  }

  /** Where a row is taken from; which must be the same for all rows with one id. */
  interface Part {
    boolean has(Key key);
  }

  private Replay(Map<Key, List<@Nullable String>> rows) {
    this.rows = rows;
  }

  /**
   * @param known rows that were read before: many snapshots share most of them
   */
  static Replay read(
      Connection connection, Map<List<@Nullable String>, List<@Nullable String>> known)
      throws SQLException {
    Map<Key, List<@Nullable String>> rows = new HashMap<>();
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
        Key key = new Key(row.getInt(writer), row.getLong(id));
        rows.put(key, known.computeIfAbsent(values, first -> first));
      }
    }
    return new Replay(rows);
  }

  Replay copy() {
    return new Replay(new HashMap<>(rows));
  }

  /** Adds the rows of another snapshot that belong to a part. */
  void add(Replay other, Part part) {
    other.rows.forEach((key, values) -> {
      if (part.has(key)) {
        rows.put(key, values);
      }
    });
  }

  static Replay empty() {
    return new Replay(new HashMap<>());
  }

  List<Long> ids() {
    return rows.keySet().stream().map(Key::id).sorted().toList();
  }

  void apply(List<FeedEvent> events, Rule rule) {
    Map<Integer, Relation> relations = new HashMap<>();
    TransactionHeader header = new TransactionHeader(0, 0);
    for (FeedEvent event : events) {
      switch (event) {
        case FeedEvent.Begin begin -> header = TransactionHeader.decode(begin.payload());
        case FeedEvent.SchemaChange change -> {
          Relation relation = PgOutput.relation(change.payload());
          relations.put(relation.oid(), relation);
        }
        case FeedEvent.Row row -> {
          RowMessage message = PgOutput.row(row.payload());
          change(message, relations.get(message.relation()), header, rule);
        }
        case FeedEvent.Truncate truncate -> problems.add("a truncate");
        case FeedEvent.Statement statement -> problems.add("a statement");
        case FeedEvent.Commit commit -> {}
        case FeedEvent.Idle idle -> {}
      }
    }
  }

  List<String> problems() {
    return problems;
  }

  List<Key> differences(Replay other) {
    List<Key> keys = new ArrayList<>();
    rows.forEach((key, values) -> {
      List<@Nullable String> theirs = other.rows.get(key);
      if (theirs == null || !same(values, theirs)) {
        keys.add(key);
      }
    });
    other.rows.keySet().stream().filter(key -> !rows.containsKey(key)).forEach(keys::add);
    return keys;
  }

  private void change(RowMessage message, Relation relation, TransactionHeader header, Rule rule) {
    switch (message) {
      case RowMessage.Insert insert -> {
        Key key = key(relation, insert.row());
        if (rule.applies(header, key)) {
          put(key, values(insert.row(), null));
        }
      }
      case RowMessage.Update update -> {
        Key old = key(relation, update.old().orElse(update.row()));
        Key key = key(relation, update.row());
        List<@Nullable String> before = rule.applies(header, old) ? remove(old) : null;
        if (rule.applies(header, key)) {
          put(key, values(update.row(), before));
        }
      }
      case RowMessage.Delete delete -> {
        Key key = key(relation, delete.old());
        if (rule.applies(header, key)) {
          remove(key);
        }
      }
    }
  }

  private void put(Key key, List<@Nullable String> values) {
    if (rows.putIfAbsent(key, values) != null) {
      problems.add("there already: " + key);
    }
  }

  private @Nullable List<@Nullable String> remove(Key key) {
    List<@Nullable String> before = rows.remove(key);
    if (before == null) {
      problems.add("missing: " + key);
    }
    return before;
  }

  private static Key key(Relation relation, Tuple row) {
    return new Key(
        Integer.parseInt(row.text(relation.indexOf("writer"))),
        Long.parseLong(row.text(relation.indexOf("id"))));
  }

  /** A row that moves between chunks with a value that was not sent makes the engine copy again. */
  private static List<@Nullable String> values(Tuple row, @Nullable List<@Nullable String> before) {
    List<@Nullable String> values = new ArrayList<>();
    for (int i = 0; i < row.columns(); i++) {
      if (row.isHole(i)) {
        values.add(before == null ? UNSENT : before.get(i));
      } else {
        values.add(row.isNull(i) ? null : row.text(i));
      }
    }
    return values;
  }

  private static boolean same(List<@Nullable String> ours, List<@Nullable String> theirs) {
    for (int i = 0; i < ours.size(); i++) {
      if (!UNSENT.equals(ours.get(i)) && !Objects.equals(ours.get(i), theirs.get(i))) {
        return false;
      }
    }
    return ours.size() == theirs.size();
  }

  /** How many rows lack a value that was not sent. */
  long incomplete() {
    return rows.values().stream().filter(values -> values.contains(UNSENT)).count();
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
