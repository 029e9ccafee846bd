// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.FramException;
import dev.fram.cli.config.Surroundings;
import dev.fram.cli.tui.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvocationTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void helpAndVersionAreFine() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("fram ").doesNotContain("${");
    assertThat(run("help")).isZero();
    assertThat(run("help", "migrate")).isZero();
    assertThat(run("cutover", "--help")).isZero();
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void aWrongCommandLineIsExitCodeTwoAndOneLine() {
    assertThat(run("migrat")).isEqualTo(2);
    assertThat(error()).hasLineCount(1).contains("\"migrat\"").contains("migrate?");
    assertThat(run("check", "--sorce", "postgresql://ann:hidden@db/x")).isEqualTo(2);
    assertThat(error()).hasLineCount(1).contains("--source").doesNotContain("hidden");
    assertThat(run("status", "--wait-for=DONE")).isEqualTo(2);
    assertThat(error()).contains("READY");
    assertThat(run("migrate", "--jobs", "1", "--jobs", "2")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
  }

  @Test
  void missingServersAreExitCodeTwo() {
    for (String command : new String[] {"check", "migrate", "status", "cutover", "cancel"}) {
      err.reset();
      assertThat(run(command)).as(command).isEqualTo(2);
      assertThat(error()).contains("--source is missing").contains("FRAM_TARGET");
    }
  }

  @Test
  void tooLittleMemoryIsNoDefect() {
    FramException told = Invocation.defect(new OutOfMemoryError("Java heap space"));
    assertThat(told.getMessage()).contains("FRAM_JAVA_OPTS=-Xmx2g").doesNotContain("defect");
    assertThat(told.category()).isEqualTo(ErrorCategory.TRANSIENT);
    assertThat(Invocation.defect(new StackOverflowError()).getMessage()).contains("defect");
  }

  @Test
  void resolveNeedsAnAnswer() {
    assertThat(run("resolve")).isEqualTo(2);
    assertThat(error()).contains("ANSWER");
    assertThat(run("resolve", "handed-over")).isEqualTo(2);
    assertThat(error()).contains("--source is missing");
  }

  @Test
  void serversOfTwoProductsAreExitCodeTwo() {
    String[] line = {"check", "--source=postgresql://db1/a", "--target=mysql://db2/a"};
    assertThat(run(line)).isEqualTo(2);
    assertThat(error()).contains("one product");
  }

  @Test
  void errorsAreJsonToo() throws IOException {
    assertThat(run("check", "--json")).isEqualTo(2);
    JsonNode event = new ObjectMapper().readTree(out.toString(StandardCharsets.UTF_8));
    assertThat(event.get("event").asText()).isEqualTo("error");
    assertThat(event.get("exit_code").asInt()).isEqualTo(2);
    assertThat(event.get("code").asText()).isEqualTo("CONFIG_INVALID");
    assertThat(event.has("next_steps")).isTrue();
    assertThat(error()).isEmpty();
  }

  @Test
  void theLogFileTellsHowItEndedAndNoSecret() throws IOException {
    Path log = folder.resolve("fram.log");
    String[] line = {
      "check", "--source=postgresql://ann:hidden@127.0.0.1:1/a",
      "--target=postgresql://ann:hidden@127.0.0.1:1/a", "--log-file=fram.log"
    };
    assertThat(run(line)).isEqualTo(4);
    assertThat(Files.getPosixFilePermissions(log))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    JsonNode last = new ObjectMapper().readTree(Files.readAllLines(log).getLast());
    assertThat(last.get("command").asText()).isEqualTo("check");
    assertThat(last.get("exit_code").asInt()).isEqualTo(4);
    assertThat(last.get("code").asText()).isEqualTo("SERVER_UNREACHABLE");
    assertThat(last.get("time").asText()).endsWith("Z");
    assertThat(log).content().contains("127.0.0.1:1").doesNotContain("hidden");
  }

  @Test
  void aLogFileThatCannotBeWrittenIsToldOnce() {
    String[] line = {
      "check",
      "--source=postgresql://127.0.0.1:1/a",
      "--target=postgresql://127.0.0.1:1/a",
      "--log-file=nowhere/fram.log"
    };
    assertThat(run(line)).isEqualTo(4);
    assertThat(error()).containsOnlyOnce("nowhere/fram.log takes nothing: its folder does not");
  }

  private int run(String... arguments) {
    Surroundings world = new Surroundings(Map.of(), folder, folder, "ann");
    PrintStream output = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new Invocation(new Terminal(world, output, errors, false)).run(arguments);
  }

  private String error() {
    String text = err.toString(StandardCharsets.UTF_8);
    err.reset();
    return text;
  }
}
