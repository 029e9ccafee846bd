// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.run.MigrationSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole transactions together, a large one alone in pieces, and never anything between. */
final class BatchPlannerTest {
  @TempDir Path folder;

  private Backlog backlog;

  private BatchPlanner planner(int changes) {
    MigrationSettings.Stream limits =
        new MigrationSettings.Stream(1 << 20, folder, 0, changes, 1 << 20, Duration.ofSeconds(2));
    backlog = new Backlog(limits, folder.resolve("m"), TestPosition::parse);
    return new BatchPlanner(
        backlog,
        new FeedProgress(Clock.system(), new RecentTransactions(0)),
        limits,
        Clock.system());
  }

  private void transaction(long at, int rows) {
    backlog.put(TestPosition.begin(at));
    for (int i = 0; i < rows; i++) {
      backlog.put(TestPosition.row(at + "/" + i));
    }
    backlog.put(TestPosition.commit(at));
  }

  private static String next(BatchPlanner planner) {
    Optional<Batch> batch = planner.next();
    return batch
        .map(b ->
            switch (b) {
              case Batch.Whole w ->
                  "whole " + w.transactions() + " to " + w.to().text() + " by " + rows(w.events());
              case Batch.Piece p ->
                  "piece " + rows(p.events()) + p.end().map(e -> " to " + e.text()).orElse("");
              case Batch.Nothing n -> "nothing to " + n.reached().text();
            })
        .orElse("none");
  }

  private static long rows(List<FeedEvent> events) {
    return events.stream().filter(e -> e instanceof FeedEvent.Row).count();
  }

  @Test
  void packsWholeTransactions() {
    BatchPlanner planner = planner(5);
    transaction(1, 2);
    transaction(2, 2);
    transaction(3, 2);
    transaction(4, 1);
    backlog.put(TestPosition.idle(9));
    assertThat(next(planner)).isEqualTo("whole 2 to 2 by 4");
    assertThat(next(planner)).isEqualTo("whole 2 to 4 by 3");
    assertThat(next(planner)).isEqualTo("nothing to 9");
    assertThat(next(planner)).isEqualTo("none");
  }

  @Test
  void appliesALargeTransactionAloneInPieces() {
    BatchPlanner planner = planner(4);
    transaction(1, 1);
    transaction(2, 10);
    transaction(3, 1);
    assertThat(next(planner)).isEqualTo("whole 1 to 1 by 1");
    assertThat(next(planner)).isEqualTo("piece 4");
    assertThat(next(planner)).isEqualTo("piece 4");
    assertThat(next(planner)).isEqualTo("piece 2 to 2");
    assertThat(next(planner)).isEqualTo("whole 1 to 3 by 1");
  }

  @Test
  void aStatementIsAloneInItsBatch() {
    BatchPlanner planner = planner(50);
    transaction(1, 2);
    transaction(2, 2);
    backlog.put(TestPosition.begin(3));
    backlog.put(new FeedEvent.Statement(new byte[] {1}));
    backlog.put(TestPosition.commit(3));
    transaction(4, 1);
    backlog.put(TestPosition.begin(5));
    backlog.put(new FeedEvent.Statement(new byte[] {1}));
    backlog.put(TestPosition.commit(5));
    transaction(6, 1);
    assertThat(next(planner)).isEqualTo("whole 2 to 2 by 4");
    assertThat(next(planner)).isEqualTo("whole 1 to 3 by 0");
    assertThat(next(planner)).isEqualTo("whole 1 to 4 by 1");
    assertThat(next(planner)).isEqualTo("whole 1 to 5 by 0");
    assertThat(next(planner)).isEqualTo("whole 1 to 6 by 1");
  }

  @Test
  void losesNothingWhateverTheSizes() {
    Random random = new Random(11);
    BatchPlanner planner = planner(7);
    long expected = 0;
    for (int at = 1; at <= 200; at++) {
      int rows = random.nextInt(20);
      expected += rows;
      transaction(at, rows);
    }
    long seen = 0;
    List<String> ends = new ArrayList<>();
    for (Optional<Batch> b = planner.next(); b.isPresent(); b = planner.next()) {
      switch (b.get()) {
        case Batch.Whole w -> {
          seen += rows(w.events());
          ends.add(w.to().text());
        }
        case Batch.Piece p -> {
          seen += rows(p.events());
          p.end().ifPresent(e -> ends.add(e.text()));
        }
        case Batch.Nothing n -> throw new AssertionError("nobody was idle");
      }
    }
    assertThat(seen).isEqualTo(expected);
    assertThat(ends).endsWith("200").doesNotHaveDuplicates();
  }

  @Test
  void refusesAFeedThatIsOutOfOrder() {
    BatchPlanner planner = planner(4);
    backlog.put(TestPosition.row("lost"));
    assertThatThrownBy(planner::next)
        .isInstanceOfSatisfying(
            FramException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FEED_INVALID));
  }
}
