// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.change.Position;
import dev.fram.api.engine.Chunk;
import dev.fram.api.engine.JournalEntry;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.RowVerdict;
import dev.fram.api.engine.SavedInventory;
import dev.fram.api.engine.TableState;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The target server with Fram's state on it. Its monitor stands for the server's consistency. */
public final class MemoryTarget {
  /** All that lives in Fram's schema. */
  static final class State {
    MigrationRecord record;
    long epoch;
    Optional<Position> position = Optional.empty();
    final List<JournalEntry> entries = new ArrayList<>();
    final Map<TableId, TableState> tables = new TreeMap<>();
    final Map<TableId, Map<Integer, String>> chunkFences = new TreeMap<>();
    final Map<TableId, Long> lastSeen = new TreeMap<>();
    final Map<TableId, List<Chunk>> cuts = new TreeMap<>();
    final Map<TableId, RowVerdict> verdicts = new TreeMap<>();
    Optional<SavedInventory> inventory = Optional.empty();
    final Map<Long, String> commands = new TreeMap<>();
    final Map<Long, String> answers = new HashMap<>();
    Optional<String> status = Optional.empty();
    long statusNanos;
    long lastCommand;

    State(MigrationRecord record) {
      this.record = record;
    }
  }

  private final MemorySource server = new MemorySource();
  private final Set<String> built = new TreeSet<>();
  private final Map<String, String> kept = new TreeMap<>();
  private Optional<State> state = Optional.empty();
  private final Set<Object> applying = new HashSet<>();
  private final Set<TableId> building = new TreeSet<>();
  private Optional<Object> leaseHolder = Optional.empty();
  private final List<String> obstacles = new ArrayList<>();

  // ---- what applications and tests do ----------------------------------------------------------

  /** An application's write; {@link WriteRefused} while the target is closed. */
  public void write(TableId table, long key, String value) {
    server.ensure(table);
    MemoryTransaction tx = server.begin();
    tx.put(table, key, value);
    tx.commit();
  }

  /** The database server itself, for applications and tests. */
  public MemorySource server() {
    return server;
  }

  /** What keeps it from being the source of a way back. */
  public synchronized void refuseWayBack(String why) {
    obstacles.add(why);
  }

  synchronized List<String> obstacles() {
    return List.copyOf(obstacles);
  }

  /** Changes a row behind everybody's back; an empty value takes it away. */
  public synchronized void drift(TableId table, long key, Optional<String> value) {
    NavigableMap<Long, String> changed = new TreeMap<>(content(table));
    value.ifPresentOrElse(v -> changed.put(key, v), () -> changed.remove(key));
    server.applied(Map.of(table, changed), List.of());
  }

  /** Takes an index or the triggers away behind everybody's back. */
  public synchronized void forget(String what) {
    built.remove(what);
  }

  /** Makes an index or the triggers as a person would. */
  public synchronized void build(String what) {
    built.add(what);
  }

  public synchronized Map<TableId, Map<Long, String>> contents() {
    return server.contents();
  }

  public boolean writable() {
    return server.writable();
  }

  /** What is left of Fram here; empty after a cancel or a completion. */
  public synchronized boolean hasTraces() {
    return state.isPresent() || server.hasTraces();
  }

  public synchronized List<JournalEntry> journal() {
    return state.map(s -> List.copyOf(s.entries)).orElse(List.of());
  }

  public synchronized Optional<TableState> table(TableId table) {
    return state.map(s -> s.tables.get(table));
  }

  // ---- what the engine asks --------------------------------------------------------------------

  synchronized Optional<State> state() {
    return state;
  }

  synchronized void create(MigrationRecord first) {
    if (state.isEmpty()) {
      state = Optional.of(new State(first));
    }
  }

  /** What is kept for the report, also before there is a migration. */
  synchronized Map<String, String> kept() {
    return kept;
  }

  synchronized State required() {
    return state.orElseThrow(() ->
        new FramException(ErrorCode.MIGRATION_MISSING, "target: no migration is recorded.", ""));
  }

  /** The fence against another run: every write goes through here. */
  synchronized State fenced(long epoch) {
    State s = required();
    if (s.epoch != epoch) {
      throw new FramException(
          ErrorCode.FENCED,
          "target: epoch is " + s.epoch + ", this run has " + epoch + ".",
          "Another run has taken over.");
    }
    return s;
  }

  synchronized Optional<Long> lease(Object holder) {
    if (leaseHolder.isPresent()) {
      return Optional.empty();
    }
    leaseHolder = Optional.of(holder);
    State s = required();
    s.epoch++;
    return Optional.of(s.epoch);
  }

  synchronized boolean leased() {
    return leaseHolder.isPresent();
  }

  // The very session, not an equal one: that is the point of a lease.
  @SuppressWarnings("ReferenceEquality")
  synchronized boolean leasedBy(Object holder) {
    return leaseHolder.filter(h -> h == holder).isPresent();
  }

  synchronized void endLease(Object holder) {
    if (leasedBy(holder)) {
      leaseHolder = Optional.empty();
    }
  }

  synchronized void close() {
    server.close();
  }

  synchronized void open(long epoch) {
    server.reopen(epoch);
  }

  synchronized NavigableMap<Long, String> content(TableId table) {
    return server.live(table);
  }

  synchronized boolean hasTable(TableId table) {
    return server.hasTable(table);
  }

  synchronized void replace(Map<TableId, NavigableMap<Long, String>> changed) {
    server.applied(changed, List.of());
  }

  /** Changes that came by the feed. */
  synchronized void apply(Map<TableId, NavigableMap<Long, String>> changed, List<MemoryOp> ops) {
    server.applied(changed, ops);
  }

  synchronized void dropTable(TableId table) {
    server.dropTable(table);
  }

  synchronized boolean hasBuilt(String what) {
    return built.contains(what);
  }

  /** A transaction that applies changes is open; no index may be built meanwhile. */
  synchronized boolean applyBegins(Object session) {
    applying.add(session);
    return building.isEmpty();
  }

  synchronized void applyEnds(Object session) {
    applying.remove(session);
  }

  synchronized boolean buildBegins(TableId table) {
    building.add(table);
    return applying.isEmpty();
  }

  synchronized void buildEnds(TableId table) {
    building.remove(table);
  }

  synchronized Set<String> built() {
    return built;
  }

  synchronized void removeTraces() {
    state = Optional.empty();
    kept.clear();
    // Whoever has closed it: the guards are gone.
    server.reopen(Long.MAX_VALUE);
  }
}
