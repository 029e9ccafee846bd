// SPDX-License-Identifier: Apache-2.0
package dev.fram.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fram.it.cli.Program.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What {@code fram report} and {@code fram complete} write of a migration that is served. */
final class WrittenReport {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Program fram;
  private final Path folder;

  WrittenReport(Program fram, Path folder) {
    this.fram = fram;
    this.folder = folder;
  }

  /** Ends the migration. */
  void afterTheCutover(String database) throws IOException {
    Result report = fram.run("report", "--html", "during.html");
    assertThat(report.code()).as(report.toString()).isZero();
    JsonNode during = MAPPER.readTree(folder.resolve("during.json").toFile());
    assertThat(during.at("/verdict/state").asText()).isEqualTo("MOVED");
    assertThat(during.at("/verdict/sentence").asText()).contains(database + " serves");
    assertThat(during.at("/copy/rows").asLong()).isEqualTo(5000);
    assertThat(during.at("/proof/equal").asInt()).isEqualTo(1);
    assertThat(during.at("/cutovers/0/picture/write_block_millis").asLong()).isPositive();
    assertThat(during.at("/inventory/listed").asBoolean()).isTrue();
    assertThat(during.at("/phases").findValuesAsText("phase")).contains("COPYING", "SERVING");
    assertThat(folder.resolve("during.html")).content().contains("5,000").contains("</html>");

    residency(during);
    Files.writeString(folder.resolve("a-file"), "");
    Result nowhere = fram.run("complete", "--html", "a-file/report.html");
    assertThat(nowhere.code()).as(nowhere.toString()).isEqualTo(3);
    assertThat(nowhere.err()).contains("The report cannot be written", "--html");
    assertThat(fram.run("status").code()).as("it is refused, not half done").isZero();

    Result complete = fram.run("complete");
    assertThat(complete.code()).as(complete.toString()).isZero();
    Path json = folder.resolve("fram-report-" + during.at("/migration/id").asText() + ".json");
    assertThat(complete.out() + complete.err()).contains(json.toString());
    assertThat(fram.run("report").code()).as("there is nothing to report on").isEqualTo(3);
    JsonNode completed = MAPPER.readTree(json.toFile());
    assertThat(completed.at("/verdict/state").asText()).isEqualTo("COMPLETED");
    assertThat(completed.at("/copy/rows").asLong()).isEqualTo(5000);
    record(json);
  }

  /** Who was connected to, and that a rule refuses before it. */
  private void residency(JsonNode during) {
    JsonNode run = during.at("/residency/0");
    assertThat(run.at("/kind").asText()).isEqualTo("run");
    for (String side : new String[] {"source", "target"}) {
      JsonNode end = run.at("/facts/" + side);
      assertThat(end.at("/addresses/0").asText()).as(run.toString()).isEqualTo("127.0.0.1");
      assertThat(end.at("/round_trip_micros").asLong()).as(run.toString()).isPositive();
      assertThat(end.at("/tls").asText()).isNotEmpty();
      assertThat(end.at("/login").asText()).isEqualTo("postgres");
      assertThat(end.at("/declared_place").asText()).isEqualTo("nothing declared");
    }
    assertThat(run.at("/facts/source/tls").asText()).isEqualTo("none: not encrypted");
    assertThat(run.at("/facts/target/tls").asText()).matches("TLSv1\\.[23], TLS_.*");
    JsonNode shown = run.at("/facts/target/certificate");
    assertThat(shown.at("/subject").asText()).isEqualTo("CN=target.example,O=Fram");
    assertThat(shown.at("/sha256").asText()).matches("[0-9a-f]{64}");
    assertThat(shown.at("/valid_until").asText()).endsWith("Z");
    assertThat(shown.at("/checked").asText()).startsWith("nothing was checked");
    assertThat(folder.resolve("during.html")).content().contains(shown.at("/sha256").asText());
    assertThat(run.at("/facts/fram/addresses/0").asText()).isEqualTo("127.0.0.1");
    assertThat(run.at("/facts/connections")).as(run.toString()).hasSize(3);
    JsonNode moved = during.at("/residency").get(during.at("/residency").size() - 1);
    assertThat(moved.at("/kind").asText()).isEqualTo("moved");
    assertThat(moved.at("/facts/rows_copied").asLong()).isEqualTo(5000);
    assertThat(moved.at("/facts/tables_equal").asInt()).isEqualTo(1);
    Result refused = fram.run("status", "--residency-allow", "10.0.0.0/8");
    assertThat(refused.code()).as(refused.toString()).isEqualTo(3);
    assertThat(refused.err()).contains("127.0.0.1 is in none", "Nothing was connected to");
  }

  private void record(Path json) throws IOException {
    Result whole = fram.run("report", "--check", json.toString());
    assertThat(whole.code()).as(whole.toString()).isZero();
    Result said = fram.run("report", "--statement", "erased <b>today</b>", "--of", json.toString());
    assertThat(said.code()).as(said.toString()).isZero();
    assertThat(fram.run("report", "--check", json.toString()).code()).isZero();
    assertThat(Path.of(json.toString().replace(".json", ".html")))
        .content()
        .contains("erased &lt;b&gt;today&lt;/b&gt;");
    String text = Files.readString(json);
    JsonNode entries = MAPPER.readTree(text).path("residency");
    Files.writeString(json, text.replace("erased", "kept"));
    Result changed = fram.run("report", "--check", json.toString());
    assertThat(changed.code()).as(changed.toString()).isEqualTo(1);
    assertThat(changed.err()).contains("Entry " + entries.size() + " is the first");
    Result refused = fram.run("report", "--statement", "x", "--of", json.toString());
    assertThat(refused.code()).as(refused.toString()).isEqualTo(1);
    assertThat(fram.run("report", "--check", "a-file").code()).isEqualTo(2);
  }
}
