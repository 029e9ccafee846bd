// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.status.PhaseName;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.bus.StatusProjector;
import dev.fram.core.concurrent.Clock;
import dev.fram.testkit.tools.PromTool;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** What Prometheus itself says of our text and our rules. */
@EnabledIfSystemProperty(
    named = "fram.promtool",
    matches = "true",
    disabledReason = "fetches Prometheus (19 MB); -Dfram.promtool=true runs it")
class PromToolTest {

  private static String said(String input, String... words) throws Exception {
    List<String> command =
        Stream.concat(Stream.of(PromTool.program().toString()), Stream.of(words)).toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (OutputStream to = process.getOutputStream()) {
      to.write(input.getBytes(UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor() + ": " + output;
  }

  @Test
  void theRulesAreRules() throws Exception {
    Path rules = Path.of("..", "docs", "monitoring", "alerts.yaml");
    assertThat(said("", "check", "rules", rules.toString())).contains("8 rules").startsWith("0: ");
  }

  @Test
  void theTextIsPrometheusText() throws Exception {
    StatusProjector projector = new StatusProjector(Clock.system());
    projector.names("id", "a \"source\"", "target");
    projector.on(new RunEvent.PhaseReached(PhaseName.SERVING));
    projector.on(new RunEvent.LogMeasured(42, 43));
    projector.on(new RunEvent.ReverseMeasured(1, 2, 3, 4));
    projector.on(new RunEvent.StepEnded("drain", "done", 1500));
    String text = Exposition.text(Optional.of(projector.picture()), 10);
    assertThat(said(text, "check", "metrics")).isEqualTo("0: ");
  }
}
