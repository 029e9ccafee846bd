// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import java.util.List;
import java.util.Optional;

/** The server where the data arrives; it also keeps all of Fram's state, in a schema named fram. */
public interface Target {
  ServerInfo server();

  /** The durable story. Thread-safe. */
  JournalStore journal();

  /**
   * Tries to become the one run that may write; raises the epoch when it does. Owned by one thread,
   * with a session of its own.
   *
   * @param holder who asks, for the message that another run gets: host, pid
   */
  Optional<Lease> lease(String holder);

  /**
   * Who holds the lease now, for people: the holder's own words and since when.
   *
   * @return empty when nobody does
   */
  Optional<String> leaseHolder();

  /**
   * Lets the application write, all tables in the same instant, also where a hand-over had closed
   * them: then the register says again that this server owns the data. The caller has just read
   * from the other server that it has handed over. Idempotent.
   *
   * @throws dev.fram.api.error.FramException FENCED when a later run was here
   */
  void open(long epoch);

  /**
   * Every object that is here, as {@link Source#objects}; nothing is excluded.
   *
   * @param other the source's major version
   */
  List<ObjectFact> objects(int other);

  /**
   * Removes what kept it closed and lets everybody pass now. The application writes already, and is
   * not kept waiting. Idempotent.
   *
   * @return what could not be removed, for people
   */
  default List<String> afterOpening() {
    return List.of();
  }

  /** What the session that applies does in this moment. Cheap: asked some ten times in a row. */
  default ApplyMoment applyMoment() {
    return new ApplyMoment(ApplyMoment.Doing.ABSENT, Optional.empty(), "");
  }

  /**
   * Ends statements of this login that the server would let wait for ever, so that they go through
   * or fail and are tried again. Asked while the target does not answer; opens a session of its
   * own.
   *
   * @return how many
   */
  default int endEndlessWaits() {
    return 0;
  }

  /** Takes a consistent read for a comparison, of rows and position together. */
  TargetMoment moment(Reveal shown);

  /** As {@link Source#standing}. */
  default StandingRows standing(List<Table> expected) {
    return StandingRows.whenAsked(
        tables -> moment(Reveal.DIGESTS_ONLY), TargetMoment::digests, TargetMoment::close);
  }

  /** A digest of one table, read at one moment. */
  TableDigest digest(TableId table);

  /** Removes Fram's schema and guards. Idempotent. */
  void removeTraces();
}
