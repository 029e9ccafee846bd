// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.util.List;
import java.util.function.Consumer;

/**
 * Moves the schema in the order that keeps the copy fast and the target closed to others: bare
 * tables first, indexes after each table's copy, foreign keys before the cutover, triggers and
 * sequences under the write gate. Every method is idempotent: after a crash it is called again.
 * Thread-safe.
 */
public interface SchemaTransfer {
  /**
   * Creates roles, types, functions and bare tables on the target, and the guards that keep the
   * application from writing there.
   *
   * @throws FramException TARGET_NOT_EMPTY, TOOL_MISSING, SCHEMA_TRANSFER_FAILED
   */
  void createTables(long epoch, Consumer<String> progress);

  /**
   * The indexes and key constraints of a table, which may be built in any order and in parallel, as
   * soon as its rows are copied.
   */
  List<IndexJob> indexes(TableId table);

  /**
   * Those that may only be built when the fuzzy window of the table's copy is over, because until
   * then two rows may hold what is unique on the source. Built while nothing is applied; asked for
   * tables with a window only.
   */
  default List<IndexJob> lateIndexes(TableId table) {
    return List.of();
  }

  /** Builds one; does nothing when it is there and valid. */
  void build(IndexJob job);

  /**
   * What needs all indexes of a partition tree (attached indexes, replica identity, cluster marks).
   */
  void finishIndexes(long epoch);

  /** Statistics for the planner. */
  void analyze(TableId table);

  /**
   * Foreign keys, as far as they may exist while changes are applied, validated; materialized views
   * filled.
   */
  void addConstraints(long epoch, Consumer<String> progress);

  /** Prepares what {@link #finish} will do, while writers still go on, so that it is short. */
  void prepareFinish(long epoch);

  /**
   * Under the write gate: sequences with their margin, large objects, triggers, rules, the
   * remaining foreign keys. The target's guards stay.
   */
  void finish(long epoch);

  /**
   * Takes away what {@link #finish} added, when the cutover is undone: triggers, rules and row
   * security would hit the changes that are applied next. Idempotent; sequences stay where they
   * are.
   */
  default void undoFinish(long epoch) {}

  /**
   * After the target has opened: validates what was added unvalidated; reports what could not be.
   */
  List<String> afterOpening(long epoch);

  /**
   * Removes everything {@link #createTables} and its successors made; only before the hand-over.
   */
  void drop(long epoch);

  /**
   * One index or key constraint.
   *
   * @param table its table
   * @param name its name, for people
   * @param key what the engine knows it by
   */
  record IndexJob(TableId table, String name, String key) {}
}
