// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * An application with several writers and an oracle: what was acknowledged must be there in the
 * end. It writes to the source until that refuses, then to the target. Small transactions over few
 * keys, so that writers meet; some roll back; between the log and visibility lies a gap.
 */
public final class MemoryWorkload implements AutoCloseable {
  /** Beyond this key a writer's rows are its own: nobody else changes them. */
  private static final long OWN = 1_000_000;

  private final MemorySource source;
  private final MemoryTarget target;
  private final List<TableId> tables;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final List<Thread> writers = new ArrayList<>();
  private final Map<TableId, Map<Long, String>> acknowledged = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<String> errors = new CopyOnWriteArrayList<>();

  public MemoryWorkload(MemorySource source, MemoryTarget target, List<TableId> tables) {
    this.source = source;
    this.target = target;
    this.tables = List.copyOf(tables);
    tables.forEach(t -> acknowledged.put(t, new ConcurrentHashMap<>()));
  }

  /** Starts so many writers. */
  public MemoryWorkload start(int count, long seed) {
    for (int i = 0; i < count; i++) {
      int writer = i;
      Thread thread = new Thread(() -> write(writer, new Random(seed + writer)), "app-" + i);
      writers.add(thread);
      thread.start();
    }
    return this;
  }

  /** Rows that only one writer ever touches, as they were acknowledged last. */
  public Map<TableId, Map<Long, String>> acknowledged() {
    return acknowledged;
  }

  /** Acknowledged rows that a server does not hold, or holds otherwise. */
  public List<String> missingOn(Map<TableId, Map<Long, String>> contents) {
    List<String> missing = new ArrayList<>();
    acknowledged.forEach((table, rows) ->
        rows.forEach((key, value) -> {
          if (!value.equals(contents.getOrDefault(table, Map.of()).get(key))) {
            missing.add(table + " " + key);
          }
        }));
    return missing;
  }

  public List<String> errors() {
    return errors;
  }

  @Override
  public void close() {
    stop();
  }

  /** Stops the writers and waits for them. */
  public void stop() {
    stop.countDown();
    for (Thread writer : writers) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void write(int writer, Random random) {
    long serial = 0;
    try {
      while (stop.getCount() > 0) {
        serial++;
        if (source.writable()) {
          onSource(writer, serial, random);
        } else {
          onTarget(writer, serial, random);
        }
        LockSupport.parkNanos(random.nextInt(4_000_000));
      }
    } catch (RuntimeException e) {
      errors.add(e.toString());
    }
  }

  private void onSource(int writer, long serial, Random random) {
    String value = writer + "-" + serial;
    TableId own = tables.get(random.nextInt(tables.size()));
    long ownKey = OWN * (writer + 1) + random.nextInt(20);
    MemoryTransaction tx = source.begin();
    try {
      TreeSet<Long> keys = new TreeSet<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        keys.add((long) random.nextInt(40));
      }
      // Always in the same order, so that writers wait for each other but never for ever.
      TableId shared = tables.get(random.nextInt(tables.size()));
      for (long key : keys) {
        if (random.nextInt(3) == 0) {
          tx.delete(shared, key);
        } else {
          tx.put(shared, key, value);
        }
      }
      tx.put(own, ownKey, value);
      if (random.nextInt(10) == 0) {
        tx.rollback();
        return;
      }
      tx.writeCommit();
      LockSupport.parkNanos(random.nextInt(300_000));
      tx.becomeVisible();
      of(own).put(ownKey, value);
    } catch (WriteRefused e) {
      tx.rollback();
    }
  }

  private Map<Long, String> of(TableId table) {
    return acknowledged.computeIfAbsent(table, t -> new ConcurrentHashMap<>());
  }

  private void onTarget(int writer, long serial, Random random) {
    TableId table = tables.get(random.nextInt(tables.size()));
    long key = OWN * (writer + 1) + random.nextInt(20);
    String value = writer + "-" + serial + "-target";
    try {
      target.write(table, key, value);
      of(table).put(key, value);
    } catch (WriteRefused e) {
      LockSupport.parkNanos(200_000);
    }
  }

  /** Fills tables before anything begins. */
  public static void seed(MemorySource source, List<TableId> tables, int rows) {
    Map<Long, String> content = new TreeMap<>();
    for (long key = 0; key < rows; key++) {
      content.put(key, "seed-" + key);
    }
    for (TableId table : tables) {
      MemoryTransaction tx = source.begin();
      content.forEach((key, value) -> tx.put(table, key, value));
      tx.commit();
    }
  }
}
