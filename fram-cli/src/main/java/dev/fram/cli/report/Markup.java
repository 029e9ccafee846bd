// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * HTML that is bound to a JSON: every value on the page is fetched by its pointer, and says so in
 * its markup. Names of tables and texts of servers are hostile until they went through here.
 */
final class Markup {
  private final JsonNode json;
  private final StringBuilder out = new StringBuilder();

  Markup(JsonNode json) {
    this.json = json;
  }

  JsonNode at(String pointer) {
    return json.at(pointer);
  }

  /** Draws each element of an array of the JSON, which is given by its pointer. */
  void each(String array, Consumer<String> draw) {
    for (int i = 0; i < at(array).size(); i++) {
      draw.accept(array + "/" + i);
    }
  }

  /** Our own markup, which holds no value. */
  Markup raw(String html) {
    out.append(html).append('\n');
    return this;
  }

  /** An element that holds one value of the JSON. */
  Markup value(String element, String pointer, Form form) {
    out.append('<').append(element).append('>').append(span(pointer, form));
    out.append("</").append(element).append(">\n");
    return this;
  }

  /** A value of the JSON, for a place inside other markup. */
  String span(String pointer, Form form) {
    return "<span data-at=\""
        + escape(pointer)
        + "\" data-form=\""
        + form.name().toLowerCase(Locale.ROOT)
        + "\">"
        + escape(form.of(json.at(pointer)))
        + "</span>";
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** What has no look of its own, or turns the direction of what follows, as {@code \}{@code u}. */
  static String visible(String text) {
    StringBuilder seen = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          boolean hidden =
              Character.isISOControl(c)
                  || Character.getType(c) == Character.SURROGATE
                  || (c >= 0x202A && c <= 0x202E)
                  || (c >= 0x2066 && c <= 0x2069)
                  || c == 0x200E
                  || c == 0x200F;
          if (hidden) {
            seen.append(String.format(Locale.ROOT, "\\u%04x", c));
          } else {
            seen.appendCodePoint(c);
          }
        });
    return seen.toString();
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
