// SPDX-License-Identifier: Apache-2.0
package dev.fram.testkit.memory;

import dev.fram.api.model.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  private static final int UNIQUE_KEYS = 80;

  private final MemorySource source;
  private final MemoryTarget target;
  private final List<TableId> tables;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final List<Thread> writers = new ArrayList<>();
  private final Map<TableId, Map<Long, String>> acknowledged = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<String> errors = new CopyOnWriteArrayList<>();
  private final List<TableId> swapped = new ArrayList<>();
  private final List<TableId> family = new ArrayList<>();

  public MemoryWorkload(MemorySource source, MemoryTarget target, List<TableId> tables) {
    this.source = source;
    this.target = target;
    this.tables = List.copyOf(tables);
    tables.forEach(t -> acknowledged.put(t, new ConcurrentHashMap<>()));
  }

  /** Tables with tokens: writers swap them between rows, and move them to other keys. */
  public MemoryWorkload swaps(List<TableId> unique) {
    swapped.addAll(unique);
    return this;
  }

  /** Tables that hang on each other: writers make and break rows in them. */
  public MemoryWorkload family(List<TableId> bound) {
    family.addAll(bound);
    return this;
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
          on(source, writer, serial, random);
          awkward(source, writer + "-" + serial, random);
        } else if (target.writable()) {
          on(target.server(), writer, serial, random);
          awkward(target.server(), writer + "-" + serial, random);
        } else {
          LockSupport.parkNanos(200_000);
        }
        LockSupport.parkNanos(random.nextInt(8_000_000));
      }
    } catch (RuntimeException e) {
      errors.add(e.toString());
    }
  }

  private void on(MemorySource server, int writer, long serial, Random random) {
    String value = writer + "-" + serial;
    TableId own = tables.get(random.nextInt(tables.size()));
    long ownKey = OWN * (writer + 1) + random.nextInt(20);
    MemoryTransaction tx = server.begin();
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

  private void awkward(MemorySource server, String value, Random random) {
    MemoryTransaction tx = server.begin();
    try {
      if (!swapped.isEmpty()) {
        swap(tx, swapped.get(random.nextInt(swapped.size())), value, random);
      }
      tx.writeCommit();
      LockSupport.parkNanos(random.nextInt(300_000));
      tx.becomeVisible();
      if (!family.isEmpty()) {
        tx = server.begin();
        relate(tx, value, random);
        tx.commit();
      }
    } catch (WriteRefused e) {
      tx.rollback();
    }
  }

  /** No token is ever lost or doubled at the end of a transaction, but in between it may be. */
  private static void swap(MemoryTransaction tx, TableId table, String value, Random random) {
    long low = random.nextInt(UNIQUE_KEYS - 1);
    long high = low + 1 + random.nextInt((int) (UNIQUE_KEYS - 1 - low));
    Optional<String> first = tx.read(table, low);
    Optional<String> second = tx.read(table, high);
    if (first.isPresent() && second.isPresent()) {
      tx.put(table, low, value + "#" + Tokens.of(second.get()));
      tx.put(table, high, value + "#" + Tokens.of(first.get()));
    } else if (first.isPresent()) {
      tx.delete(table, low);
      tx.put(table, high, value + "#" + Tokens.of(first.get()));
    } else if (second.isPresent()) {
      tx.delete(table, high);
      tx.put(table, low, value + "#" + Tokens.of(second.get()));
    }
  }

  private void relate(MemoryTransaction tx, String value, Random random) {
    long key = random.nextInt(12);
    int generation = random.nextInt(family.size());
    boolean hangs = generation == 0 || tx.read(family.get(generation - 1), key).isPresent();
    if (random.nextInt(3) == 0) {
      tx.delete(family.get(generation), key);
    } else if (hangs) {
      tx.put(family.get(generation), key, value);
    }
  }

  private Map<Long, String> of(TableId table) {
    return acknowledged.computeIfAbsent(table, t -> new ConcurrentHashMap<>());
  }

  /** Fills a table with tokens: every other key, so that there is room to move. */
  public static void seedTokens(MemorySource source, TableId table) {
    MemoryTransaction tx = source.begin();
    for (long key = 0; key < UNIQUE_KEYS; key += 2) {
      tx.put(table, key, "seed#t" + key);
    }
    tx.commit();
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
