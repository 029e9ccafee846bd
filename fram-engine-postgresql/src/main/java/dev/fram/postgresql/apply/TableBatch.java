// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import java.util.ArrayList;
import java.util.List;

/**
 * The changes of one table that are written together, in their order. Owned by the applier's thread
 * until it is handed to the one that writes it.
 */
final class TableBatch {
  /** How the changes are written; each way can do more and is slower than the one before it. */
  enum Level {
    /** Folded by key: all deletes, all updates, all inserts. */
    SETS,
    /** Every touched row out, then every final state in: unique values may have been swapped. */
    REPLACE,
    /** One by one, as the source did it. */
    ONE_BY_ONE
  }

  private final Layout layout;
  private final List<RowOp> ops = new ArrayList<>();
  private Level level;
  private List<Step> ready = List.of();

  TableBatch(Layout layout) {
    this.layout = layout;
    this.level = layout.hasKey() ? Level.SETS : Level.ONE_BY_ONE;
  }

  Layout layout() {
    return layout;
  }

  List<RowOp> ops() {
    return ops;
  }

  void add(RowOp op) {
    ops.add(op);
  }

  Level level() {
    return level;
  }

  /** Takes what {@code SETS} comes to, made ahead; nothing may be added any more. */
  void ready(List<Step> steps) {
    ready = steps;
  }

  /** What was made ahead for its level; empty for nothing. */
  List<Step> ready() {
    return ready;
  }

  /** Goes over to the next way. False when there is none. */
  boolean nextLevel() {
    ready = List.of();
    Level before = level;
    level = before == Level.SETS ? Level.REPLACE : Level.ONE_BY_ONE;
    return before != Level.ONE_BY_ONE;
  }
}
