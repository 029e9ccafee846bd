// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fram.api.status.Status;
import java.util.ArrayList;
import java.util.List;

/**
 * Figures of the pictures over the whole run, for the charts. When it is full every second point
 * goes, and new ones come half as often: its size does not depend on how long a run takes.
 * Thread-safe.
 */
final class History {
  static final int MOST = 720;

  private final List<Point> points = new ArrayList<>();
  private long spacingMillis = 1000;

  /** Times are those of the run; -1 where the picture does not know. */
  private record Point(
      long atMillis, long copyRate, long applyRate, long lagMillis, long backlogBytes) {}

  synchronized void take(Status status) {
    long at = status.totalMillis();
    if (!points.isEmpty() && at - points.getLast().atMillis() < spacingMillis) {
      return;
    }
    Status.Feed feed = status.feed();
    points.add(
        new Point(
            at,
            status.copy().bytesPerSecond(),
            feed.changesPerSecond(),
            status.reverse().map(Status.Reverse::lagMillis).orElse(feed.lagMillis()),
            feed.backlogBytes()));
    if (points.size() > MOST) {
      thin();
    }
  }

  private void thin() {
    List<Point> kept = new ArrayList<>();
    for (int i = 0; i < points.size(); i += 2) {
      kept.add(points.get(i));
    }
    points.clear();
    points.addAll(kept);
    spacingMillis *= 2;
  }

  /** One list a point: time, copy rate, apply rate, lag, backlog. */
  synchronized ArrayNode json() {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Point point : points) {
      list.addArray()
          .add(point.atMillis())
          .add(point.copyRate())
          .add(point.applyRate())
          .add(point.lagMillis())
          .add(point.backlogBytes());
    }
    return list;
  }
}
