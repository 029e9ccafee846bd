// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.JournalEntry;
import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.Repairer;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.WriteGate;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the core relies on. Every engine inherits it, against real servers. */
@Timeout(180)
public abstract class EngineContract {
  private static final Duration LOCK_TIMEOUT = Duration.ofMillis(800);
  private static final Duration BUDGET = Duration.ofSeconds(15);

  /** Two fresh databases. */
  protected abstract EngineFixture fixture();

  private static void commit(EngineFixture fixture, long key, String value) {
    try (EngineFixture.Transaction tx = fixture.begin()) {
      tx.insert(key, value);
      tx.commit();
    }
  }

  private static void refusedWith(ErrorCode code, Runnable act) {
    assertThatThrownBy(act::run)
        .isInstanceOfSatisfying(FramException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void copyAndFeedTogetherAreExact() {
    try (EngineFixture fixture = fixture()) {
      commit(fixture, 1, "before");
      commit(fixture, 2, "before");
      try (ContractRun run = new ContractRun(fixture)) {
        Position start = run.prepare();
        try (ChangeFeed feed = run.route.source().openFeed(start);
            EngineFixture.Transaction open = fixture.begin()) {
          commit(fixture, 3, "in both the feed and the copy");
          open.insert(4, "begun before the snapshot, committed after it");
          open.update(1, "changed across it");
          run.copy(feed, () -> commit(fixture, 5, "only in the feed"));
          open.commit();
          try (EngineFixture.Transaction tx = fixture.begin()) {
            tx.delete(2);
            tx.update(3, "changed after the copy");
            tx.commit();
          }
          run.readTo(feed, run.route.source().mark());
          try (Applier applier = run.route.applier(run.epoch())) {
            run.apply(applier);
            feed.confirm(applier.position());
          }
        }
      }
      Map<Long, String> expected = new TreeMap<>();
      expected.put(1L, "changed across it");
      expected.put(3L, "changed after the copy");
      expected.put(4L, "begun before the snapshot, committed after it");
      expected.put(5L, "only in the feed");
      assertThat(fixture.readTarget()).containsExactlyInAnyOrderEntriesOf(expected);
    }
  }

  @Test
  void sendsAgainWhatWasNotConfirmed() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture)) {
      Position start = run.prepare();
      try (ChangeFeed feed = run.route.source().openFeed(start)) {
        run.copy(feed, () -> commit(fixture, 1, "read once, applied never"));
        run.readTo(feed, run.route.source().mark());
      }
      run.forgetWhatWasRead();
      try (Applier applier = run.route.applier(run.epoch());
          ChangeFeed again = run.route.source().openFeed(applier.position())) {
        run.readTo(again, run.route.source().mark());
        run.apply(applier);
      }
      assertThat(fixture.readTarget()).containsOnlyKeys(1L);
    }
  }

  @Test
  void appliesFromItsOwnPositionOnly() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture)) {
      Position start = run.prepare();
      try (ChangeFeed feed = run.route.source().openFeed(start)) {
        run.copy(feed, () -> commit(fixture, 1, "x"));
        run.readTo(feed, run.route.source().mark());
      }
      try (Applier first = run.route.applier(run.epoch());
          Applier second = run.route.applier(run.epoch())) {
        assertThat(second.position().text()).isEqualTo(start.text());
        run.apply(first);
        assertThat(run.journal.feedPosition().map(Position::text))
            .contains(first.position().text());
        refusedWith(
            ErrorCode.FENCED,
            () -> {
              second.begin(start);
              second.commit(start);
            });
        second.rollback();
      }
    }
  }

  @Test
  void repairsRowsFromOneMomentOfTheSource() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture)) {
      for (long key = 1; key <= 5; key++) {
        commit(fixture, key, "before");
      }
      Position start = run.prepare();
      try (ChangeFeed feed = run.route.source().openFeed(start)) {
        run.copy(feed, () -> {});
      }
      // Never applied here: to the target these are rows that differ.
      try (EngineFixture.Transaction tx = fixture.begin()) {
        tx.update(1, "changed");
        tx.delete(2);
        tx.insert(6, "new");
        tx.update(3, "changed, and not asked for");
        tx.commit();
      }
      TableId table = fixture.table();
      List<String> keys = List.of("1", "2", "5", "6", "7");
      Map<Long, String> before = fixture.readTarget();
      try (SourceMoment moment = run.route.source().moment(run.tables(), Reveal.DIGESTS_ONLY);
          Repairer zombie = run.route.repairer(run.epoch() - 1);
          Repairer repairer = run.route.repairer(run.epoch())) {
        commit(fixture, 7, "after the moment");
        Position later = run.route.source().mark();
        refusedWith(ErrorCode.FENCED, () -> zombie.rows(moment, table, keys, start));
        assertThat(fixture.readTarget()).isEqualTo(before);
        try (Repairer elsewhere = run.route.repairer(run.epoch())) {
          refusedWith(ErrorCode.FENCED, () -> elsewhere.rows(moment, table, keys, later));
        }
        assertThat(fixture.readTarget()).isEqualTo(before);
        repairer.rows(moment, table, keys, start);
        assertThat(fixture.readTarget())
            .containsExactlyInAnyOrderEntriesOf(
                Map.of(1L, "changed", 3L, "before", 4L, "before", 5L, "before", 6L, "new"));
        repairer.whole(moment, table, start);
      }
      assertThat(fixture.readTarget())
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  1L,
                  "changed",
                  3L,
                  "changed, and not asked for",
                  4L,
                  "before",
                  5L,
                  "before",
                  6L,
                  "new"));
    }
  }

  @Test
  void oneRunAtATimeMayWrite() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture)) {
      assertThat(run.route.target().lease("another")).isEmpty();
      run.lease.verify();
      long old = run.epoch();
      run.journal.savePhase(old, "CHECKED", "{}");
      run.lease.close();
      try (Lease next = run.route.target().lease("another").orElseThrow()) {
        assertThat(next.epoch()).isGreaterThan(old);
        refusedWith(ErrorCode.FENCED, () -> run.journal.savePhase(old, "PREPARED", "{}"));
        refusedWith(ErrorCode.FENCED, () -> run.journal.intent(old, "late", ""));
        assertThat(run.journal.load().orElseThrow().phase()).isEqualTo("CHECKED");
      }
    }
  }

  @Test
  void remembersTheStory() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture)) {
      JournalStore journal = run.journal;
      long first = journal.intent(run.epoch(), "one", "begun");
      long second = journal.intent(run.epoch(), "two", "begun");
      assertThat(second).isGreaterThan(first);
      journal.outcome(run.epoch(), first, StepOutcome.DONE, "ended");
      assertThat(journal.entries())
          .extracting(JournalEntry::step, JournalEntry::outcome)
          .containsExactly(
              tuple("one", Optional.of(StepOutcome.DONE)), tuple("two", Optional.empty()));
      List<Chunk> cut =
          List.of(
              new Chunk(fixture.table(), 0, 2, "a'b", Chunk.Kind.KEY),
              new Chunk(fixture.table(), 1, 2, "c", Chunk.Kind.KEY));
      journal.saveKeyChunks(run.epoch(), fixture.table(), cut);
      journal.saveKeyChunks(run.epoch(), fixture.table(), cut);
      assertThat(journal.keyChunks(fixture.table())).containsExactlyElementsOf(cut);
      assertThat(journal.copiedChunks(fixture.table())).isEmpty();
      journal.saveKeyChunks(run.epoch(), fixture.table(), List.of());
      assertThat(journal.keyChunks(fixture.table())).isEmpty();
    }
  }

  @Test
  void carriesPicturesAndCommands() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture)) {
      JournalStore journal = run.journal;
      assertThat(journal.publishedStatus()).isEmpty();
      journal.publishStatus(run.epoch(), "{\"n\":1}");
      journal.publishStatus(run.epoch(), "{\"n\":2}");
      assertThat(journal.publishedStatus().orElseThrow().status()).contains("2");
      assertThat(journal.publishedStatus().orElseThrow().ageMillis()).isBetween(0L, 60_000L);
      assertThat(journal.kept("story")).isEmpty();
      journal.keep(run.epoch(), "story", "{\"text\":\"old\"}");
      journal.keep(run.epoch(), "story", "{\"text\":\"ä 😀 ' \\\\ \\u0000\"}");
      assertThat(journal.kept("story")).contains("{\"text\":\"ä 😀 ' \\\\ \\u0000\"}");
      refusedWith(ErrorCode.FENCED, () -> journal.keep(run.epoch() - 1, "story", "{}"));
      journal.keepAhead("forecast", "{}");
      assertThat(journal.kept("forecast")).contains("{}");
      assertThat(journal.kept("series")).isEmpty();
      long id = journal.submitCommand("cutover");
      assertThat(journal.commandAnswer(id)).isEmpty();
      assertThat(journal.pendingCommands())
          .containsExactly(new JournalStore.PendingCommand(id, "cutover"));
      journal.answerCommand(id, "{\"done\":true}");
      assertThat(journal.pendingCommands()).isEmpty();
      journal.answerCommand(id, "{\"late\":true}");
      assertThat(journal.commandAnswer(id).orElseThrow()).contains("done");
    }
  }

  @Test
  void theFeedStartsOnce() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture)) {
      assertThat(run.journal.feedPosition()).isEmpty();
      Position start = run.prepare();
      run.journal.startFeed(run.epoch(), run.route.source().mark());
      assertThat(run.journal.feedPosition().map(Position::text)).contains(start.text());
      assertThat(fixture.engine().position(start.text()).covers(start)).isTrue();
    }
  }

  @Test
  void theGateStopsWritersAndLetsThemGoOn() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture);
        WriteGate gate = run.route.source().gate(run.tables(), BUDGET)) {
      run.prepare();
      assertThat(gate.close(LOCK_TIMEOUT)).isInstanceOf(WriteGate.Attempt.Closed.class);
      CompletableFuture<Void> writer =
          CompletableFuture.runAsync(() -> commit(fixture, 9, "waits"));
      assertWaits(writer);
      gate.release();
      writer.join();
      assertThat(run.route.source().handOver()).isInstanceOf(HandOver.OwnerSource.class);
    }
  }

  @Test
  void theGateGivesWayToATransactionThatIsOpen() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture);
        WriteGate gate = run.route.source().gate(run.tables(), BUDGET)) {
      run.prepare();
      try (EngineFixture.Transaction open = fixture.begin()) {
        open.insert(9, "still here");
        assertThat(gate.close(LOCK_TIMEOUT)).isInstanceOf(WriteGate.Attempt.Busy.class);
        open.insert(10, "and going on");
        open.commit();
      }
      assertThat(gate.close(LOCK_TIMEOUT)).isInstanceOf(WriteGate.Attempt.Closed.class);
    }
  }

  @Test
  void theHandOverIsForGood() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture)) {
      run.prepare();
      Position frozenAt;
      try (WriteGate gate = run.route.source().gate(run.tables(), BUDGET)) {
        assertThat(gate.close(LOCK_TIMEOUT)).isInstanceOf(WriteGate.Attempt.Closed.class);
        frozenAt = gate.frozenAt();
        CompletableFuture<Void> writer =
            CompletableFuture.runAsync(() -> commit(fixture, 9, "too late"));
        assertWaits(writer);
        assertThat(gate.handOver(run.epoch(), frozenAt)).isEqualTo(StepOutcome.DONE);
        assertThatThrownBy(writer::join).isNotNull();
      }
      assertThatThrownBy(() -> commit(fixture, 10, "too late")).isNotNull();
      assertThat(run.route.source().handOver())
          .isInstanceOfSatisfying(
              HandOver.HandedOver.class,
              h -> {
                assertThat(h.epoch()).isEqualTo(run.epoch());
                assertThat(h.frozenAt().covers(frozenAt)).isTrue();
              });
    }
  }

  /** Where the engine knows a way back; elsewhere the hand-over is for good. */
  @Test
  void whatWasHandedOverIsTakenBackByNoEarlierRun() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture)) {
      run.prepare();
      Optional<Route> back = run.route.back();
      if (back.isEmpty()) {
        return;
      }
      handOver(run, run.epoch());
      assertThatThrownBy(() -> commit(fixture, 10, "too late")).isNotNull();
      back.get().target().open(run.epoch());
      // Asked twice, it is open all the same.
      back.get().target().open(run.epoch());
      assertThat(run.route.source().handOver()).isInstanceOf(HandOver.OwnerSource.class);
      commit(fixture, 10, "open again");
      assertThat(back.get().target().afterOpening()).isEmpty();
      commit(fixture, 11, "and without guards");
      handOver(run, run.epoch() + 1);
      assertThatThrownBy(() -> back.get().target().open(run.epoch()))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
      assertThatThrownBy(() -> commit(fixture, 12, "too late")).isNotNull();
      back.get().target().open(run.epoch() + 1);
      commit(fixture, 12, "open again");
    }
  }

  /** The position of the way back moves for one run only, and its feed can be taken away twice. */
  @Test
  void theWayBackBelongsToTheLatestRun() {
    try (EngineFixture fixture = fixture();
        ContractRun run = new ContractRun(fixture)) {
      run.prepare();
      Optional<Route> back = run.route.back();
      if (back.isEmpty()) {
        return;
      }
      Route way = back.get();
      run.route.source().gate(run.tables(), BUDGET).close();
      run.route.schema().indexes(fixture.table()).forEach(run.route.schema()::build);
      way.source().prepareIdentities(run.tables(), note -> {});
      way.source().prepareFeed(run.tables(), Optional.empty(), note -> {});
      Position from = way.source().mark();
      way.startAt(run.epoch(), from);
      try (Applier first = way.applier(run.epoch())) {
        assertThat(first.position().text()).isEqualTo(from.text());
        Position later = way.source().mark();
        try (Applier second = way.applier(run.epoch() + 1)) {
          assertThatThrownBy(
                  () -> {
                    first.begin(from);
                    first.commit(later);
                  })
              .isInstanceOfSatisfying(
                  FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
          first.rollback();
          second.begin(from);
          second.commit(later);
          assertThat(second.position().text()).isEqualTo(later.text());
        }
      }
      assertThatThrownBy(() -> way.startAt(run.epoch(), from))
          .isInstanceOfSatisfying(
              FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FENCED));
      way.source().dropFeed();
      way.source().dropFeed();
      way.target().removeTraces();
      way.target().removeTraces();
    }
  }

  private static void handOver(ContractRun run, long epoch) {
    try (WriteGate gate = run.route.source().gate(run.tables(), BUDGET)) {
      assertThat(gate.close(LOCK_TIMEOUT)).isInstanceOf(WriteGate.Attempt.Closed.class);
      assertThat(gate.handOver(epoch, gate.frozenAt())).isEqualTo(StepOutcome.DONE);
    }
  }

  private static void assertWaits(CompletableFuture<Void> writer) {
    assertThatThrownBy(() -> writer.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
  }
}
