// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import dev.fram.api.engine.RowVerdict;
import dev.fram.api.model.TableId;
import dev.fram.core.journal.Journal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps on the target what was found of each table, for the inventory. Thread-safe. */
final class Verdicts {
  private final Journal journal;
  private final Map<TableId, TableProof.Verdict> told = new ConcurrentHashMap<>();

  Verdicts(Journal journal) {
    this.journal = journal;
  }

  /** What an earlier run has found says nothing: nobody knows what was written since. */
  void forget() {
    told.clear();
    journal.store().forgetVerdicts(journal.epoch());
  }

  void tell(TableProof proof) {
    TableId table = proof.table().id();
    TableProof.Verdict verdict = proof.verdict();
    if (verdict == told.put(table, verdict)) {
      return;
    }
    switch (verdict) {
      case OPEN -> {}
      case EQUAL -> journal.store().saveVerdict(journal.epoch(), table, RowVerdict.EQUAL);
      case DIFFERENT -> journal.store().saveVerdict(journal.epoch(), table, RowVerdict.DIFFERENT);
    }
  }
}
