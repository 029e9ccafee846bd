// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.feed;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * In which order the application's transactions come to the tables that they write, as the feed has
 * seen it. The write gate locks the tables in this order: whoever has begun finishes then, and
 * whoever has not waits before it holds anything. In another order the two wait for each other.
 *
 * <p>Written by the feed's thread, asked by any.
 */
public final class TouchOrder {
  /** Of one transaction; what it comes to later changes little. */
  private static final int MOST_TABLES = 64;

  /** Older transactions count less and less: an application may change its ways. */
  private static final int MEMORY = 1_000;

  private final Map<Integer, Place> places = new HashMap<>();
  private final List<Integer> inTransaction = new ArrayList<>();
  private int latest;

  /** Where a table comes on average: 0 as the first of its transactions, 1 as the last. */
  private static final class Place {
    private double average;
    private int seen;

    void add(double place) {
      seen = Math.min(seen + 1, MEMORY);
      average += (place - average) / seen;
    }
  }

  void begin() {
    inTransaction.clear();
    latest = 0;
  }

  /** A row of this table, by its oid, comes next. */
  void row(int table) {
    if (table == latest || inTransaction.size() >= MOST_TABLES) {
      return;
    }
    latest = table;
    if (!inTransaction.contains(table)) {
      inTransaction.add(table);
    }
  }

  void commit() {
    int last = inTransaction.size() - 1;
    if (last > 0) {
      synchronized (this) {
        for (int i = 0; i <= last; i++) {
          places.computeIfAbsent(inTransaction.get(i), table -> new Place()).add((double) i / last);
        }
      }
    }
  }

  /** Between 0 and 1; empty when it was not seen together with other tables. */
  public synchronized OptionalDouble of(long table) {
    Place place = places.get((int) table);
    return place == null ? OptionalDouble.empty() : OptionalDouble.of(place.average);
  }
}
