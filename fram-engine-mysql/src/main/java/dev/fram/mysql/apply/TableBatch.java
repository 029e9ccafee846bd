// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.apply;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.mysql.binlog.RowChange;
import dev.fram.mysql.binlog.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One table's changes of one flush, folded by key (ALGORITHMS C2), and the statements that write
 * them in one of three ways. Owned by the applier's thread; used for one flush.
 */
final class TableBatch {
  /** How the changes are written; each later one succeeds in more cases, and costs more. */
  enum Level {
    /**
     * Deletes, updates of many rows at a time, inserts: not when a row is already as it shall be.
     */
    TOGETHER,
    /** Deletes, updates one by one, inserts: not when rows swap what is unique. */
    FOLDED,
    /** Every touched row goes, every final row comes: what is unique cannot be in its own way. */
    REPLACED,
    /** Row by row, as the source did it. */
    IN_ORDER
  }

  /** Whether the table's copy is behind us, so that every row must be as the log says. */
  enum Mode {
    STRICT,
    IN_WINDOW
  }

  /** With fewer updates a statement for all of them has no advantage. */
  private static final int FEWEST = 2;

  private final TargetTable table;
  private final Mode mode;
  private final List<RowChange> changes = new ArrayList<>();
  private final Map<List<Value>, Net> fold = new LinkedHashMap<>();
  private Level level = Level.TOGETHER;

  TableBatch(TargetTable table, Mode mode) {
    this.table = table;
    this.mode = mode;
  }

  TargetTable table() {
    return table;
  }

  Level level() {
    return level;
  }

  /**
   * After an update of many rows that were not all as the log says: one by one they show which row
   * it is, or that all is well. Returns false when they have gone that way already.
   */
  boolean separately() {
    boolean more = level == Level.TOGETHER && mode == Mode.STRICT && together();
    if (more) {
      level = Level.FOLDED;
    }
    return more;
  }

  /** After a duplicate. Returns false when there is no other way left. */
  boolean nextLevel() {
    boolean last = level == Level.IN_ORDER;
    level =
        switch (level) {
          case TOGETHER, FOLDED -> Level.REPLACED;
          case REPLACED, IN_ORDER -> Level.IN_ORDER;
        };
    return !last;
  }

  void add(RowChange change) {
    changes.add(change);
    switch (change.op()) {
      case INSERT -> comes(change.after());
      case DELETE -> goes(table.key(change.before()), change.before());
      case UPDATE -> {
        List<Value> key = table.key(change.before());
        if (key.equals(table.key(change.after()))) {
          stays(key, change);
        } else {
          goes(key, change.before());
          comes(change.after());
        }
      }
    }
  }

  private void comes(List<Value> row) {
    List<Value> key = table.key(row);
    Net known = fold.get(key);
    if (known != null && known.now().isPresent() && mode == Mode.STRICT) {
      throw misfit("a row is inserted twice");
    }
    Optional<List<Value>> before = known == null ? Optional.empty() : known.before();
    fold.put(key, new Net(before, Optional.of(row)));
  }

  private void stays(List<Value> key, RowChange change) {
    Net known = fold.get(key);
    if (known != null && known.now().isEmpty() && mode == Mode.STRICT) {
      throw misfit("a row is updated after its deletion");
    }
    Optional<List<Value>> before = known == null ? Optional.of(change.before()) : known.before();
    fold.put(key, new Net(before, Optional.of(change.after())));
  }

  private void goes(List<Value> key, List<Value> row) {
    Net known = fold.get(key);
    if (known != null && known.now().isEmpty() && mode == Mode.STRICT) {
      throw misfit("a row is deleted twice");
    }
    boolean passing = mode == Mode.STRICT && known != null && known.before().isEmpty();
    if (passing) {
      fold.remove(key);
    } else {
      Optional<List<Value>> before = known == null ? Optional.empty() : known.before();
      fold.put(key, new Net(before.or(() -> Optional.of(row)), Optional.empty()));
    }
  }

  private FramException misfit(String what) {
    return new FramException(
        ErrorCode.ROW_DIVERGENCE,
        "The feed does not fit together: in table " + table.id() + " " + what + ".",
        "Report this; nothing was changed.");
  }

  List<Command> commands(int maxBytes) {
    Statements statements = new Statements(table, maxBytes);
    switch (mode) {
      case IN_WINDOW -> {
        switch (level) {
          case TOGETHER, FOLDED, REPLACED -> window(statements);
          case IN_ORDER -> changes.forEach(statements::replay);
        }
      }
      case STRICT -> {
        switch (level) {
          case TOGETHER, FOLDED -> folded(statements);
          case REPLACED -> replaced(statements);
          case IN_ORDER -> changes.forEach(statements::repeat);
        }
      }
    }
    return statements.end();
  }

  private void folded(Statements statements) {
    fold.forEach((key, net) -> {
      if (net.now().isEmpty()) {
        statements.delete(key);
      }
    });
    updates(statements);
    fold.values()
        .forEach(net -> {
          if (net.now().isPresent() && net.before().isEmpty()) {
            statements.insert(net.now().get());
          }
        });
  }

  private void updates(Statements statements) {
    boolean together = level == Level.TOGETHER && together();
    Map<List<Value>, List<Value>> single = new LinkedHashMap<>();
    fold.forEach((key, net) -> {
      if (net.before().isPresent() && net.now().isPresent()) {
        if (together && goesAmongMany(net)) {
          statements.updateAmongMany(net.now().get());
        } else {
          single.put(key, net.now().get());
        }
      }
    });
    single.forEach(statements::update);
  }

  private boolean together() {
    return fold.values().stream().filter(this::goesAmongMany).limit(FEWEST).count() == FEWEST;
  }

  /**
   * Not a row that in the end is what it was: the server would count it as one that is missing. Nor
   * one with a value that strict sessions refuse, for to be refused is a guard's way to tell.
   */
  private boolean goesAmongMany(Net net) {
    return net.changes()
        && table.updateTail().isPresent()
        && table.values(net.now().orElseThrow()) == Command.Values.CHECKED;
  }

  private void replaced(Statements statements) {
    fold.forEach((key, net) -> {
      if (net.before().isPresent()) {
        statements.delete(key);
      }
    });
    fold.values().forEach(net -> net.now().ifPresent(statements::insert));
  }

  private void window(Statements statements) {
    fold.forEach((key, net) -> {
      if (net.now().isEmpty()) {
        statements.deleteIfThere(key);
      }
    });
    fold.values().forEach(net -> net.now().ifPresent(statements::upsert));
  }
}
