// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The statements an application could run, each with its effect on the book. One writer's thread;
 * it decides nothing about commits.
 */
final class Operations {
  private static final int MANY_ROWS = 20;

  /** Keeps the rows of app.sbtest1 apart from others in what a transaction has touched. */
  private static final long SBTEST = Long.MIN_VALUE / 2;

  private static final int LOG_VALUES = 40;
  private static final int ZONES = 30;
  private static final int KINDS = 27;

  private final WriterBook book;
  private final RandomGenerator random;

  Operations(WriterBook book, RandomGenerator random) {
    this.book = book;
    this.random = random;
  }

  /** The transaction's own row, by which it can be found whatever became of the answer. */
  void mark(Connection connection, Draft draft) throws SQLException {
    run(
        connection,
        "INSERT INTO app.ledger (writer, seq, kind) VALUES (?, ?, 'tx')",
        book.writer,
        draft.seq());
  }

  /** One random operation. */
  void any(Connection connection, Draft draft) throws SQLException {
    int kind = random.nextInt(KINDS);
    if (kind < 5) {
      insert(connection, draft);
    } else if (kind < 11) {
      update(connection, draft);
    } else if (kind < 13) {
      delete(connection, draft);
    } else if (kind < 15) {
      move(connection, draft);
    } else if (kind < 17) {
      insertAndMoveReading(connection, draft);
    } else if (kind < 19) {
      log(connection, draft);
    } else if (kind < 21) {
      changeAwkwardRow(connection, draft);
    } else if (kind < 23) {
      partlyRolledBack(connection, draft);
    } else if (kind < 24) {
      insertMany(connection, draft);
    } else {
      changeSbtest(connection, draft);
    }
  }

  private void insert(Connection connection, Draft draft) throws SQLException {
    long id = book.takeId();
    int tags = random.nextInt(3);
    run(
        connection,
        "INSERT INTO app.item (writer, id, amount, body, wide)"
            + " VALUES (?, ?, 1.5, 'written by an application', CASE WHEN ? THEN repeat('wide', 1500) END)",
        book.writer,
        id,
        random.nextInt(10) == 0);
    if (tags > 0) {
      String rows =
          IntStream.rangeClosed(1, tags)
              .mapToObj(tag -> "(" + book.writer + ", " + id + ", " + tag + ")")
              .collect(Collectors.joining(", "));
      Dialect.execute(connection, "INSERT INTO app.item_tag (writer, id, tag) VALUES " + rows);
    }
    draft.touch(id);
    draft.add(after -> {
      after.items.put(id, new ItemState(0, tags));
      after.changes++;
    });
  }

  private void update(Connection connection, Draft draft) throws SQLException {
    Optional<Long> picked = pickItem(draft);
    if (picked.isEmpty()) {
      return;
    }
    long id = picked.get();
    boolean leavesWide = random.nextInt(4) > 0;
    String set = leavesWide ? "amount = amount + 1" : "wide = repeat('new wide', 900), body = 'b'";
    one(
        connection,
        "UPDATE app.item SET version = version + 1, " + set + " WHERE writer = ? AND id = ?",
        book.writer,
        id);
    draft.add(after -> {
      after.items.computeIfPresent(id, (key, item) -> item.changed());
      after.changes++;
    });
  }

  private void delete(Connection connection, Draft draft) throws SQLException {
    Optional<Long> picked = pickItem(draft);
    if (picked.isEmpty()) {
      return;
    }
    long id = picked.get();
    one(connection, "DELETE FROM app.item WHERE writer = ? AND id = ?", book.writer, id);
    draft.add(after -> {
      after.items.remove(id);
      after.changes++;
    });
  }

  private void move(Connection connection, Draft draft) throws SQLException {
    Optional<Long> picked = pickItem(draft);
    if (picked.isEmpty()) {
      return;
    }
    long from = picked.get();
    long to = book.takeId();
    one(
        connection,
        "UPDATE app.item SET id = ?, version = version + 1 WHERE writer = ? AND id = ?",
        to,
        book.writer,
        from);
    draft.touch(to);
    draft.add(after -> {
      ItemState item = after.items.remove(from);
      if (item != null) {
        after.items.put(to, item.changed());
      }
      after.changes++;
    });
  }

  private void insertAndMoveReading(Connection connection, Draft draft) throws SQLException {
    long id = book.takeId();
    int zone = random.nextInt(ZONES);
    run(connection, "INSERT INTO app.reading VALUES (?, ?, ?)", book.writer, id, zone);
    draft.add(after -> after.readings.put(id, zone));
    if (book.readings.isEmpty()) {
      return;
    }
    long old = near(book.readings, book.readings.firstKey(), book.readings.lastKey());
    if (draft.touch(-old)) {
      int next = random.nextInt(ZONES);
      one(
          connection,
          "UPDATE app.reading SET zone = ? WHERE writer = ? AND id = ?",
          next,
          book.writer,
          old);
      draft.add(after -> after.readings.put(old, next));
    }
  }

  /** A table without a key: equal rows are changed together. */
  private void log(Connection connection, Draft draft) throws SQLException {
    int added = random.nextInt(LOG_VALUES);
    run(connection, "INSERT INTO app.log VALUES (?, ?, NULL)", book.writer, added);
    draft.add(after -> after.log.merge(added, 1, Integer::sum));
    if (random.nextInt(3) == 0) {
      int from = random.nextInt(LOG_VALUES);
      int to = LOG_VALUES + from;
      run(
          connection,
          "UPDATE app.log SET value = ? WHERE writer = ? AND value = ?",
          to,
          book.writer,
          from);
      draft.add(after -> {
        Integer moved = after.log.remove(from);
        if (moved != null) {
          after.log.merge(to, moved, Integer::sum);
        }
      });
    }
  }

  private void changeAwkwardRow(Connection connection, Draft draft) throws SQLException {
    if (book.awkward.isEmpty()) {
      return;
    }
    int id = near(book.awkward, book.awkward.firstKey(), book.awkward.lastKey());
    if (draft.touch(-id)) {
      one(connection, book.dialect.changeAwkwardRow(), id);
      draft.add(after -> after.awkward.merge(id, 1L, Long::sum));
    }
  }

  private void partlyRolledBack(Connection connection, Draft draft) throws SQLException {
    insert(connection, draft);
    Savepoint savepoint = connection.setSavepoint();
    int mark = draft.savepoint();
    insert(connection, draft);
    update(connection, draft);
    delete(connection, draft);
    if (random.nextBoolean()) {
      connection.rollback(savepoint);
      draft.rollbackTo(mark);
    } else {
      connection.releaseSavepoint(savepoint);
    }
    update(connection, draft);
  }

  private void insertMany(Connection connection, Draft draft) throws SQLException {
    List<Long> ids = new ArrayList<>();
    for (int row = 0; row < MANY_ROWS; row++) {
      long id = book.takeId();
      ids.add(id);
      draft.touch(id);
      draft.add(after -> {
        after.items.put(id, new ItemState(0, 0));
        after.changes++;
      });
    }
    book.dialect.insertMany(connection, book.writer, ids);
  }

  /** What sysbench does: an indexed column, another one, or the row deleted and inserted again. */
  private void changeSbtest(Connection connection, Draft draft) throws SQLException {
    if (book.sbtest.isEmpty()) {
      return;
    }
    long id = near(book.sbtest, book.sbtest.firstKey(), book.sbtest.lastKey());
    if (!draft.touch(SBTEST - id)) {
      return;
    }
    switch (random.nextInt(3)) {
      case 0 -> {
        one(connection, "UPDATE app.sbtest1 SET k = k + 1 WHERE id = ?", id);
        draft.add(after -> after.changeSbtest(id, 1, 1));
      }
      case 1 -> {
        one(connection, "UPDATE app.sbtest1 SET c = CONCAT(k, ' ', pad) WHERE id = ?", id);
        draft.add(after -> after.changeSbtest(id, 0, 1));
      }
      default -> {
        one(connection, "DELETE FROM app.sbtest1 WHERE id = ?", id);
        int k = book.sbtest.getOrDefault(id, 0) + 100;
        run(connection, "INSERT INTO app.sbtest1 VALUES (?, ?, 'again', 'and again')", id, k);
        draft.add(after -> after.changeSbtest(id, 100, 2));
      }
    }
  }

  private Optional<Long> pickItem(Draft draft) {
    if (book.items.isEmpty()) {
      return Optional.empty();
    }
    boolean loaded = random.nextInt(3) == 0;
    SortedMap<Long, ItemState> half =
        loaded
            ? book.items.headMap(WorkloadSchema.OWN_IDS)
            : book.items.tailMap(WorkloadSchema.OWN_IDS);
    if (half.isEmpty()) {
      return Optional.empty();
    }
    long id = near(book.items, half.firstKey(), half.lastKey());
    return draft.touch(id) ? Optional.of(id) : Optional.empty();
  }

  private long near(NavigableMap<Long, ?> rows, long first, long last) {
    Long found = rows.ceilingKey(first + (long) (random.nextDouble() * (last - first)));
    return found == null ? last : found;
  }

  private int near(NavigableMap<Integer, ?> rows, int first, int last) {
    Integer found = rows.ceilingKey(first + random.nextInt(last - first + 1));
    return found == null ? last : found;
  }

  /** A row that was acknowledged must be there: if not, the server that is asked has lost it. */
  private static void one(Connection connection, String sql, Object... values) throws SQLException {
    int hit = run(connection, sql, values);
    if (hit != 1) {
      throw new SQLException(hit + " rows instead of one: " + sql, Writer.ROW_LOST);
    }
  }

  private static int run(Connection connection, String sql, Object... values) throws SQLException {
    return Dialect.update(connection, sql, values);
  }
}
