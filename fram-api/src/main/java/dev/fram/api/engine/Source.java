// SPDX-License-Identifier: Apache-2.0
package dev.fram.api.engine;

import dev.fram.api.change.Position;
import dev.fram.api.error.FramException;
import dev.fram.api.model.ServerInfo;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableDigest;
import dev.fram.api.model.TableId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The server where the data leaves. Fram's guests' rules hold: short locks, no writes but its own.
 */
public interface Source {
  ServerInfo server();

  /** Every table in scope, sorted by name; the engine's own schema {@code fram} is never in it. */
  List<Table> tables();

  /**
   * Changes how the log names the rows of tables that could not be followed otherwise, where that
   * disturbs nobody or the user has agreed. Idempotent; {@link #removeTraces} puts it back. Comes
   * before {@link #prepareFeed}.
   *
   * @param progress told what is changed, and what is being waited for
   * @return what was changed, for the journal
   * @throws FramException LOCK_TIMEOUT, PRIVILEGE_MISSING
   */
  default List<String> prepareIdentities(List<Table> tables, Consumer<String> progress) {
    return List.of();
  }

  /**
   * Creates what the feed needs (publication, slot), and waits until every transaction that might
   * be in neither the feed nor a later snapshot has ended (guard G1). Idempotent: what exists and
   * is in order stays. Nothing that was lost is made anew silently.
   *
   * @param progress told what is being waited for, with pids and ages
   * @return the point from which the feed has everything
   * @throws FramException LOG_LOST when {@code recorded} is given and the feed no longer reaches it
   */
  Position prepareFeed(List<Table> tables, Optional<Position> recorded, Consumer<String> progress);

  /**
   * Takes away what {@link #prepareFeed} made: no log is kept for Fram any more. Idempotent; does
   * nothing where nothing was made.
   */
  default void dropFeed() {}

  /**
   * Opens the feed after {@code from}; owned by one thread.
   *
   * @throws FramException LOG_LOST, SERVER_UNREACHABLE (retry: an old session may still hold it)
   */
  ChangeFeed openFeed(Position from);

  /**
   * After the hand-over and before anything is brought back here: makes what {@link #openStrays}
   * needs, as far as it takes no time. Where the feed's log is kept still, it begins at the
   * hand-over without a gap. Idempotent.
   */
  default void prepareStrays(List<Table> tables) {}

  /**
   * Opens what tells of writes behind the hand-over that nobody was to make; owned by one thread.
   * May wait until transactions of others have ended.
   *
   * @return empty where the engine has no such thing
   */
  default Optional<StrayFeed> openStrays(List<Table> tables) {
    return Optional.empty();
  }

  /** No log is kept for {@link #openStrays} any more. Idempotent; nothing may read it now. */
  default void dropStrays() {}

  /** How much log the source keeps for us, and whether it is in danger. */
  Retention retention();

  /** What Fram costs the server now. Cheap: asked every few seconds. */
  default List<Burden> burdens() {
    return List.of();
  }

  /** Opens a consistent read over these tables; its session stays open until it is closed. */
  Snapshot snapshot(List<Table> tables);

  /**
   * Ranges of a table's key for copying each chunk under its own snapshot; empty when the table's
   * key does not allow it.
   */
  List<Chunk> keyChunks(Table table, long chunkBytes);

  /**
   * Writes a marker into the log and returns its position. Everything that was committed before the
   * call, or that any snapshot taken before it could see, lies before it; and the feed reports
   * reaching it soon, also on an idle server.
   */
  Position mark();

  /**
   * The clock that {@link dev.fram.api.change.FeedEvent.Begin} tells the time of, in milliseconds
   * since 1970; empty when it is this machine's own.
   */
  default OptionalLong clockMillis() {
    return OptionalLong.empty();
  }

  /** The log's end now, for measuring lag; not a position to wait for. */
  long lagBytes(Position behind);

  /** What each table in scope looks like now: changes when its definition or storage changes. */
  Map<TableId, Fingerprint> fingerprints();

  /**
   * Every object that belongs to what is migrated, also what Fram does not carry over and what the
   * user leaves out; Fram's own are never in it. May take seconds where there are many.
   *
   * @param other the target's major version: definitions are told as both servers would tell them
   */
  List<ObjectFact> objects(int other);

  /** The gate that stops the application's writes; owned by one thread. */
  WriteGate gate(List<Table> tables, Duration budget);

  /** Reads the hand-over register. */
  HandOver handOver();

  /**
   * After the hand-over: makes sure that the source is closed for good, and tells the last position
   * that anything of the application's may have reached. When that lies beyond the frozen position,
   * the core applies what lies between before the target opens. Idempotent, and asked again by a
   * run that resumes.
   *
   * @param epoch the epoch of the run that asks
   * @return empty where the commit that hands over also closes the source, so that there is nothing
   *     to do and the source need not even be asked
   * @throws FramException a transient code; the target stays closed
   */
  default Optional<Position> seal(long epoch) {
    return Optional.empty();
  }

  /**
   * Takes a consistent read of these tables for a comparison. Takes milliseconds; the apply thread
   * stands still meanwhile.
   *
   * @param shown whether values may be shown
   */
  SourceMoment moment(List<Table> tables, Reveal shown);

  /**
   * Opens what reads the rows when nobody writes to them any more; no value is shown.
   *
   * @param expected the tables that will probably be read
   */
  default StandingRows standing(List<Table> expected) {
    return StandingRows.whenAsked(
        tables -> moment(tables, Reveal.DIGESTS_ONLY), SourceMoment::digests, SourceMoment::close);
  }

  /** A digest of one table, read at one moment. */
  TableDigest digest(TableId table);

  /**
   * Removes slot, publication and register. Before the hand-over also the gate's objects; after it
   * these stay, because the source must stay closed. Idempotent.
   */
  void removeTraces();
}
