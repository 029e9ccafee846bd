// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.engine.Fingerprint;
import dev.fram.api.engine.HandOver;
import dev.fram.api.model.Table;
import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The source server. Its monitor stands for the server's own consistency; the public methods are
 * what an application and a test can do to it.
 */
public final class MemorySource {
  private record Lock(TableId table, long key) {}

  private final MemoryStyle style;
  private final MemoryAccess access;
  private final MemoryLog log = new MemoryLog();
  private final MemoryReverse reverse = new MemoryReverse();
  private final MemoryStrays strays = new MemoryStrays(this);
  private final Map<TableId, MemoryShape> shapes = new TreeMap<>();
  private final Map<TableId, NavigableMap<Long, String>> rows = new TreeMap<>();
  private final Map<Lock, Long> locks = new HashMap<>();
  private final Set<Long> unseen = new TreeSet<>();
  private final Set<Long> barrier = new TreeSet<>();
  private final CopyOnWriteArrayList<String> violations = new CopyOnWriteArrayList<>();
  private long nextXid = 1;
  private long sent;
  private OptionalLong slotStart = OptionalLong.empty();
  private Optional<Object> gateHolder = Optional.empty();
  private Optional<Object> gateWaiter = Optional.empty();
  private boolean reachable = true;

  public MemorySource() {
    this(MemoryStyle.EXACT);
  }

  public MemorySource(MemoryStyle style) {
    this.style = style;
    this.access = new MemoryAccess(style);
  }

  MemoryStyle style() {
    return style;
  }

  // ---- what applications and tests do ----------------------------------------------------------

  public synchronized void createTable(TableId table, Table.Transfer transfer) {
    shapes.put(table, new MemoryShape(transfer, List.of(table)));
    rows.put(table, new TreeMap<>());
  }

  /**
   * Tables whose rows hang on each other by their key: who deletes a row deletes those of the
   * tables behind it, and the log does not tell.
   */
  public synchronized void createFamily(List<TableId> tables) {
    for (TableId table : tables) {
      shapes.put(table, new MemoryShape(Table.Transfer.COPY_AND_FOLLOW, List.copyOf(tables)));
      rows.put(table, new TreeMap<>());
    }
  }

  public MemoryTransaction begin() {
    return new MemoryTransaction(this);
  }

  /** Changes the table's definition. */
  public synchronized void alter(TableId table, String definition) {
    shape(table).definition = definition;
    shape(table).storage++;
  }

  /** Writes the table anew without changing a row (VACUUM FULL). */
  public synchronized void rewrite(TableId table) {
    shape(table).storage++;
  }

  /** Empties the table, visible to every snapshot at once, as real servers do. */
  public synchronized void truncate(TableId table) {
    alone(new MemoryOp(MemoryOp.Kind.TRUNCATE, table, 0, ""));
    shape(table).emptiedAt = end();
  }

  /** Changes the table by a statement that stands in the log as such. */
  public synchronized void statement(TableId table) {
    alone(new MemoryOp(MemoryOp.Kind.STATEMENT, table, 0, ""));
  }

  private synchronized void alone(MemoryOp op) {
    while (locks.keySet().stream().anyMatch(l -> l.table().equals(op.table()))) {
      await(5);
    }
    if (refuses() || access.isHandedOver() || gateHolder.isPresent()) {
      throw new WriteRefused("source");
    }
    append(nextXid++, List.of(op));
    shape(op.table()).storage++;
    op.apply(rowsOf(op.table()));
  }

  /** Loses the slot, as a server does that keeps too much log. */
  public synchronized void dropSlot() {
    slotStart = OptionalLong.empty();
  }

  /** Cuts or mends the network between Fram and this server; sessions end when it is cut. */
  public synchronized void unreachable() {
    reachable = false;
    gateHolder = Optional.empty();
    notifyAll();
  }

  public synchronized void reachable() {
    reachable = true;
  }

  synchronized boolean isReachable() {
    return reachable;
  }

  /** What everyone sees now. */
  public synchronized Map<TableId, Map<Long, String>> contents() {
    Map<TableId, Map<Long, String>> copy = new TreeMap<>();
    rows.forEach((table, content) -> copy.put(table, new TreeMap<>(content)));
    return copy;
  }

  synchronized NavigableMap<Long, String> content(TableId table) {
    return new TreeMap<>(rowsOf(table));
  }

  /** Rules of the design that were broken; empty in a good run. */
  public List<String> violations() {
    return violations;
  }

  public synchronized boolean writable() {
    return !refuses();
  }

  /** How often it was closed so far. */
  public synchronized int closings() {
    return access.closings();
  }

  private synchronized boolean refuses() {
    return access.refuses();
  }

  public synchronized boolean hasTraces() {
    return slotStart.isPresent()
        || strays.kept().isPresent()
        || gateHolder.isPresent()
        || reverse.position().isPresent();
  }

  // ---- transactions ----------------------------------------------------------------------------

  synchronized long lock(MemoryTransaction tx, long xid, TableId table, long key) {
    long mine = xid;
    while (true) {
      if (refuses()) {
        throw new WriteRefused("source");
      }
      boolean gateStops = gateHolder.isPresent() || (gateWaiter.isPresent() && !tx.hasWritten());
      Lock lock = new Lock(table, key);
      Long owner = locks.get(lock);
      if (!gateStops && (owner == null || owner == mine)) {
        if (mine == 0) {
          mine = nextXid++;
          unseen.add(mine);
        }
        locks.put(lock, mine);
        return mine;
      }
      await(1000);
    }
  }

  synchronized boolean exists(List<MemoryOp> own, TableId table, long key) {
    boolean there = rowsOf(table).containsKey(key);
    for (MemoryOp op : own) {
      if (op.key() == key && (op.table().equals(table) || cascades(op, table))) {
        there = op.kind() != MemoryOp.Kind.DELETE;
      }
    }
    return there;
  }

  synchronized void writeCommit(long xid, List<MemoryOp> ops) {
    if (xid != 0) {
      if (refuses() && style == MemoryStyle.FUZZY) {
        throw new WriteRefused("source");
      }
      if (refuses()) {
        violate("a commit after the hand-over");
      }
      append(xid, List.copyOf(ops));
    }
  }

  synchronized void becomeVisible(long xid, List<MemoryOp> ops) {
    for (MemoryOp op : ops) {
      op.apply(rowsOf(op.table()));
      shape(op.table()).family.stream()
          .filter(child -> cascades(op, child))
          .forEach(child -> rowsOf(child).remove(op.key()));
    }
    rollback(xid);
  }

  /** Whether a change deletes rows of another table without a word in the log. */
  synchronized boolean cascades(MemoryOp op, TableId child) {
    List<TableId> family = shape(op.table()).family;
    return op.kind() == MemoryOp.Kind.DELETE && family.indexOf(child) > family.indexOf(op.table());
  }

  synchronized List<TableId> family(TableId table) {
    return shape(table).family;
  }

  synchronized Optional<String> row(TableId table, long key) {
    return Optional.ofNullable(rowsOf(table).get(key));
  }

  synchronized void rollback(long xid) {
    unseen.remove(xid);
    locks.values().removeIf(owner -> owner == xid);
    notifyAll();
  }

  // ---- what the engine asks --------------------------------------------------------------------

  synchronized List<Table> tables() {
    List<Table> tables = new ArrayList<>();
    shapes.forEach((id, shape) -> {
      int n = rowsOf(id).size();
      Optional<String> bond =
          Optional.of(shape.family.getFirst().toString()).filter(f -> shape.family.size() > 1);
      tables.add(new Table(id, n, n * 100L, shape.transfer, bond));
    });
    return tables;
  }

  synchronized Map<TableId, Fingerprint> fingerprints() {
    Map<TableId, Fingerprint> looks = new TreeMap<>();
    shapes.forEach((id, s) -> looks.put(id, new Fingerprint(s.definition, "s" + s.storage)));
    return looks;
  }

  synchronized Visibility visibility() {
    return new Visibility(nextXid, new TreeSet<>(unseen));
  }

  /** The rows that a snapshot sees; those from before a TRUNCATE are gone for everyone. */
  synchronized NavigableMap<Long, String> read(TableId table, Visibility visibility) {
    NavigableMap<Long, String> result = new TreeMap<>();
    for (MemoryLog.Entry entry : log.entries()) {
      if (entry.lsn() > shape(table).emptiedAt && visibility.sees(entry.xid())) {
        for (MemoryOp op : entry.ops()) {
          if (op.table().equals(table)) {
            op.apply(result);
          } else if (cascades(op, table)) {
            result.remove(op.key());
          }
        }
      }
    }
    return result;
  }

  /** Everything in the log up to there is visible to everyone; more may be. */
  synchronized long lowWatermark() {
    return log.lowWatermark(unseen);
  }

  public MemoryLog log() {
    return log;
  }

  /** What comes from another server. */
  MemoryReverse reverse() {
    return reverse;
  }

  /** Guard G1 lies in here: whoever is on the way when the slot begins must have arrived. */
  synchronized long createSlot(Runnable alive) {
    if (slotStart.isEmpty()) {
      slotStart = OptionalLong.of(end());
      sent = end();
      barrier.addAll(unseen);
    }
    while (unseen.stream().anyMatch(barrier::contains)) {
      await(20);
      alive.run();
    }
    return slotStart.getAsLong();
  }

  synchronized boolean slotReaches(long lsn) {
    return slotStart.isPresent() && slotStart.getAsLong() <= lsn;
  }

  /** The log before that position is not needed any more. */
  synchronized void confirm(long lsn) {
    if (slotStart.isPresent()) {
      slotStart = OptionalLong.of(Math.max(slotStart.getAsLong(), lsn));
    }
  }

  synchronized boolean followed(TableId table) {
    return shape(table).transfer == Table.Transfer.COPY_AND_FOLLOW;
  }

  synchronized void sent(long lsn) {
    sent = Math.max(sent, lsn);
  }

  synchronized long sent() {
    return sent;
  }

  long end() {
    return log.end();
  }

  synchronized long mark() {
    append(0, List.of());
    return end();
  }

  synchronized HandOver handOver() {
    return access.handOver();
  }

  synchronized boolean closeGate(Object holder, long millis) {
    gateWaiter = Optional.of(holder);
    try {
      long deadline = System.nanoTime() + millis * 1_000_000;
      while (!locks.isEmpty()) {
        if (System.nanoTime() - deadline >= 0) {
          return false;
        }
        await(5);
      }
      gateHolder = Optional.of(holder);
      return true;
    } finally {
      gateWaiter = Optional.empty();
      notifyAll();
    }
  }

  @SuppressWarnings("ReferenceEquality") // the very session that locked, not an equal one
  synchronized boolean holdsGate(Object holder) {
    return gateHolder.filter(h -> h == holder).isPresent();
  }

  synchronized void releaseGate(Object holder) {
    if (holdsGate(holder)) {
      gateHolder = Optional.empty();
      notifyAll();
    }
  }

  /** Returns false when the holder's session was lost, and its locks with it. */
  synchronized boolean commitHandOver(Object holder, HandOver.HandedOver register) {
    if (!holdsGate(holder)) {
      return false;
    }
    access.handOver(register);
    gateHolder = Optional.empty();
    notifyAll();
    return true;
  }

  /** Refuses every write from now on; those that are on their way are refused at their commit. */
  synchronized long seal() {
    if (!access.isHandedOver()) {
      violate("sealed without a hand-over");
    }
    long at = access.seal(end());
    notifyAll();
    while (!unseen.isEmpty()) {
      await(1);
    }
    return at;
  }

  /** Who looks for writes past the closed gate. */
  public MemoryStrays strays() {
    return strays;
  }

  // ---- what comes from the other server --------------------------------------------------------

  /** Closed for applications until {@link #reopen}, like the target of a migration. */
  synchronized void close() {
    access.close();
  }

  /** Everybody may write again; a hand-over by a later run than this is not taken back. */
  synchronized void reopen(long epoch) {
    access.reopen(epoch);
    notifyAll();
  }

  /** What has been applied here stands in the log like everything else. */
  synchronized long applied(Map<TableId, NavigableMap<Long, String>> changed, List<MemoryOp> ops) {
    rows.putAll(changed);
    if (ops.isEmpty()) {
      return 0;
    }
    append(nextXid, List.copyOf(ops));
    return nextXid++;
  }

  synchronized void ensure(TableId table) {
    if (!shapes.containsKey(table)) {
      createTable(table, Table.Transfer.COPY_AND_FOLLOW);
    }
  }

  /** The tables of another server, as they are there. */
  synchronized void createLike(MemorySource other) {
    other.shapes.forEach((table, shape) -> {
      shapes.computeIfAbsent(table, t -> new MemoryShape(shape.transfer, shape.family));
      rowsOf(table);
    });
  }

  synchronized void dropTable(TableId table) {
    rows.remove(table);
    shapes.remove(table);
  }

  synchronized boolean hasTable(TableId table) {
    return rows.containsKey(table);
  }

  /** The table itself and no copy: for who holds the server's monitor, or is alone. */
  synchronized NavigableMap<Long, String> live(TableId table) {
    ensure(table);
    return rowsOf(table);
  }

  /** Sequences and the like are those of the other server now. */
  synchronized void finishBack(long epoch) {
    access.finishBack(epoch);
  }

  synchronized boolean finishedBack() {
    return access.finishedBack();
  }

  void violate(String rule) {
    violations.add(rule);
  }

  private void append(long xid, List<MemoryOp> ops) {
    log.append(xid, ops);
    notifyAll();
  }

  private MemoryShape shape(TableId table) {
    MemoryShape shape = shapes.get(table);
    if (shape == null) {
      throw new IllegalArgumentException("no table " + table);
    }
    return shape;
  }

  private NavigableMap<Long, String> rowsOf(TableId table) {
    return rows.computeIfAbsent(table, t -> new TreeMap<>());
  }

  /** Callers loop: this only gives way. */
  @SuppressWarnings("WaitNotInLoop")
  private void await(long millis) {
    try {
      wait(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
