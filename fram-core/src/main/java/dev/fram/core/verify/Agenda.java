// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Source;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.verify.TableProof.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What is to be compared next, and where each table stands. First every table once, the largest
 * first; then, for as long as the run lasts, what was written since. Thread-safe.
 */
final class Agenda {
  private static final int TABLES_IN_GROUP = 200;

  private final Source source;
  private final Ledger ledger;
  private final MigrationSettings.Verify settings;
  private final Map<TableId, TableProof> proofs = new TreeMap<>();
  private final Deque<CompareUnit> queue = new ArrayDeque<>();

  /** Those at work whose results still count. */
  private final Set<CompareUnit> atWork = Collections.newSetFromMap(new IdentityHashMap<>());

  /** All that are at work; after a new beginning also some whose results count no more. */
  private final Set<CompareUnit> inFlight = Collections.newSetFromMap(new IdentityHashMap<>());

  private boolean drains;
  private long drainedNanos;

  Agenda(Source source, Ledger ledger, MigrationSettings.Verify settings, List<Table> tables) {
    this.source = source;
    this.ledger = ledger;
    this.settings = settings;
    for (Table table : tables) {
      if (table.transfer() == Table.Transfer.COPY_AND_FOLLOW) {
        proofs.put(table.id(), new TableProof(table));
      }
    }
  }

  /** Puts every table into the line, whatever is known of it. */
  synchronized void everything(long now) {
    queue.clear();
    atWork.clear();
    drains = false;
    List<Table> tables = new ArrayList<>();
    proofs.values().forEach(proof -> tables.add(proof.table()));
    enqueue(tables, now);
  }

  /**
   * Puts these tables into the line and leaves the others as they are.
   *
   * @return false when others are being compared: ask again later
   */
  synchronized boolean only(Predicate<TableId> wanted, long now) {
    if (!settled() || !inFlight.isEmpty()) {
      return false;
    }
    enqueue(matching(wanted).stream().map(TableProof::table).toList(), now);
    return true;
  }

  synchronized List<TableProof> matching(Predicate<TableId> wanted) {
    return proofs.values().stream().filter(p -> wanted.test(p.table().id())).toList();
  }

  /** From now on, rows of these tables that are found different are repaired. */
  synchronized void mend(Predicate<TableId> wanted) {
    matching(wanted).forEach(TableProof::mend);
  }

  /** How many rows are known that are to be repaired. */
  synchronized long toRepair() {
    return proofs.values().stream().mapToLong(TableProof::toRepair).sum();
  }

  private void enqueue(List<Table> tables, long now) {
    List<Table> sorted = new ArrayList<>(tables);
    sorted.sort(Comparator.comparingLong(Table::bytes).reversed().thenComparing(Table::id));
    List<Table> group = new ArrayList<>();
    long bytes = 0;
    for (Table table : sorted) {
      if (table.bytes() > settings.groupBytes() && ranges(table, now)) {
        continue;
      }
      if (!group.isEmpty()
          && (bytes + table.bytes() > settings.groupBytes() || group.size() >= TABLES_IN_GROUP)) {
        queue.add(new CompareUnit.Whole(List.copyOf(group)));
        group.clear();
        bytes = 0;
      }
      group.add(table);
      bytes += table.bytes();
      proof(table).begin(1, now);
    }
    if (!group.isEmpty()) {
      queue.add(new CompareUnit.Whole(List.copyOf(group)));
    }
  }

  /** Returns false for a table whose key allows no ranges. */
  private boolean ranges(Table table, long now) {
    List<Chunk> chunks = source.keyChunks(table, settings.groupBytes());
    if (chunks.size() < 2) {
      return false;
    }
    chunks.forEach(chunk -> queue.add(new CompareUnit.Range(table, chunk)));
    proof(table).begin(chunks.size(), now);
    return true;
  }

  /** What comes next; nothing when all is proven and little was written since. */
  synchronized List<CompareUnit> next(long now) {
    if (queue.isEmpty()) {
      enqueue(tables(TableProof::nameless), now);
    }
    if (queue.isEmpty()) {
      Optional<CompareUnit> mend =
          proofs.values().stream()
              .filter(TableProof::mendable)
              .map(p -> new CompareUnit.Mend(p.table(), List.copyOf(p.differences())))
              .filter(unit -> !inTheWay(unit))
              .map(CompareUnit.class::cast)
              .findFirst();
      if (mend.isPresent()) {
        return List.of(begun(mend.get()));
      }
    }
    if (queue.isEmpty() && !drains && now - drainedNanos >= settings.again().toNanos()) {
      drainedNanos = now;
      enqueue(dirty(now), now);
      List<Table> touched = touched();
      if (!touched.isEmpty()) {
        drains = true;
        return List.of(begun(new CompareUnit.Touched(touched)));
      }
    }
    CompareUnit unit = queue.peek();
    return unit == null || inTheWay(unit) ? List.of() : List.of(begun(queue.remove()));
  }

  private List<Table> tables(Predicate<TableProof> which) {
    return proofs.values().stream().filter(which).map(TableProof::table).toList();
  }

  /**
   * Never two units with the same table at a time: each begins the ledger anew, and what the other
   * has to excuse would be forgotten. Only the ranges of one pass go together, because the first of
   * them begins the ledger for all.
   */
  private boolean inTheWay(CompareUnit wanted) {
    return inFlight.stream()
        .filter(unit -> !Collections.disjoint(unit.tables(), wanted.tables()))
        .anyMatch(unit ->
            !(unit instanceof CompareUnit.Range && wanted instanceof CompareUnit.Range)
                || !atWork.contains(unit));
  }

  /** Whether its results are still asked for. */
  synchronized boolean counts(CompareUnit unit) {
    return atWork.contains(unit);
  }

  /** Counts as at work, so that its results are taken. */
  synchronized CompareUnit begun(CompareUnit unit) {
    atWork.add(unit);
    inFlight.add(unit);
    return unit;
  }

  /** Tables of which any row may have been written, and which had their rest. */
  private List<Table> dirty(long now) {
    return proofs.values().stream()
        .filter(p -> !p.busy() && p.verdict() != Verdict.DIFFERENT)
        .filter(p -> ledger.anyInQuestion(p.table().id()))
        .filter(p -> p.restedFor(settings.again().toNanos(), now))
        .map(TableProof::table)
        .toList();
  }

  /** Tables of which some rows were written since they were compared. */
  synchronized List<Table> touched() {
    return proofs.values().stream()
        .filter(p -> !p.busy() && p.verdict() == Verdict.EQUAL)
        .filter(p -> !ledger.anyInQuestion(p.table().id()))
        .filter(p -> ledger.size(List.of(p.table().id())) > 0)
        .map(TableProof::table)
        .toList();
  }

  synchronized TableProof proof(Table table) {
    TableProof proof = proofs.get(table.id());
    if (proof == null) {
      throw new IllegalArgumentException("not compared: " + table.id());
    }
    return proof;
  }

  /** Whether the unit's twin is the one from which on the table's writes are remembered. */
  synchronized boolean opens(Table table) {
    return proof(table).opens();
  }

  synchronized void done(CompareUnit unit, Map<TableId, SpanResult> results, long now) {
    inFlight.remove(unit);
    if (!atWork.remove(unit)) {
      return;
    }
    for (Table table : unit.tables()) {
      TableProof proof = proof(table);
      SpanResult result = results.get(table.id());
      if (unit instanceof CompareUnit.Touched) {
        if (result != null) {
          proof.note(result);
        }
      } else if (result != null) {
        proof.take(result);
        proof.unitEnded(now);
      }
    }
    drains &= !(unit instanceof CompareUnit.Touched);
  }

  synchronized void done(CompareUnit.Mend unit, Mended found) {
    inFlight.remove(unit);
    if (atWork.remove(unit)) {
      TableProof proof = proof(unit.table());
      boolean keyless = unit.differences().stream().anyMatch(Difference::withoutKey);
      if (keyless && !found.right().isEmpty()) {
        proof.right();
      } else {
        proof.mended(found);
      }
    }
  }

  /** It is tried again. */
  synchronized void failed(CompareUnit unit) {
    inFlight.remove(unit);
    if (!atWork.remove(unit)) {
      return;
    }
    switch (unit) {
      case CompareUnit.Touched touched -> drains = false;
      case CompareUnit.Whole whole -> {
        whole.tables().forEach(t -> proof(t).begin(1, 0));
        queue.addFirst(unit);
      }
      case CompareUnit.Range range -> queue.addFirst(unit);
      case CompareUnit.Mend mend -> proof(mend.table()).looked();
    }
  }

  /** What the last proof has found. */
  synchronized void found(TableProof proof, SpanResult result) {
    proof.note(result);
  }

  /** Whether every table has its verdict. */
  synchronized boolean complete() {
    return proofs.values().stream().noneMatch(p -> p.verdict() == Verdict.OPEN);
  }

  /** Whether nothing is being compared whole or repaired. */
  synchronized boolean settled() {
    return complete() && proofs.values().stream().noneMatch(p -> p.busy() || p.mending());
  }

  synchronized List<TableProof> all() {
    return List.copyOf(proofs.values());
  }

  /** Whether a table is proven but for the rows that the ledger names. */
  synchronized boolean byKeys(TableProof proof) {
    return proof.verdict() == Verdict.EQUAL
        && !proof.busy()
        && !ledger.anyInQuestion(proof.table().id());
  }
}
