// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.change.Position;
import dev.fram.api.engine.Applier;
import dev.fram.api.engine.ChangeFeed;
import dev.fram.api.engine.Reveal;
import dev.fram.api.engine.Seen;
import dev.fram.api.engine.SourceMoment;
import dev.fram.api.engine.TargetMoment;
import dev.fram.api.model.Table;
import dev.fram.postgresql.apply.Servers;
import dev.fram.postgresql.digest.Differences;
import dev.fram.testkit.server.PostgresServer;
import dev.fram.testkit.server.PostgresVersion;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Moments and the feed: twin snapshots at one prefix of the source's history (ALGORITHMS D2). */
class MomentRouteTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Reads the feed transaction by transaction. */
  private static final class Reader {
    final ChangeFeed feed;
    final long deadline = System.nanoTime() + PATIENCE.toNanos();

    Reader(ChangeFeed feed) {
      this.feed = feed;
    }

    /** A whole transaction, or a lone Idle. */
    List<FeedEvent> next() {
      List<FeedEvent> events = new ArrayList<>();
      while (System.nanoTime() < deadline) {
        Optional<FeedEvent> event = feed.poll(Duration.ofMillis(20));
        event.ifPresent(events::add);
        if (event.isPresent() && end(events).isPresent()) {
          return events;
        }
      }
      throw new AssertionError("the feed stands still");
    }

    static Optional<Position> end(List<FeedEvent> events) {
      FeedEvent last = events.getLast();
      return last instanceof FeedEvent.Commit commit
          ? Optional.of(commit.end())
          : last instanceof FeedEvent.Idle idle ? Optional.of(idle.reached()) : Optional.empty();
    }

    static boolean seen(SourceMoment moment, List<FeedEvent> events) {
      return events.stream()
          .filter(FeedEvent.Begin.class::isInstance)
          .map(FeedEvent.Begin.class::cast)
          .allMatch(begin -> moment.seen(begin) == Seen.YES);
    }
  }

  @Test
  void whatCommitsAfterTheMomentIsNotSeen() throws Exception {
    PostgresServer server = Servers.of(PostgresVersion.V15);
    try (RouteRig rig = new RouteRig(server, server, "CREATE TABLE t (id int PRIMARY KEY)");
        Connection open = server.connect(rig.sourceDatabase)) {
      List<Table> tables = rig.prepare();
      String gid = rig.sourceDatabase;
      RouteRig.run(
          rig.onSource, "BEGIN; INSERT INTO t VALUES (3); PREPARE TRANSACTION '" + gid + "'");
      RouteRig.run(open, "BEGIN; INSERT INTO t VALUES (2)");
      RouteRig.run(rig.onSource, "INSERT INTO t VALUES (1)");
      try (SourceMoment moment = rig.route.source().moment(tables, Reveal.DIGESTS_ONLY)) {
        RouteRig.run(open, "COMMIT");
        RouteRig.run(rig.onSource, "COMMIT PREPARED '" + gid + "'");
        RouteRig.run(rig.onSource, "INSERT INTO t VALUES (4)");
        assertThat(moment.digests().rows(tables.getFirst().id(), List.of("1", "2", "3", "4")))
            .extracting(row -> row.key())
            .containsExactly("1");
        List<Boolean> seen = new ArrayList<>();
        try (ChangeFeed feed = rig.route.source().openFeed(rig.position)) {
          Reader reader = new Reader(feed);
          while (seen.size() < 4) {
            List<FeedEvent> transaction = reader.next();
            if (transaction.stream().anyMatch(FeedEvent.Row.class::isInstance)) {
              boolean yes = Reader.seen(moment, transaction);
              seen.add(yes);
              assertThat(moment.armedAt().covers(Reader.end(transaction).orElseThrow()))
                  .isEqualTo(yes);
            }
          }
        }
        assertThat(seen).containsExactly(true, false, false, false);
      }
    }
  }

  @Test
  void underWritersBothMomentsHoldTheSameRows() throws Exception {
    try (RouteRig rig =
            new RouteRig(
                Servers.of(PostgresVersion.V15),
                Servers.of(PostgresVersion.V18),
                PostgresRouteTest.SHOP);
        Writers writers = new Writers(rig.sourceServer, rig.sourceDatabase, 2)) {
      writers.start();
      List<Table> tables = rig.prepare();
      rig.copy(tables, 1_000_000);
      rig.buildIndexes(tables);
      rig.follow(rig.route.source().mark());
      List<Table> followed =
          tables.stream().filter(t -> t.transfer() == Table.Transfer.COPY_AND_FOLLOW).toList();
      try (ChangeFeed feed = rig.route.source().openFeed(rig.position);
          Applier applier = rig.route.applier(rig.lease.epoch())) {
        List<FeedEvent> ahead = new ArrayList<>();
        for (int round = 0; round < 2; round++) {
          round(rig, feed, applier, followed, ahead);
        }
      }
      writers.stop();
      assertThat(writers.surprises()).isEmpty();
      assertThat(writers.commits()).isPositive();
    }
  }

  /**
   * @param ahead a transaction that was read and not applied, before and after
   */
  private static void round(
      RouteRig rig, ChangeFeed feed, Applier applier, List<Table> tables, List<FeedEvent> ahead) {
    Reader reader = new Reader(feed);
    try (SourceMoment there = rig.route.source().moment(tables, Reveal.DIGESTS_ONLY)) {
      List<FeedEvent> transaction = ahead.isEmpty() ? reader.next() : List.copyOf(ahead);
      while (Reader.seen(there, transaction) && !rig.position.covers(there.armedAt())) {
        Position end = Reader.end(transaction).orElseThrow();
        if (!rig.position.covers(end)) {
          applier.begin(rig.position);
          applier.apply(transaction);
          applier.commit(end);
          rig.position = end;
        }
        transaction = reader.next();
      }
      ahead.clear();
      ahead.addAll(transaction);
      try (TargetMoment here = rig.route.target().moment(Reveal.DIGESTS_ONLY)) {
        assertThat(here.position()).contains(rig.position);
        for (Table table : tables) {
          assertThat(new Differences(there.digests(), here.digests(), 16).of(table.id()))
              .as(table.id().toString())
              .isEmpty();
        }
      }
    }
  }
}
