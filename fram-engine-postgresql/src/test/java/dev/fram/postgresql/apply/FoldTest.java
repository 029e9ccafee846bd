// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.postgresql.pgoutput.Tuple;
import dev.fram.postgresql.pgoutput.TupleSamples;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What a fold comes to is what a naive replay of the same history comes to. */
class FoldTest {
  private static final String HOLE = TupleSamples.HOLE;
  private static final int[] COLUMNS = {0, 1, 2};

  /** A table of three columns, the first its key. */
  private static final class Rows extends HashMap<String, List<String>> {
    void insert(Tuple row) {
      assertThat(put(row.text(0), values(row))).as("inserted over a row").isNull();
    }

    void delete(Tuple old) {
      assertThat(remove(old.text(0))).as("deleted nothing").isNotNull();
    }

    void update(Tuple old, Tuple row) {
      List<String> before = remove(old.text(0));
      assertThat(before).as("updated nothing").isNotNull();
      List<String> after = new ArrayList<>(values(row));
      for (int i = 0; i < after.size(); i++) {
        if (after.get(i).equals(HOLE)) {
          after.set(i, before.get(i));
        }
      }
      assertThat(put(row.text(0), after)).as("moved onto a row").isNull();
    }

    private static List<String> values(Tuple row) {
      List<String> values = new ArrayList<>();
      for (int column : COLUMNS) {
        values.add(row.isHole(column) ? HOLE : row.text(column));
      }
      return values;
    }
  }

  @Property(tries = 5000)
  void aFoldIsAReplay(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int length) {
    Random random = new Random(seed);
    Rows start = new Rows();
    for (int key = 0; key < 6; key++) {
      if (random.nextBoolean()) {
        start.insert(TupleSamples.of("k" + key, "old" + key, "big" + key));
      }
    }
    Rows replayed = copy(start);
    List<RowOp> history = history(random, replayed, length);
    Optional<Net> net = Fold.of(history, row -> row.rawText(0), COLUMNS);
    assertThat(net).isPresent();
    assertThat(written(start, net.get())).isEqualTo(replayed);
  }

  /** All rows leave before any arrives, as in one UPDATE statement whose constraint is deferred. */
  private static Rows written(Rows start, Net net) {
    Rows rows = copy(start);
    net.deletes().forEach(rows::delete);
    List<Tuple> finals = new ArrayList<>();
    for (RowOp.Update update : net.updates()) {
      List<String> before = rows.remove(update.old().text(0));
      assertThat(before).isNotNull();
      finals.add(update.row().filledFrom(TupleSamples.of(before.toArray(new String[0])), COLUMNS));
    }
    finals.forEach(rows::insert);
    net.inserts().forEach(rows::insert);
    return rows;
  }

  private static List<RowOp> history(Random random, Rows rows, int length) {
    List<RowOp> history = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      String key = "k" + random.nextInt(6);
      String other = "k" + random.nextInt(6);
      if (!rows.containsKey(key)) {
        Tuple row = TupleSamples.of(key, "a" + i, "b" + i);
        history.add(new RowOp.Insert(row));
        rows.insert(row);
      } else if (random.nextInt(3) == 0) {
        Tuple old = TupleSamples.of(key, null, null);
        history.add(new RowOp.Delete(old));
        rows.delete(old);
      } else {
        String to = rows.containsKey(other) ? key : other;
        Tuple row = TupleSamples.of(to, "u" + i, random.nextBoolean() ? HOLE : "v" + i);
        Tuple old = to.equals(key) ? row : TupleSamples.of(key, null, null);
        history.add(new RowOp.Update(old, row));
        rows.update(old, row);
      }
    }
    return history;
  }

  @Property(tries = 500)
  void contradictionsAreNotFolded(@ForAll @IntRange(min = 0, max = 3) int kind) {
    Tuple row = TupleSamples.of("k", "a", "b");
    Tuple other = TupleSamples.of("m", "a", "b");
    List<RowOp> ops =
        switch (kind) {
          case 0 -> List.of(new RowOp.Insert(row), new RowOp.Insert(row));
          case 1 -> List.of(new RowOp.Delete(row), new RowOp.Delete(row));
          case 2 -> List.of(new RowOp.Delete(row), new RowOp.Update(row, row));
          default -> List.of(new RowOp.Insert(other), new RowOp.Update(row, other));
        };
    assertThat(Fold.of(ops, each -> each.rawText(0), COLUMNS)).isEmpty();
  }

  private static Rows copy(Map<String, List<String>> rows) {
    Rows copy = new Rows();
    copy.putAll(rows);
    return copy;
  }
}
