// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.ConfigReader;
import dev.fram.cli.config.ConfigValues;
import dev.fram.cli.config.Surroundings;
import dev.fram.cli.ssh.Tunnels;
import dev.fram.cli.tui.LinePresenter;
import dev.fram.cli.tui.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the page may listen, and who is shown its token. */
class RunPageTest {
  private static final String OWN = "0123456789abcdef";

  /** Whether a person looks on. */
  private enum Output {
    TERMINAL,
    PIPE
  }

  @TempDir private Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private Session session(String dashboard, Map<String, String> variables, Output output) {
    Surroundings surroundings = new Surroundings(variables, folder, folder, "ann");
    PrintStream stream = new PrintStream(out, true, UTF_8);
    Terminal terminal = new Terminal(surroundings, stream, stream, output == Output.TERMINAL);
    Map<ConfigKey, List<String>> flags =
        dashboard.isEmpty() ? Map.of() : Map.of(ConfigKey.DASHBOARD, List.of(dashboard));
    ConfigValues values = new ConfigReader(surroundings).read(flags, Optional.empty(), Set.of());
    return new Session(terminal, new OutputOptions(), values, new Tunnels());
  }

  private String announced(String dashboard, Map<String, String> variables, Output output) {
    Session session = session(dashboard, variables, output);
    try (RunPage page = RunPage.open(session)) {
      page.announce(new LinePresenter(session.terminal(), LinePresenter.Detail.STEPS));
      page.extras().forEach(extra -> session.terminal().out().println(extra.text()));
    }
    return out.toString(UTF_8);
  }

  @Test
  void withoutTheSettingThereIsNone() {
    assertThat(announced("", Map.of(), Output.TERMINAL)).isEmpty();
    assertThat(announced("false", Map.of(), Output.TERMINAL)).isEmpty();
  }

  @Test
  void aPersonAtATerminalGetsTheWholeLink() {
    assertThat(announced(":0", Map.of(), Output.TERMINAL))
        .containsPattern("http://127\\.0\\.0\\.1:[0-9]+/#token=[A-Za-z0-9_-]{32}");
  }

  @Test
  void aPipeNeverHoldsTheToken() {
    assertThat(announced(":0", Map.of(), Output.PIPE))
        .contains("http://127.0.0.1:")
        .contains(RunPage.TOKEN_VARIABLE)
        .doesNotContain("token=");
  }

  @Test
  void aTokenOfOnesOwnIsNotRepeated() {
    Map<String, String> own = Map.of(RunPage.TOKEN_VARIABLE, OWN);
    assertThat(announced("0.0.0.0:0", own, Output.TERMINAL))
        .contains("http://0.0.0.0:")
        .contains("not encrypted")
        .doesNotContain(OWN);
  }

  @Test
  void whatWouldNotBeSafeIsRefused() {
    assertThatThrownBy(() -> announced("0.0.0.0:0", Map.of(), Output.PIPE))
        .isInstanceOf(FramException.class)
        .hasMessageContaining("needs a token")
        .hasMessageContaining(RunPage.TOKEN_VARIABLE)
        .extracting(e -> ((FramException) e).code())
        .isEqualTo(ErrorCode.CONFIG_INVALID);
    Map<String, String> tooShort = Map.of(RunPage.TOKEN_VARIABLE, "short");
    assertThatThrownBy(() -> announced(":0", tooShort, Output.TERMINAL))
        .hasMessageContaining("has 5 characters")
        .hasMessageNotContaining("short ");
    for (String wrong : List.of("9000", "a b:1", ":70000", "::1", "host:port")) {
      assertThatThrownBy(() -> announced(wrong, Map.of(), Output.TERMINAL))
          .as(wrong)
          .hasMessageContaining("dashboard is \"" + wrong + "\"");
    }
    assertThatThrownBy(
            () -> session("", Map.of("FRAM_NOTIFY", "hooks.example.com/SECRET"), Output.TERMINAL))
        .hasMessageContaining("FRAM_NOTIFY")
        .hasMessageNotContaining("SECRET");
  }
}
