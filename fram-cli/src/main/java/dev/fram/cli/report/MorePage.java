// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;

/** The page's second half: forecast, tables, proof, objects, what was said, residency. */
final class MorePage {
  private static final Map<String, String> PARTS =
      Map.of(
          "copy", "Copy",
          "copy_and_index", "Copy and indexes together",
          "catch_up", "Catching up",
          "verify", "First comparison",
          "freeze", "Writes blocked");

  private final Markup page;

  MorePage(Markup page) {
    this.page = page;
  }

  void draw() {
    forecast();
    proof();
    tables();
    objects();
    lines();
    residency();
  }

  private void forecast() {
    page.raw("<h2>Forecast and reality</h2>");
    page.value("p", "/forecast/said", Form.TEXT);
    page.raw(
        "<div class=\"wide\"><table><tr><th>part</th><th class=\"n\">foretold</th>"
            + "<th class=\"n\">took</th><th></th></tr>");
    page.each(
        "/forecast/parts",
        at -> {
          boolean told = page.at(at + "/low_millis").asLong() >= 0;
          String verdict = page.at(at + "/verdict").asText();
          page.raw("<tr><td>" + PARTS.getOrDefault(page.at(at + "/part").asText(), "") + "</td>");
          page.raw(
              "<td class=\"n\">"
                  + (told
                      ? page.span(at + "/low_millis", Form.TIME)
                          + " to "
                          + page.span(at + "/high_millis", Form.TIME)
                      : "not foretold")
                  + "</td>");
          page.raw("<td class=\"n\">" + page.span(at + "/actual_millis", Form.TIME) + "</td>");
          page.raw(
              "<td class=\""
                  + (verdict.equals("inside") ? "good" : "bad")
                  + "\">"
                  + page.span(at + "/verdict", Form.TEXT)
                  + "</td></tr>");
        });
    page.raw("</table></div>");
    if (page.at("/forecast/measured").asBoolean()) {
      page.raw(
          "<p class=\"quiet\">Measured at "
              + page.span("/forecast/measured_millis", Form.INSTANT)
              + ".</p><ul class=\"quiet\">");
      page.each("/forecast/why", at -> page.value("li", at, Form.TEXT));
      page.raw("</ul>");
    }
  }

  private void proof() {
    page.raw("<h2>The proof</h2>");
    switch (page.at("/proof/mode").asText()) {
      case "continuous" ->
          page.raw(
              "<p>"
                  + page.span("/proof/rows", Form.COUNT)
                  + " rows were compared, on both servers at one moment each. Of "
                  + page.span("/proof/tables", Form.COUNT)
                  + " tables "
                  + page.span("/proof/equal", Form.COUNT)
                  + " were found equal and "
                  + page.span("/proof/different", Form.COUNT)
                  + " different; "
                  + page.span("/proof/differing", Form.COUNT)
                  + " rows differ.</p>");
      case "off" -> page.raw("<p>Nothing was compared: --verify=off.</p>");
      default -> page.raw("<p>Nothing has been compared yet, or nothing was kept of it.</p>");
    }
  }

  private void tables() {
    page.raw(
        "<h2>Tables</h2><div class=\"wide\"><table><tr><th>table</th><th class=\"n\">rows</th>"
            + "<th class=\"n\">bytes</th><th>stage</th><th>compared</th></tr>");
    int listed = page.at("/tables_listed").asInt();
    for (int i = 0; i < listed; i++) {
      String at = "/tables/" + i;
      page.raw("<tr><td class=\"name\">" + page.span(at + "/name", Form.TEXT) + "</td>");
      page.raw("<td class=\"n\">" + page.span(at + "/rows", Form.COUNT) + "</td>");
      page.raw("<td class=\"n\">" + page.span(at + "/bytes", Form.BYTES) + "</td>");
      page.value("td", at + "/stage", Form.TEXT).value("td", at + "/compared", Form.TEXT);
      page.raw("</tr>");
    }
    page.raw("</table></div>");
    if (page.at("/tables").size() > listed) {
      page.raw(
          "<p class=\"quiet\">The largest "
              + page.span("/tables_listed", Form.COUNT)
              + " of "
              + page.span("/copy/tables", Form.COUNT)
              + "; the JSON has all of them.</p>");
    }
  }

  private void objects() {
    page.raw("<h2>Objects</h2>").value("p", "/inventory/origin", Form.TEXT);
    if (!page.at("/inventory/listed").asBoolean()) {
      return;
    }
    page.raw("<p>" + page.span("/inventory/total", Form.COUNT) + " objects on the source.</p><dl>");
    for (Iterator<String> names = page.at("/inventory/counts").fieldNames(); names.hasNext(); ) {
      String state = names.next();
      page.raw("<dt>" + label(state) + "</dt>");
      page.value("dd", "/inventory/counts/" + state, Form.COUNT);
    }
    page.raw("</dl><ul>");
    page.each("/inventory/left_over", at -> page.value("li", at, Form.TEXT));
    page.raw("</ul>");
    if (page.at("/inventory/left_over_more").asInt() > 0) {
      page.raw(
          "<p>And "
              + page.span("/inventory/left_over_more", Form.COUNT)
              + " more: fram report --inventory.</p>");
    }
  }

  private void lines() {
    page.raw("<h2>What was said meanwhile</h2><ul>");
    page.each(
        "/lines",
        at ->
            page.raw(
                "<li>"
                    + page.span(at + "/at_millis", Form.INSTANT)
                    + " "
                    + page.span(at + "/text", Form.TEXT)
                    + "</li>"));
    page.raw("</ul>");
    if (page.at("/lines_omitted").asLong() > 0) {
      page.raw(
          "<p class=\"quiet\">"
              + page.span("/lines_omitted", Form.COUNT)
              + " older lines are not kept.</p>");
    }
    page.raw("<h2>Processes that worked on it</h2><ul>");
    page.each(
        "/runs",
        at ->
            page.raw(
                "<li>"
                    + page.span(at + "/by", Form.TEXT)
                    + ", from "
                    + page.span(at + "/began_millis", Form.INSTANT)
                    + " to "
                    + page.span(at + "/seen_millis", Form.INSTANT)
                    + "</li>"));
    page.raw("</ul>");
  }

  private void residency() {
    page.raw(
        "<h2>Residency record</h2><p class=\"quiet\">Facts as Fram saw them and as the operator"
            + " declared them; it says nothing about what is lawful. Each entry holds the hash of the one"
            + " before: fram report --check FILE finds one that was changed.</p>");
    if (page.at("/residency").isEmpty()) {
      page.raw("<p>Nothing is recorded.</p>");
    }
    page.each(
        "/residency",
        at -> {
          page.raw(
              "<div class=\"entry\"><h3>"
                  + page.span(at + "/number", Form.COUNT)
                  + ". "
                  + page.span(at + "/kind", Form.TEXT)
                  + ", "
                  + page.span(at + "/at_millis", Form.INSTANT)
                  + "</h3>");
          facts(at + "/facts");
          page.raw("<div class=\"hash\">" + page.span(at + "/hash", Form.TEXT) + "</div></div>");
        });
  }

  private void facts(String at) {
    JsonNode node = page.at(at);
    if (node.isObject()) {
      page.raw("<dl>");
      for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
        String name = names.next();
        page.raw("<dt>" + label(name) + "</dt><dd>");
        facts(at + "/" + name.replace("~", "~0").replace("/", "~1"));
        page.raw("</dd>");
      }
      page.raw("</dl>");
    } else if (node.isArray()) {
      page.each(
          at,
          one -> {
            facts(one);
            page.raw("<br>");
          });
    } else {
      page.raw(page.span(at, Form.TEXT));
    }
  }

  private static String label(String name) {
    return Markup.escape(Markup.visible(name.replace('_', ' ').toLowerCase(java.util.Locale.ROOT)));
  }
}
