// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Draws the report's JSON as one page: no script, nothing from elsewhere, and no value that is not
 * in the JSON. Knows nothing of migrations but the names in that JSON.
 */
public final class ReportPage {
  private static final String HEAD =
      """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="referrer" content="no-referrer">
      <title>Fram: report of a migration</title><style>
      """;

  private final Markup page;

  private ReportPage(JsonNode report) {
    this.page = new Markup(report);
  }

  /** The page of a report. */
  public static String of(JsonNode report) {
    return new ReportPage(report).draw();
  }

  private String draw() {
    page.raw(HEAD + style() + "</style></head><body><main>");
    verdict();
    tiles();
    outage();
    phases();
    charts("/throughput/there", "Throughput and lag until the target served");
    charts("/throughput/after", "Throughput and lag since the target serves");
    new MorePage(page).draw();
    page.raw("</main></body></html>");
    return page.toString();
  }

  private static String style() {
    try (InputStream css = ReportPage.class.getResourceAsStream("report.css")) {
      if (css == null) {
        throw new FramException(ErrorCode.INTERNAL, "The report's style is missing.", "");
      }
      return new String(css.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new FramException(ErrorCode.INTERNAL, "The report's style cannot be read.", "", e);
    }
  }

  private void verdict() {
    String state = page.at("/verdict/state").asText().toLowerCase(Locale.ROOT);
    page.raw(
        "<h1 class=\""
            + Markup.escape(state)
            + "\">"
            + page.span("/verdict/sentence", Form.TEXT)
            + "</h1>");
    page.each("/verdict/because", at -> page.value("p", at, Form.TEXT));
    page.raw(
        "<p class=\"quiet\">Migration "
            + page.span("/migration/id", Form.TEXT)
            + " from "
            + page.span("/migration/source", Form.TEXT)
            + " to "
            + page.span("/migration/target", Form.TEXT)
            + ". Written by Fram "
            + page.span("/fram", Form.TEXT)
            + " at "
            + page.span("/written_millis", Form.INSTANT)
            + ".</p>");
    if (page.at("/alarms").size() > 0) {
      page.raw("<h2>Alarms</h2><ul class=\"alarm\">");
      page.each(
          "/alarms",
          at ->
              page.raw(
                  "<li>"
                      + page.span(at + "/at_millis", Form.INSTANT)
                      + " "
                      + page.span(at + "/text", Form.TEXT)
                      + "</li>"));
      page.raw("</ul>");
    }
    if (page.at("/question").isObject()) {
      page.raw("<h2>What a person has to decide</h2>");
      page.value("p", "/question/known", Form.TEXT);
      page.value("p", "/question/unknown", Form.TEXT);
      page.value("p", "/question/asks", Form.TEXT);
      page.raw("<ul>");
      page.each(
          "/question/answers",
          at ->
              page.raw(
                  "<li>fram resolve "
                      + page.span(at + "/word", Form.TEXT)
                      + ": "
                      + page.span(at + "/means", Form.TEXT)
                      + "</li>"));
      page.raw("</ul>");
    }
  }

  private void tiles() {
    page.raw("<div class=\"tiles\">");
    tile("began", "/migration/began_millis", Form.INSTANT);
    tile("last seen", "/migration/seen_millis", Form.INSTANT);
    tile("lasted", "/migration/duration_millis", Form.TIME);
    tile("phase", "/migration/phase", Form.TEXT);
    tile("tables", "/copy/tables", Form.COUNT);
    tile("rows copied", "/copy/rows", Form.COUNT);
    tile("bytes copied", "/copy/bytes", Form.BYTES);
    tile("copy took", "/copy/millis", Form.TIME);
    tile("copied at", "/copy/bytes_per_second", Form.RATE);
    tile("changes applied", "/feed/changes", Form.COUNT);
    tile("transactions applied", "/feed/transactions", Form.COUNT);
    tile("lag when last seen", "/feed/lag_millis", Form.TIME);
    page.raw("</div>");
  }

  private void tile(String what, String at, Form form) {
    page.raw(
        "<div class=\"tile\"><b>"
            + page.span(at, form)
            + "</b><span class=\"what\">"
            + what
            + "</span></div>");
  }

  private void outage() {
    page.raw("<h2>The outage</h2>");
    if (page.at("/cutovers").isEmpty()) {
      page.raw("<p>No cutover was tried yet: the applications noticed nothing of it.</p>");
      return;
    }
    page.each("/cutovers", this::crossing);
  }

  private void crossing(String at) {
    page.raw(
        "<h3>"
            + page.span(at + "/direction", Form.TEXT)
            + " at "
            + page.span(at + "/began_millis", Form.INSTANT)
            + "</h3>");
    if (!page.at(at + "/picture/result").asText().isEmpty()) {
      page.value("p", at + "/picture/result", Form.TEXT);
    }
    page.raw(
        "<p>Writes were blocked for "
            + page.span(at + "/picture/write_block_millis", Form.TIME)
            + ". Tries to close the write gate: "
            + page.span(at + "/picture/attempts", Form.COUNT)
            + ".</p>");
    String probe = at + "/picture/probe";
    if (page.at(probe).isObject()) {
      page.raw(
          "<p>A client on the applications' own way ("
              + page.span(probe + "/path", Form.TEXT)
              + (page.at(probe + "/longest_write_gap_millis").asLong() < 0
                  ? "): how long it waited is not known, because the run that measured it ended"
                      + " within the cutover. After that, "
                  : ") waited at most "
                      + page.span(probe + "/longest_write_gap_millis", Form.TIME)
                      + " to write and "
                      + page.span(probe + "/longest_read_gap_millis", Form.TIME)
                      + " to read. ")
              + page.span(probe + "/writes", Form.COUNT)
              + " writes and "
              + page.span(probe + "/reads", Form.COUNT)
              + " reads were answered, "
              + page.span(probe + "/write_errors", Form.COUNT)
              + " writes and "
              + page.span(probe + "/read_errors", Form.COUNT)
              + " reads failed.</p>");
    } else {
      page.raw(
          "<p class=\"quiet\">No client was measured (--probe): what applications saw of it is"
              + " not known.</p>");
    }
    if (page.at(at + "/picture/steps").isEmpty()) {
      return;
    }
    page.raw(
        "<div class=\"wide\"><table><tr><th>step</th><th>outcome</th>"
            + "<th class=\"n\">took</th></tr>");
    page.each(
        at + "/picture/steps",
        step -> {
          page.raw("<tr>");
          page.value("td", step + "/name", Form.TEXT).value("td", step + "/outcome", Form.TEXT);
          page.raw("<td class=\"n\">" + page.span(step + "/millis", Form.TIME) + "</td></tr>");
        });
    page.raw("</table></div>");
  }

  private void phases() {
    page.raw("<h2>Phases</h2>");
    if (page.at("/phases").isEmpty()) {
      page.raw("<p>Nothing was kept of them: an older Fram began this migration.</p>");
      return;
    }
    long longest = 1;
    for (JsonNode phase : page.at("/phases")) {
      longest = Math.max(longest, phase.path("millis").asLong());
    }
    long all = longest;
    page.raw(
        "<div class=\"wide\"><table><tr><th>phase</th><th>began</th><th class=\"n\">lasted</th>"
            + "<th class=\"bars\"></th></tr>");
    page.each(
        "/phases",
        at -> {
          long share = page.at(at + "/millis").asLong() * 100 / all;
          page.raw("<tr>").value("td", at + "/phase", Form.TEXT);
          page.value("td", at + "/began_millis", Form.INSTANT);
          page.raw("<td class=\"n\">" + page.span(at + "/millis", Form.TIME) + "</td>");
          page.raw("<td><div class=\"bar\" style=\"width:" + share + "%\"></div></td></tr>");
        });
    page.raw("</table></div>");
  }

  private void charts(String at, String title) {
    Chart chart = new Chart(page, at);
    if (chart.empty()) {
      return;
    }
    page.raw("<h2>" + title + "</h2>");
    if (page.at(at + "/peak_copy_bytes_per_second").asLong() > 0) {
      chart.draw("Copy", "copy_bytes_per_second", "peak_copy_bytes_per_second", Form.RATE);
    }
    chart.draw("Changes applied", "changes_per_second", "peak_changes_per_second", Form.PER_SECOND);
    chart.draw("Lag", "lag_millis", "peak_lag_millis", Form.TIME);
  }
}
