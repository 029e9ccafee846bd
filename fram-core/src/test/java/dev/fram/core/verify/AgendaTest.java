// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.Source;
import dev.fram.api.model.Table;
import dev.fram.api.model.Table.Transfer;
import dev.fram.api.model.TableId;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.verify.Difference.Kind;
import dev.fram.testkit.memory.MemoryEngine;
import dev.fram.testkit.memory.MemoryFaults;
import dev.fram.testkit.memory.MemoryProcess;
import dev.fram.testkit.memory.MemorySource;
import dev.fram.testkit.memory.MemoryTarget;
import dev.fram.testkit.memory.MemoryWorkload;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Two comparisons of one table at a time would each begin the ledger anew: what the one has to
 * excuse the other would have forgotten, and a row that is only being written would be called
 * different.
 */
final class AgendaTest {
  private static final TableId ITEMS = new TableId("public", "items");
  private static final TableId KEYED = new TableId("public", "keyed_orders");
  private static final long LATER = Long.MAX_VALUE / 2;

  private final Ledger ledger = new Ledger(1_000);
  private final Source source = source();
  private final Agenda agenda =
      new Agenda(source, ledger, MigrationSettings.Verify.defaults(), source.tables());

  private static Source source() {
    MemorySource server = new MemorySource();
    for (TableId table : List.of(ITEMS, KEYED)) {
      server.createTable(table, Transfer.COPY_AND_FOLLOW);
      MemoryWorkload.seed(server, List.of(table), 60);
    }
    return new MemoryEngine(server, new MemoryTarget(), new MemoryProcess(MemoryFaults.NONE))
        .open(MemoryEngine.request())
        .source();
  }

  private void end(CompareUnit unit) {
    Map<TableId, SpanResult> results = new TreeMap<>();
    unit.tables().forEach(t -> results.put(t.id(), new SpanResult(60, 0, 0, List.of())));
    agenda.done(unit, results, 0);
  }

  /** Everything was compared once, and one row of each table was written since. */
  private void proven() {
    agenda.everything(0);
    CompareUnit all = agenda.next(0).getFirst();
    for (Table table : all.tables()) {
      ledger.open(table.id());
      ledger.touched(table.id(), "1");
    }
    end(all);
    assertThat(agenda.settled()).isTrue();
  }

  @Test
  void theWholeComparisonThatBeginsAnewWaitsForTheOneAtWork() {
    agenda.everything(0);
    CompareUnit first = agenda.next(0).getFirst();
    agenda.everything(0);
    assertThat(agenda.next(LATER)).isEmpty();
    end(first);
    assertThat(agenda.complete()).as("its results count no more").isFalse();
    CompareUnit second = agenda.next(LATER).getFirst();
    end(second);
    assertThat(agenda.settled()).isTrue();
  }

  @Test
  void itAlsoWaitsForWhatWasWritten() {
    proven();
    CompareUnit touched = agenda.next(LATER).getFirst();
    assertThat(touched).isInstanceOf(CompareUnit.Touched.class);
    assertThat(agenda.next(LATER)).as("the same rows once more").isEmpty();
    agenda.everything(0);
    assertThat(agenda.counts(touched)).isFalse();
    assertThat(agenda.next(LATER)).isEmpty();
    agenda.failed(touched);
    assertThat(agenda.next(LATER)).hasSize(1);
  }

  @Test
  void someTablesWaitUntilNothingIsAtWork() {
    proven();
    CompareUnit touched = agenda.next(LATER).getFirst();
    assertThat(agenda.only(ITEMS::equals, 0)).isFalse();
    end(touched);
    assertThat(agenda.only(ITEMS::equals, 0)).isTrue();
    CompareUnit only = agenda.next(0).getFirst();
    assertThat(only.tables()).extracting(Table::id).containsExactly(ITEMS);
    assertThat(agenda.next(LATER))
        .as("what was written, of the other table only")
        .allMatch(unit -> unit.tables().stream().noneMatch(t -> t.id().equals(ITEMS)));
  }

  @Test
  void rangesOfOnePassGoTogetherAndNotWithThoseOfThePassBefore() {
    MigrationSettings.Verify v = MigrationSettings.Verify.defaults();
    Agenda cut =
        new Agenda(
            source,
            ledger,
            new MigrationSettings.Verify(
                v.mode(),
                v.jobs(),
                v.share(),
                2_000,
                v.again(),
                v.ledgerKeys(),
                v.differences(),
                v.mostRepairs()),
            source.tables().stream().filter(t -> t.id().equals(KEYED)).toList());
    cut.everything(0);
    CompareUnit one = cut.next(0).getFirst();
    CompareUnit two = cut.next(0).getFirst();
    assertThat(List.of(one, two)).allMatch(unit -> unit instanceof CompareUnit.Range);
    assertThat(((CompareUnit.Range) two).chunk()).extracting(Chunk::number).isEqualTo(1);
    cut.everything(0);
    assertThat(cut.next(LATER)).isEmpty();
    cut.failed(one);
    assertThat(cut.next(LATER)).isEmpty();
    cut.failed(two);
    assertThat(cut.next(LATER)).hasSize(1);
  }

  @Test
  void aTableIsEqualOnlyWhenItsRepairedRowsWereFoundEqual() {
    proven();
    Table items =
        source.tables().stream().filter(t -> t.id().equals(ITEMS)).findFirst().orElseThrow();
    Difference wrong = new Difference(ITEMS, "7", Kind.MISSING, List.of());
    agenda.found(agenda.proof(items), new SpanResult(1, 1, 0, List.of(wrong)));
    assertThat(agenda.next(0)).as("nobody has asked for a repair").isEmpty();
    agenda.mend(ITEMS::equals);
    assertThat(agenda.toRepair()).isOne();
    CompareUnit.Mend repair = (CompareUnit.Mend) agenda.next(0).getFirst();
    assertThat(agenda.next(0)).as("the same rows at the same time").isEmpty();
    agenda.done(repair, new Mended(Set.of(), List.of(wrong)));
    assertThat(agenda.proof(items).differing()).isOne();
    assertThat(agenda.toRepair()).isZero();
    assertThat(agenda.settled()).isFalse();
    CompareUnit.Mend again = (CompareUnit.Mend) agenda.next(0).getFirst();
    agenda.done(again, new Mended(Set.of("7"), List.of()));
    assertThat(agenda.proof(items).differing()).isZero();
    assertThat(agenda.settled()).isTrue();
  }

  @Test
  void whatCannotBeRepairedIsToldAfterSomeTries() {
    proven();
    Table items =
        source.tables().stream().filter(t -> t.id().equals(ITEMS)).findFirst().orElseThrow();
    Difference wrong = new Difference(ITEMS, "7", Kind.DIFFERENT, List.of("value"));
    agenda.found(agenda.proof(items), new SpanResult(1, 1, 0, List.of(wrong)));
    agenda.mend(ITEMS::equals);
    int tries = 0;
    for (List<CompareUnit> next = agenda.next(0);
        !next.isEmpty() && next.getFirst() instanceof CompareUnit.Mend mend;
        next = agenda.next(0)) {
      tries++;
      agenda.done(mend, Mended.NOTHING);
    }
    assertThat(tries).isEqualTo(20);
    assertThat(agenda.settled()).isTrue();
    assertThat(agenda.proof(items).differing()).isOne();
  }
}
