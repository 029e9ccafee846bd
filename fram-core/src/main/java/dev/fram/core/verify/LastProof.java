// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.Span;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.WorkerGroup;
import dev.fram.core.run.RunParts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Under the write gate both sides stand still at the same position, so any read is of the same
 * moment, and no row is excused. Several tables at once, and several parts of one: writers wait for
 * the last of them.
 */
final class LastProof {
  /** So few that several workers share the rows of one table. */
  private static final int KEYS_IN_PIECE = 500;

  /** Of more tables than that, most are not written to from one second to the next. */
  private static final int KNOWN_BEFOREHAND = 200;

  private final RunParts parts;
  private final Ledger ledger;
  private final Agenda agenda;
  private final Queue<StandingTwin> opened = new ConcurrentLinkedQueue<>();

  LastProof(RunParts parts, Ledger ledger, Agenda agenda) {
    this.parts = parts;
    this.ledger = ledger;
    this.agenda = agenda;
  }

  /**
   * A table, or some of its rows, for one worker.
   *
   * @param keys the rows; empty for the whole table
   */
  private record Piece(TableProof proof, Optional<List<String>> keys) {
    long cost() {
      return keys.map(some -> proof.cost(some.size())).orElse(Math.max(1, proof.rows()));
    }
  }

  /** Opens beforehand what reading takes, for these tables first of all. */
  void prepare(List<TableProof> expected) {
    close();
    List<Table> tables = tables(expected.stream().limit(KNOWN_BEFOREHAND).toList());
    for (int i = 0; i < parts.settings().verify().jobs(); i++) {
      opened.add(StandingTwin.open(parts.route(), tables));
    }
  }

  /** Closes what is open. */
  void close() {
    for (StandingTwin twin = opened.poll(); twin != null; twin = opened.poll()) {
      twin.close();
    }
  }

  void run(List<TableProof> left, StopSignal signal) {
    List<Piece> pieces = new ArrayList<>();
    left.forEach(proof -> pieces.addAll(pieces(proof)));
    pieces.sort(Comparator.comparingLong(Piece::cost).reversed());
    Queue<Piece> queue = new ConcurrentLinkedQueue<>(pieces);
    List<Table> tables = tables(left);
    int jobs = Math.min(pieces.size(), parts.settings().verify().jobs());
    try (WorkerGroup workers = new WorkerGroup(signal, parts.route()::close)) {
      for (int i = 1; i <= jobs; i++) {
        workers.start("proof-" + i, () -> work(queue, tables, workers.signal()));
      }
      workers.join();
    } finally {
      close();
    }
  }

  private static List<Table> tables(List<TableProof> proofs) {
    return proofs.stream().map(TableProof::table).toList();
  }

  private List<Piece> pieces(TableProof proof) {
    TableId table = proof.table().id();
    if (!agenda.byKeys(proof) || !proof.fewer(ledger.size(List.of(table)))) {
      return List.of(new Piece(proof, Optional.empty()));
    }
    List<Piece> pieces = new ArrayList<>();
    List<String> keys = List.copyOf(ledger.keys(table));
    for (int from = 0; from < keys.size(); from += KEYS_IN_PIECE) {
      List<String> some = keys.subList(from, Math.min(keys.size(), from + KEYS_IN_PIECE));
      pieces.add(new Piece(proof, Optional.of(some)));
    }
    return pieces;
  }

  private void work(Queue<Piece> queue, List<Table> tables, StopSignal signal) {
    try (StandingTwin twin = twin(tables)) {
      SpanComparison comparison = twin.now(tables);
      for (Piece piece = queue.poll(); piece != null; piece = queue.poll()) {
        signal.check();
        agenda.found(piece.proof, compare(comparison, piece));
      }
    }
  }

  private StandingTwin twin(List<Table> tables) {
    return Optional.ofNullable(opened.poll())
        .orElseGet(() -> StandingTwin.open(parts.route(), tables));
  }

  private static SpanResult compare(SpanComparison comparison, Piece piece) {
    TableId table = piece.proof.table().id();
    return piece.keys.isPresent()
        ? comparison.compare(table, piece.keys.get())
        : comparison.compare(Span.of(table), piece.proof.rows());
  }
}
