// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.Span;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.run.RunParts;
import java.util.List;

/**
 * Under the write gate both sides stand still at the same position, so any read is of the same
 * moment, and no row is excused. Runs in the run's own thread.
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
    List<Table> tables = left.stream().map(TableProof::table).toList();
    try (SourceMoment source = parts.route().source().moment(tables, Reveal.DIGESTS_ONLY);
        TargetMoment target = parts.route().target().moment(Reveal.DIGESTS_ONLY)) {
      SpanComparison comparison =
          new SpanComparison(source.digests(), target.digests(), (table, key) -> false);
      for (TableProof proof : left) {
        signal.check();
        TableId table = proof.table().id();
        SpanResult result =
            agenda.byKeys(proof)
                ? comparison.compare(table, ledger.keys(table))
                : comparison.compare(Span.of(table), proof.rows());
        agenda.found(proof, result);
      }
    }
  }
}
