// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.testkit.fault.Flow;
import dev.fram.testkit.fault.TcpProxy;
import dev.fram.testkit.server.PostgresVersion;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The network to the target is cut at every few bytes of a commit's requests and answers
 * (ALGORITHMS I.49): whether the commit happened is not known to the one who asked for it, but the
 * position on the target says so to the next one, and each row arrives exactly once.
 */
class CommitCutTest {
  private static final int STEP = 9;
  private static final int MOST = 3_000;

  /** The server sends them once; each applier here is a new one. */
  private List<FeedEvent> layouts = List.of();

  private final Map<Flow, Integer> lost = new EnumMap<>(Flow.class);
  private final Map<Flow, Integer> kept = new EnumMap<>(Flow.class);

  @ParameterizedTest
  @EnumSource(names = {"V15", "V18"})
  void aCommitThatIsCutHappensOnceAndIsKnownByThePosition(PostgresVersion version)
      throws Exception {
    try (FeedRig rig = new FeedRig(Servers.of(PostgresVersion.V15), Servers.of(version));
        TcpProxy proxy = TcpProxy.to("127.0.0.1", rig.targetServer.port())) {
      rig.both("CREATE TABLE t (id int PRIMARY KEY, n int)").follow("t");
      rig.onSource("INSERT INTO t VALUES (0, 0)");
      List<FeedEvent> first = rig.drain();
      rig.apply(first);
      layouts = first.stream().filter(FeedEvent.SchemaChange.class::isInstance).toList();
      rig.applier().close();
      Connector cuttable =
          new Connector(proxy.through(rig.targetServer.endpoint(rig.database + "_copy")), "target");
      int id = 0;
      for (Flow flow : Flow.values()) {
        boolean cut = true;
        for (int bytes = 0; cut && bytes < MOST; bytes += STEP) {
          rig.onSource("UPDATE t SET n = n + 1; INSERT INTO t VALUES (" + ++id + ", 0)");
          cut = commitsCut(rig, proxy, cuttable, flow, bytes);
          assertThat(rig.same("t")).isNotEmpty();
        }
        assertThat(cut).as("at last the whole commit came through").isFalse();
      }
      assertThat(lost.getOrDefault(Flow.REQUESTS, 0)).as("commits lost").isPositive();
      assertThat(kept.getOrDefault(Flow.ANSWERS, 0)).as("commits done unheard").isPositive();
    }
  }

  /** Returns whether the commit was cut; in any case what was to be applied is applied after. */
  private boolean commitsCut(FeedRig rig, TcpProxy proxy, Connector cuttable, Flow flow, int bytes)
      throws Exception {
    List<FeedEvent> events = rig.drain();
    Lsn from = rig.position;
    Lsn to = rig.end(events);
    boolean cut = false;
    try (PostgresApplier applier =
        PostgresApplier.open(
            cuttable, rig.id, rig.epoch, new java.util.HashSet<>(), FeedRig.UNTOLD)) {
      applier.begin(from);
      applier.apply(layouts);
      applier.apply(events);
      proxy.cutAfter(flow, bytes);
      applier.commit(to);
    } catch (FramException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
      cut = true;
    }
    proxy.pass();
    // What the next run does: its position comes from the target, and it applies from there.
    try (PostgresApplier next =
        PostgresApplier.open(
            cuttable, rig.id, rig.epoch, new java.util.HashSet<>(), FeedRig.UNTOLD)) {
      Lsn found = settled(rig, next, from, to);
      if (cut) {
        (found.equals(to) ? kept : lost).merge(flow, 1, Integer::sum);
      }
      if (found.equals(from)) {
        next.begin(from);
        next.apply(layouts);
        next.apply(events);
        next.commit(to);
      }
    }
    rig.position = to;
    return cut;
  }

  /**
   * A session that was cut off may still be about to commit: the row lock of begin waits for it.
   */
  private static Lsn settled(FeedRig rig, PostgresApplier next, Lsn from, Lsn to) {
    try {
      next.begin(from);
      next.rollback();
    } catch (FramException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.FENCED);
      next.rollback();
    }
    Lsn found = (Lsn) next.position();
    assertThat(found).isIn(from, to);
    return found;
  }
}
