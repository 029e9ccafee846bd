// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.postgresql.pgoutput.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Folds the changes of a table by key (ALGORITHMS C2): insert + update = insert, insert + delete =
 * nothing, update + update = one update with the columns of both, update + delete = delete, delete
 * + insert = both (the delete goes first), a key move ends its old key and goes on under the new
 * one. Used for one batch, by one thread.
 */
final class Fold {
  /** A row that was touched: where it came from, and what it is now. */
  private static final class Touched {
    /** Its old state on the target, at least the key; null when it was not there. */
    final @Nullable Tuple origin;

    /** Its new state; null when it is gone. */
    @Nullable Tuple row;

    Touched(@Nullable Tuple origin) {
      this.origin = origin;
    }
  }

  private final Function<Tuple, String> keyOf;
  private final int[] columns;
  private final Set<Touched> touched = new LinkedHashSet<>();
  private final Map<String, Touched> live = new HashMap<>();
  private final Set<String> origins = new HashSet<>();

  private Fold(Function<Tuple, String> keyOf, int[] columns) {
    this.keyOf = keyOf;
    this.columns = columns;
  }

  /**
   * @param keyOf the key of a row
   * @param columns all column numbers
   * @return empty when the changes contradict one another: only one by one can they show where
   */
  static Optional<Net> of(List<RowOp> ops, Function<Tuple, String> keyOf, int[] columns) {
    Fold fold = new Fold(keyOf, columns);
    for (RowOp op : ops) {
      if (!fold.add(op)) {
        return Optional.empty();
      }
    }
    return Optional.of(fold.net());
  }

  private boolean add(RowOp op) {
    return switch (op) {
      case RowOp.Insert insert -> insert(insert.row());
      case RowOp.Update update -> update(update);
      case RowOp.Delete delete -> delete(delete.old());
    };
  }

  private boolean insert(Tuple row) {
    Touched fresh = new Touched(null);
    fresh.row = row;
    touched.add(fresh);
    return live.putIfAbsent(keyOf.apply(row), fresh) == null;
  }

  private boolean update(RowOp.Update update) {
    Touched row = take(update.old());
    if (row == null) {
      return false;
    }
    Tuple before = row.row;
    row.row = before == null ? update.row() : update.row().filledFrom(before, columns);
    return live.putIfAbsent(keyOf.apply(update.row()), row) == null;
  }

  private boolean delete(Tuple old) {
    Touched row = take(old);
    if (row == null) {
      return false;
    }
    if (row.origin == null) {
      touched.remove(row);
    }
    row.row = null;
    return true;
  }

  /** The row that has this key now, taken out from under it; null when there can be none. */
  private @Nullable Touched take(Tuple old) {
    String key = keyOf.apply(old);
    Touched known = live.remove(key);
    if (known != null) {
      return known;
    }
    if (!origins.add(key)) {
      return null;
    }
    Touched fresh = new Touched(old);
    touched.add(fresh);
    return fresh;
  }

  private Net net() {
    List<Tuple> deletes = new ArrayList<>();
    List<RowOp.Update> updates = new ArrayList<>();
    List<Tuple> inserts = new ArrayList<>();
    for (Touched each : touched) {
      Tuple origin = each.origin;
      Tuple row = each.row;
      if (origin == null && row != null) {
        inserts.add(row);
      } else if (origin != null && row == null) {
        deletes.add(origin);
      } else if (origin != null && row != null) {
        updates.add(new RowOp.Update(origin, row));
      }
    }
    return new Net(deletes, updates, inserts);
  }
}
