// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.Span;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.concurrent.WorkerGroup;
import dev.fram.core.run.RunParts;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Under the write gate both sides stand still at the same position, so any read is of the same
 * moment, and no row is excused. Several tables at once: writers wait for the last of them.
 */
final class LastProof {
  private final RunParts parts;
  private final Ledger ledger;
  private final Agenda agenda;

  LastProof(RunParts parts, Ledger ledger, Agenda agenda) {
    this.parts = parts;
    this.ledger = ledger;
    this.agenda = agenda;
  }

  void run(List<TableProof> left, StopSignal signal) {
    Queue<TableProof> queue =
        new ConcurrentLinkedQueue<>(
            left.stream().sorted(Comparator.comparingLong(TableProof::rows).reversed()).toList());
    int jobs = Math.min(left.size(), parts.settings().verify().jobs());
    try (WorkerGroup workers = new WorkerGroup(signal, parts.route()::close)) {
      for (int i = 1; i <= jobs; i++) {
        workers.start("proof-" + i, () -> work(queue, workers.signal()));
      }
      workers.join();
    }
  }

  private void work(Queue<TableProof> queue, StopSignal signal) {
    List<Table> tables = queue.stream().map(TableProof::table).toList();
    try (SourceMoment source = parts.route().source().moment(tables, Reveal.DIGESTS_ONLY);
        TargetMoment target = parts.route().target().moment(Reveal.DIGESTS_ONLY)) {
      SpanComparison comparison =
          new SpanComparison(source.digests(), target.digests(), (table, key) -> false);
      for (TableProof proof = queue.poll(); proof != null; proof = queue.poll()) {
        signal.check();
        agenda.found(proof, compare(comparison, proof));
      }
    }
  }

  private SpanResult compare(SpanComparison comparison, TableProof proof) {
    TableId table = proof.table().id();
    return agenda.byKeys(proof) && proof.fewer(ledger.size(List.of(table)))
        ? comparison.compare(table, ledger.keys(table))
        : comparison.compare(Span.of(table), proof.rows());
  }
}
