// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.workload;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Knows what a stopped workload wrote, and judges a server by it: each acknowledged transaction by
 * its own row, and each row of the writers by its version. Any thread, one check at a time.
 */
public final class Oracle {
  private static final int EXAMPLES = 20;

  private final List<WriterBook> books;

  Oracle(List<WriterBook> books) {
    this.books = List.copyOf(books);
  }

  /** Compares in one read-only snapshot; the server may be written to by others meanwhile. */
  public OracleReport check(ConnectionProvider server) throws SQLException {
    try (Connection connection = server.connect()) {
      connection.setAutoCommit(false);
      connection.setReadOnly(true);
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      Tally tally = new Tally();
      for (WriterBook book : books) {
        tally.compare(book, WriterBook.read(connection, book.writer, book.stride));
      }
      connection.rollback();
      return tally.report();
    }
  }

  /** The sums over the writers of one check. */
  private static final class Tally {
    private final List<String> examples = new ArrayList<>();
    private long acknowledged;
    private long found;
    private long unexpected;
    private long unknown;
    private long unknownPresent;
    private long wrongRows;

    void compare(WriterBook known, WriterBook actual) {
      WriterBook expected = known.copy();
      known.unanswered.ifPresent(draft -> {
        unknown++;
        if (actual.committed.get(draft.seq())) {
          unknownPresent++;
          expected.commit(draft);
        }
      });
      acknowledged += known.committed.cardinality();
      BitSet present = (BitSet) known.committed.clone();
      present.and(actual.committed);
      found += present.cardinality();
      BitSet missing = (BitSet) known.committed.clone();
      missing.andNot(actual.committed);
      missing.stream().forEach(seq -> example(known, "transaction " + seq + " is lost"));
      BitSet extra = (BitSet) actual.committed.clone();
      extra.andNot(expected.committed);
      unexpected += extra.cardinality();
      extra.stream().forEach(seq -> example(known, "transaction " + seq + " should not be"));
      compareRows(expected, actual);
    }

    private void compareRows(WriterBook expected, WriterBook actual) {
      compare(expected, "app.item", expected.items, actual.items);
      compare(expected, "app.reading", expected.readings, actual.readings);
      compare(expected, "app.log", expected.log, actual.log);
      compare(expected, "app.everything", expected.awkward, actual.awkward);
      compare(expected, "app.sbtest1", expected.sbtest, actual.sbtest);
      compare(expected, "app.item_changes", expected.changes, actual.changes);
      compare(expected, "app.audit", expected.audited, actual.audited);
    }

    private void compare(WriterBook book, String counter, long expected, long actual) {
      compare(book, counter, Map.of("rows", expected), Map.of("rows", actual));
    }

    private <K, V> void compare(
        WriterBook book, String table, Map<K, V> expected, Map<K, V> actual) {
      Set<K> keys = new HashSet<>(expected.keySet());
      keys.addAll(actual.keySet());
      for (K key : keys) {
        if (!Objects.equals(expected.get(key), actual.get(key))) {
          wrongRows++;
          example(
              book,
              table + " " + key + " is " + actual.get(key) + " instead of " + expected.get(key));
        }
      }
    }

    private void example(WriterBook book, String text) {
      if (examples.size() < EXAMPLES) {
        examples.add("writer " + book.writer + ": " + text);
      }
    }

    OracleReport report() {
      return new OracleReport(
          acknowledged,
          found,
          acknowledged - found,
          unexpected,
          unknown,
          unknownPresent,
          wrongRows,
          List.copyOf(examples));
    }
  }
}
