// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** One line over time as SVG. Its labels are values of the JSON; a pause breaks the line. */
final class Chart {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 120;
  private static final int PAUSE = 4;

  private final Markup page;
  private final String at;

  /**
   * @param at the pointer of a {@code Report.Chart}
   */
  Chart(Markup page, String at) {
    this.page = page;
    this.at = at;
  }

  /** Whether there is anything to see of it. */
  boolean empty() {
    return page.at(at + "/series/points").size() < 2;
  }

  /**
   * @param field which value of each point
   * @param peak the pointer's last word of its peak
   */
  void draw(String title, String field, String peak, Form form) {
    JsonNode points = page.at(at + "/series/points");
    long interval = page.at(at + "/series/interval_millis").asLong();
    page.raw(
        "<figure class=\"chart\"><figcaption>"
            + title
            + " <span class=\"peak\">at most "
            + page.span(at + "/" + peak, form)
            + "</span></figcaption>");
    page.raw(
        "<svg viewBox=\"0 0 "
            + WIDTH
            + " "
            + HEIGHT
            + "\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\""
            + title
            + " over time\">");
    page.raw(
        "<line class=\"grid\" x1=\"0\" x2=\"720\" y1=\"2\" y2=\"2\"/>"
            + "<line class=\"grid\" x1=\"0\" x2=\"720\" y1=\"60\" y2=\"60\"/>"
            + "<line class=\"axis\" x1=\"0\" x2=\"720\" y1=\"118\" y2=\"118\"/>");
    long first = points.get(0).path("at_millis").asLong();
    long last = points.get(points.size() - 1).path("at_millis").asLong();
    long most = Math.max(1, page.at(at + "/" + peak).asLong());
    StringBuilder line = new StringBuilder();
    long before = first;
    for (JsonNode point : points) {
      long when = point.path("at_millis").asLong();
      long value = point.path(field).asLong();
      if (value < 0 || when - before >= PAUSE * interval) {
        flush(line);
      }
      before = when;
      if (value >= 0) {
        double x = (double) (when - first) * WIDTH / Math.max(1, last - first);
        double y = HEIGHT - 2 - (double) value * (HEIGHT - 4) / most;
        line.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
      }
    }
    flush(line);
    page.raw(
        "</svg><div class=\"span\">"
            + page.span(at + "/series/points/0/at_millis", Form.INSTANT)
            + page.span(at + "/series/points/" + (points.size() - 1) + "/at_millis", Form.INSTANT)
            + "</div></figure>");
  }

  private void flush(StringBuilder line) {
    if (!line.isEmpty()) {
      page.raw("<polyline class=\"line\" points=\"" + line.toString().strip() + "\"/>");
      line.setLength(0);
    }
  }
}
