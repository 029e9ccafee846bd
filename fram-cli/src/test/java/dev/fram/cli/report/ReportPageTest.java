// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.core.report.ReportJson;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page has no value of its own, and nothing in it comes from elsewhere. */
final class ReportPageTest {
  private static final Pattern VALUE =
      Pattern.compile("<span data-at=\"([^\"]*)\" data-form=\"([a-z_]+)\">([^<]*)</span>");

  private static final JsonNode JSON = ReportJson.tree(Reports.full());
  private static final String PAGE = ReportPage.of(JSON);

  @Test
  void everyValueIsTheJsons() {
    Matcher values = VALUE.matcher(PAGE);
    int seen = 0;
    while (values.find()) {
      JsonNode value = JSON.at(unescaped(values.group(1)));
      assertThat(value.isMissingNode()).as(values.group()).isFalse();
      Form form = Form.valueOf(values.group(2).toUpperCase(Locale.ROOT));
      assertThat(unescaped(values.group(3))).as(values.group()).isEqualTo(form.of(value));
      seen++;
    }
    assertThat(seen).isGreaterThan(120);
  }

  /** A digit outside of a value would be a number that the JSON does not have. */
  @Test
  void noNumberStandsOutsideOfAValue() {
    String text =
        VALUE
            .matcher(PAGE)
            .replaceAll("")
            .replaceAll("(?s)<style>.*?</style>", "")
            .replaceAll("(?s)<svg.*?</svg>", "")
            .replaceAll("<dt>[^<]*</dt>", "")
            .replaceAll("<[^>]*>", " ");
    assertThat(text.replaceAll("&#39;", "'")).doesNotContainPattern("\\d");
  }

  @Test
  void theNumbersArePlain() {
    assertThat(value("/copy/rows")).isEqualTo("3,062,267");
    assertThat(value("/cutovers/0/picture/write_block_millis")).isEqualTo("212 ms");
    assertThat(value("/cutovers/0/picture/probe/longest_write_gap_millis")).isEqualTo("241 ms");
    assertThat(value("/migration/began_millis")).isEqualTo("2025-11-24 16:00:00 UTC");
    assertThat(value("/copy/millis")).isEqualTo("10 min");
    assertThat(value("/forecast/parts/0/verdict")).isEqualTo("inside");
    assertThat(value("/forecast/parts/1/verdict")).isEqualTo("inside");
    assertThat(value("/forecast/parts/4/verdict")).isEqualTo("slower");
  }

  @Test
  void hostileNamesAreOnlyText() {
    String outside = PAGE.replaceAll("(?s)<style>.*?</style>", "");
    assertThat(outside)
        .doesNotContain("<script", "<img", "onerror=alert(2)>", "\u202E", "\u0000", "& <b>", "<i>")
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "😀 étage &amp; &lt;b&gt;")
        .contains("right\\u202eelbat\\u202cto left", "line\\u000abreak\\u0009tab\\u0000nul");
    // The JSON has them as they are.
    assertThat(JSON.path("tables").findValuesAsText("name"))
        .contains("public." + Reports.HOSTILE.get(0), "public." + Reports.HOSTILE.get(5));
  }

  @Test
  void needsNothingButItself() {
    String tags =
        Pattern.compile("<[^>]*>")
            .matcher(PAGE)
            .results()
            .map(tag -> tag.group())
            .collect(Collectors.joining("\n"));
    assertThat(tags)
        .doesNotContainPattern("(?i)\\s(src|href|srcset|action|on[a-z]+)\\s*=")
        .doesNotContainPattern("(?i)<(link|iframe|object|base|script|img)")
        .contains("default-src 'none'");
    String style = PAGE.substring(PAGE.indexOf("<style>"), PAGE.indexOf("</style>"));
    assertThat(style).doesNotContainPattern("(?i)@import|url\\(");
    assertThat(PAGE.length()).isLessThan(200_000);
  }

  @Test
  void theFirstLineNamesTheAlarm() {
    String first = PAGE.substring(PAGE.indexOf("<h1"), PAGE.indexOf("</h1>"));
    assertThat(first).contains("class=\"attention\"", "1 alarm: look at it first.");
  }

  @Test
  void elementsAreClosed() {
    for (String element :
        new String[] {"div", "table", "tr", "td", "ul", "li", "dl", "dd", "p", "svg", "figure"}) {
      assertThat(count("<" + element + "[ >]")).as(element).isEqualTo(count("</" + element + ">"));
    }
  }

  private static long count(String pattern) {
    return Pattern.compile(pattern).matcher(PAGE).results().count();
  }

  private static String value(String at) {
    return VALUE
        .matcher(PAGE)
        .results()
        .filter(m -> m.group(1).equals(at))
        .map(m -> unescaped(m.group(3)))
        .findFirst()
        .orElse("not there");
  }

  private static String unescaped(String html) {
    return html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
  }
}
