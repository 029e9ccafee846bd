// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.chronicle;

import java.util.ArrayList;
import java.util.List;

/**
 * Throughput and lag over time, in few points however long it lasts: when there are too many, two
 * neighbours become one and the interval doubles.
 *
 * @param intervalMillis about how far points are apart
 * @param points oldest first, {@link #MOST} at most
 */
public record Series(long intervalMillis, List<Point> points) {
  /** More than a chart can show; about 40 kB of JSON. */
  static final int MOST = 400;

  private static final long FIRST_INTERVAL = 1000;

  /** Some ten thousand years: a clock that leaps must not keep this going for ever. */
  private static final long LONGEST = 1L << 48;

  /** Neighbours that are further apart have a pause between them, in which nothing ran. */
  private static final int PAUSE = 4;

  public Series {
    points = List.copyOf(points);
  }

  /** Before anything happened. */
  public static Series empty() {
    return new Series(FIRST_INTERVAL, List.of());
  }

  /**
   * @param atMillis when it begins, since 1970
   * @param copyBytesPerSecond the mean
   * @param changesPerSecond the mean
   * @param lagMillis the most; -1 when it was not known
   */
  public record Point(
      long atMillis, long copyBytesPerSecond, long changesPerSecond, long lagMillis) {
    private Point with(Point later) {
      return new Point(
          atMillis,
          (copyBytesPerSecond + later.copyBytesPerSecond) / 2,
          (changesPerSecond + later.changesPerSecond) / 2,
          Math.max(lagMillis, later.lagMillis));
    }
  }

  /** The same with one more point. */
  Series plus(Point point) {
    List<Point> all = new ArrayList<>(points);
    all.add(point);
    long interval = intervalMillis;
    while (all.size() > MOST && interval < LONGEST) {
      interval *= 2;
      all = halved(all, PAUSE * interval);
    }
    return new Series(interval, all);
  }

  private static List<Point> halved(List<Point> points, long apart) {
    List<Point> fewer = new ArrayList<>();
    int i = 0;
    while (i < points.size()) {
      Point one = points.get(i++);
      if (i < points.size() && points.get(i).atMillis() - one.atMillis() < apart) {
        one = one.with(points.get(i++));
      }
      fewer.add(one);
    }
    return fewer;
  }

  /** Whether nothing was written down between this point and the one before it. */
  public boolean paused(int index) {
    return index > 0
        && points.get(index).atMillis() - points.get(index - 1).atMillis()
            >= PAUSE * Math.max(intervalMillis, FIRST_INTERVAL);
  }
}
