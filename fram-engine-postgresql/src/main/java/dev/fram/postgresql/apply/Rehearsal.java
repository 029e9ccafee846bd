// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.apply;

import dev.fram.api.change.FeedEvent;
import dev.fram.api.engine.TouchedRows;
import dev.fram.api.error.FramException;
import dev.fram.api.model.MigrationId;
import dev.fram.postgresql.connection.Connector;
import dev.fram.postgresql.feed.Lsn;
import dev.fram.postgresql.pgoutput.PgOutput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tries, as Fram's own applier would, what a subscription's worker does not get past, and takes it
 * back: the server tells nobody what its worker has met, and so it can be told. Owned by the
 * applier's thread.
 */
final class Rehearsal {
  /** Of a larger batch only the first changes are tried. */
  private static final int MOST = 20_000;

  private final Connector target;
  private final MigrationId id;
  private final long epoch;
  private final Map<Integer, FeedEvent> layouts = new LinkedHashMap<>();
  private final List<FeedEvent> events = new ArrayList<>();

  Rehearsal(Connector target, MigrationId id, long epoch) {
    this.target = target;
    this.id = id;
    this.epoch = epoch;
  }

  /** A new batch begins. */
  void clear() {
    events.clear();
  }

  void add(FeedEvent event) {
    if (event instanceof FeedEvent.SchemaChange change) {
      layouts.put(PgOutput.relation(change.payload()).oid(), change);
    } else if (events.size() < MOST) {
      events.add(event);
    }
  }

  /**
   * @param reached what the worker has applied already
   * @return what is met; empty where all can be applied
   */
  Optional<FramException> run(Lsn reached) {
    List<FeedEvent> left = new ArrayList<>(layouts.values());
    left.addAll(after(reached));
    try (PostgresApplier applier =
        PostgresApplier.open(
            target,
            id,
            epoch,
            ConcurrentHashMap.newKeySet(),
            new Touches(TouchedRows.unwanted(), table -> Optional.empty()))) {
      applier.begin(applier.position());
      applier.apply(left);
      applier.rollback();
      return Optional.empty();
    } catch (FramException e) {
      return Optional.of(e);
    }
  }

  private List<FeedEvent> after(Lsn reached) {
    int from = 0;
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i) instanceof FeedEvent.Commit commit && reached.covers(commit.end())) {
        from = i + 1;
      }
    }
    return events.subList(from, events.size());
  }
}
