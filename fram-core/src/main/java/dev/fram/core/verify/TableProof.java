// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.model.Table;
import java.util.ArrayList;
import java.util.List;

/** Where one table stands. Not thread-safe; the agenda guards it. */
final class TableProof {
  /** What is known of a table. */
  enum Verdict {
    OPEN,
    /** All rows were equal at one moment; the ledger has what was written since. */
    EQUAL,
    DIFFERENT
  }

  /** How often the same rows are compared again and repaired before a person is told. */
  private static final int MENDINGS = 20;

  /**
   * A row that is looked up by its key takes as long as so many that are read in passing: two of
   * narrow rows and less of wide ones on PostgreSQL 15, for rows that were just written and are in
   * the server's memory; and it is sent here.
   */
  private static final long KEY_COST = 5;

  private final Table table;
  private final List<Difference> differences = new ArrayList<>();
  private final List<Difference> repaired = new ArrayList<>();
  private int mendings;
  private long repairedUnproven;
  private Verdict verdict = Verdict.OPEN;
  private int unitsLeft;
  private boolean opened;
  private long rows;
  private long differing;
  private long comparedNanos;
  private long tookNanos;

  TableProof(Table table) {
    this.table = table;
    this.rows = Math.max(0, table.rows());
  }

  Table table() {
    return table;
  }

  Verdict verdict() {
    return verdict;
  }

  /** Whether it is being compared whole: what the ledger has says nothing then. */
  boolean busy() {
    return unitsLeft > 0;
  }

  /** Exact once it was compared; an estimate before. */
  long rows() {
    return rows;
  }

  long differing() {
    return differing;
  }

  List<Difference> differences() {
    return differences;
  }

  /** Whether so many keys are looked up in less time than the whole table is read. */
  boolean fewer(long keys) {
    return keys * KEY_COST < rows;
  }

  /** What comparing these keys costs, in rows that are read one after the other. */
  long cost(long keys) {
    return keys == 0 ? 0 : Math.min(keys * KEY_COST, Math.max(rows, 1));
  }

  /** Whether enough time has passed since it was last compared whole. */
  boolean restedFor(long nanos, long now) {
    return now - comparedNanos >= Math.max(nanos, 5 * tookNanos);
  }

  /** Is about to be compared whole, in that many units. */
  void begin(int units, long now) {
    unitsLeft = units;
    opened = false;
    rows = 0;
    differing = 0;
    repairedUnproven = 0;
    differences.clear();
    comparedNanos = now;
  }

  /** Whether this is the first unit of this pass, whose twin opens the ledger. */
  boolean opens() {
    boolean first = !opened;
    opened = true;
    return first;
  }

  void take(SpanResult result) {
    rows += result.rows();
    note(result);
  }

  /** Rows that were found apart from the others. */
  void note(SpanResult result) {
    differing += result.differing();
    result.differences().stream()
        .limit(Math.max(0, SpanComparison.NAMED - differences.size()))
        .forEach(differences::add);
    if (differing > 0) {
      verdict = Verdict.DIFFERENT;
    }
  }

  /** One unit less; the last one brings the verdict. */
  void unitEnded(long now) {
    unitsLeft--;
    if (unitsLeft == 0) {
      tookNanos = now - comparedNanos;
      comparedNanos = now;
      verdict = differing > 0 ? Verdict.DIFFERENT : Verdict.EQUAL;
      mendings = differing > 0 ? mendings : 0;
    }
  }

  // ---- repair ----------------------------------------------------------------------------------

  /** From now on, rows that are found different are repaired. */
  void mend() {
    mendings = MENDINGS;
    repaired.clear();
  }

  /** Whether its rows are still being repaired, or compared again after it. */
  boolean mending() {
    return mendings > 0 && verdict == Verdict.DIFFERENT;
  }

  /** Whether rows are named that are to be looked at again. */
  boolean mendable() {
    return mending() && !busy() && !differences.isEmpty();
  }

  /** Whether rows differ of which none is named: only the whole table tells. */
  boolean nameless() {
    return mending() && !busy() && differences.isEmpty();
  }

  List<Difference> repaired() {
    return repaired;
  }

  /** How many rows differ and were not repaired since they were found. */
  long toRepair() {
    return mending() ? Math.max(0, differing - repairedUnproven) : 0;
  }

  /** One look less, whatever came of it. */
  void looked() {
    mendings--;
  }

  /**
   * What a look at the named rows has led to. The table is equal when each of them was found equal
   * again, never because it was repaired.
   */
  void mended(Mended found) {
    looked();
    int before = differences.size();
    differences.removeIf(difference -> found.right().contains(difference.key()));
    differing -= before - differences.size();
    repaired.addAll(found.repaired());
    repairedUnproven = differences.stream().filter(repaired::contains).count();
    if (found.repaired().stream().anyMatch(Difference::withoutKey)) {
      differences.clear();
      repairedUnproven = differing;
    } else if (differences.isEmpty() && differing <= 0) {
      right();
    }
  }

  /** Without a key there is one answer for all rows. */
  void right() {
    differences.clear();
    differing = 0;
    mendings = 0;
    verdict = Verdict.EQUAL;
  }

  /** How many rows of these are not the same, for people. */
  static String wrong(List<TableProof> tables) {
    long rows = tables.stream().mapToLong(TableProof::differing).sum();
    return rows
        + " rows in "
        + tables.size()
        + " tables are not the same on source and target, first in "
        + tables.getFirst().table().id();
  }
}
