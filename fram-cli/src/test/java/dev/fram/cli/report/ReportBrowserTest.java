// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fram.core.report.ReportJson;
import dev.fram.testkit.browser.ChromiumProgram;
import dev.fram.testkit.browser.PageLook;
import dev.fram.testkit.browser.PageLook.Scheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real browser reads the page: {@code -Dfram.browser=true}. With {@code -Dfram.pictures=FOLDER}
 * its pictures stay there for people.
 */
@Timeout(300)
@EnabledIfSystemProperty(named = "fram.browser", matches = "true")
final class ReportBrowserTest {
  private static final Pattern VALUE =
      Pattern.compile("<span data-at=\"([^\"]*)\" data-form=\"([a-z_]+)\">([^<]*)</span>");

  @TempDir Path folder;

  @Test
  void theBrowserSaysTheNumbersOfTheJson() throws IOException {
    PageLook browser = new PageLook(ChromiumProgram.fetched(), folder);
    ReportFiles files =
        new ReportFiles(folder.resolve("report.html"), folder.resolve("report.json"));
    files.write(ReportJson.tree(Reports.full()));
    JsonNode json = ReportFiles.read(files.json());
    Matcher values = VALUE.matcher(browser.dumpDom(files.page()));
    int seen = 0;
    while (values.find()) {
      JsonNode value = json.at(plain(values.group(1)));
      Form form = Form.valueOf(values.group(2).toUpperCase(Locale.ROOT));
      assertThat(plain(values.group(3))).as(values.group()).isEqualTo(form.of(value));
      seen++;
    }
    assertThat(seen).isGreaterThan(120);
    picture(browser, files.page(), "desktop-light", List.of(1100, 4200), Scheme.LIGHT);
    picture(browser, files.page(), "desktop-dark", List.of(1100, 4200), Scheme.DARK);
    picture(browser, files.page(), "phone-dark", List.of(390, 4200), Scheme.DARK);
  }

  private void picture(PageLook browser, Path page, String name, List<Integer> size, Scheme scheme)
      throws IOException {
    Path png =
        Path.of(System.getProperty("fram.pictures", folder.toString())).resolve(name + ".png");
    browser.screenshot(page, size, scheme, png);
    assertThat(Files.size(png)).as(name).isGreaterThan(20_000);
  }

  private static String plain(String html) {
    return html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
  }
}
