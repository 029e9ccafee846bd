// SPDX-License-Identifier: Apache-2.0
package dev.fram.mysql.binlog;

import java.util.Arrays;
import java.util.StringJoiner;

/**
 * Numbers from 1 as sorted, disjoint, non-touching ranges: {@code from[i]..to[i]}, both inclusive.
 * Immutable.
 */
final class IntervalSet {
  static final IntervalSet EMPTY = new IntervalSet(new long[0], new long[0]);

  private final long[] from;
  private final long[] to;

  private IntervalSet(long[] from, long[] to) {
    this.from = from;
    this.to = to;
  }

  static IntervalSet of(long from, long to) {
    return new IntervalSet(new long[] {from}, new long[] {to});
  }

  boolean isEmpty() {
    return from.length == 0;
  }

  long count() {
    long sum = 0;
    for (int i = 0; i < from.length; i++) {
      sum += to[i] - from[i] + 1;
    }
    return sum;
  }

  boolean contains(IntervalSet other) {
    for (int i = 0; i < other.from.length; i++) {
      int at = Arrays.binarySearch(from, other.from[i]);
      int holder = at >= 0 ? at : -at - 2;
      if (holder < 0 || to[holder] < other.to[i]) {
        return false;
      }
    }
    return true;
  }

  IntervalSet union(IntervalSet other) {
    Builder all = new Builder(from.length + other.from.length);
    int mine = 0;
    int theirs = 0;
    while (mine < from.length || theirs < other.from.length) {
      boolean takeMine =
          theirs == other.from.length || (mine < from.length && from[mine] <= other.from[theirs]);
      if (takeMine) {
        all.add(from[mine], to[mine++]);
      } else {
        all.add(other.from[theirs], other.to[theirs++]);
      }
    }
    return all.build();
  }

  IntervalSet intersection(IntervalSet other) {
    Builder both = new Builder(from.length + other.from.length);
    int mine = 0;
    int theirs = 0;
    while (mine < from.length && theirs < other.from.length) {
      long first = Math.max(from[mine], other.from[theirs]);
      long last = Math.min(to[mine], other.to[theirs]);
      if (first <= last) {
        both.add(first, last);
      }
      if (to[mine] < other.to[theirs]) {
        mine++;
      } else {
        theirs++;
      }
    }
    return both.build();
  }

  IntervalSet minus(IntervalSet other) {
    Builder rest = new Builder(from.length + other.from.length + 1);
    int theirs = 0;
    for (int i = 0; i < from.length; i++) {
      long start = from[i];
      while (theirs < other.from.length && other.to[theirs] < start) {
        theirs++;
      }
      for (int j = theirs; j < other.from.length && other.from[j] <= to[i]; j++) {
        if (other.from[j] > start) {
          rest.add(start, other.from[j] - 1);
        }
        start = Math.max(start, other.to[j] + 1);
      }
      if (start <= to[i]) {
        rest.add(start, to[i]);
      }
    }
    return rest.build();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof IntervalSet set
        && Arrays.equals(set.from, from)
        && Arrays.equals(set.to, to);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(from) * 31 + Arrays.hashCode(to);
  }

  /** {@code 1-5:7}. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(":");
    for (int i = 0; i < from.length; i++) {
      text.add(from[i] == to[i] ? Long.toString(from[i]) : from[i] + "-" + to[i]);
    }
    return text.toString();
  }

  /** Takes ranges by their beginnings and melts what overlaps or touches. */
  private static final class Builder {
    private final long[] from;
    private final long[] to;
    private int count;

    Builder(int most) {
      from = new long[most];
      to = new long[most];
    }

    void add(long first, long last) {
      if (count > 0 && first <= to[count - 1] + 1) {
        to[count - 1] = Math.max(to[count - 1], last);
        return;
      }
      from[count] = first;
      to[count++] = last;
    }

    IntervalSet build() {
      return new IntervalSet(Arrays.copyOf(from, count), Arrays.copyOf(to, count));
    }
  }
}
