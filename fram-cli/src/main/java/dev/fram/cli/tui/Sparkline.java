// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.tui;

import dev.fram.api.status.Status;
import java.util.Collections;
import java.util.List;

/**
 * The newest part of a trend of milliseconds as a line of signs, one a step, the newest at the
 * right end. What is not known is a gap.
 *
 * @param signs exactly as many cells as there was room for
 * @param highest of what is shown
 * @param millis how long a time is shown
 */
record Sparkline(String signs, long highest, long millis) {
  /** Less than this is no hill: a lag of some milliseconds is to look as calm as it is. */
  private static final long LOWEST_TOP = 1_000;

  static Sparkline of(Status.Trend trend, int cells, Glyphs glyphs) {
    List<Long> all = trend.values();
    List<Long> shown = all.subList(Math.max(0, all.size() - cells), all.size());
    long highest = shown.isEmpty() ? -1 : Collections.max(shown);
    long top = Math.max(LOWEST_TOP, highest);
    StringBuilder signs = new StringBuilder(" ".repeat(Math.max(0, cells - shown.size())));
    for (long value : shown) {
      signs.append(value < 0 ? ' ' : sign(value, top, glyphs.levels));
    }
    return new Sparkline(signs.toString(), highest, trend.stepMillis() * shown.size());
  }

  private static char sign(long value, long top, String levels) {
    double share = (double) value / top;
    return levels.charAt((int) Math.min(levels.length() - 1, share * levels.length()));
  }

  /** Whether nothing at all is known. */
  boolean isEmpty() {
    return highest < 0;
  }
}
