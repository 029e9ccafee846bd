// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.Surroundings;
import dev.fram.cli.tui.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What a shell and man(1) are given, tried by a shell and by groff. */
@Timeout(60)
class ShellTest {
  /** A zsh of its own on a terminal of its own; each word must come by Tab, or it ends with 1. */
  private static final String TAB =
      """
      zmodload zsh/zpty
      zpty z env TERM=dumb HOME=$PWD ZDOTDIR=$PWD zsh -f -i
      comes() {
        local all= more=
        repeat 3000; do
          if zpty -rt z more; then
            all+=$more
            if [[ $all == *$1* ]]; then print -r -- $1; return; fi
          else
            sleep 0.01
          fi
        done
        print -r -- "no $1 in: $all"
        exit 1
      }
      zpty -w z 'source ./fram.zsh; print load""ed'
      comes loaded
      zpty -n -w z $'fram mig\\t'
      comes migrate
      zpty -n -w z $'\\C-ufram status --wait-for REA\\t'
      comes READY
      zpty -n -w z $'\\C-ufram status --wa\\t\\t'
      comes --watch
      zpty -d z
      """;

  @TempDir Path folder;

  @Test
  void bashCompletesCommandsOptionsAndPhases() throws Exception {
    Files.writeString(folder.resolve("fram.bash"), printed("completion", "bash"));
    assertThat(bash("complete -p fram")).contains("-F _complete_fram").contains(" fram");
    assertThat(completed("fram", "mig")).containsExactly("migrate");
    assertThat(completed("fram", "status", "--wa")).contains("--watch", "--wait-for");
    assertThat(completed("fram", "status", "--wait-for", "REA")).containsExactly("READY");
    assertThat(completed("fram", "migrate", "--log")).contains("--log-file");
  }

  @Test
  void zshReadsTheSameScript() {
    assertThat(printed("completion", "zsh"))
        .isEqualTo(printed("completion", "bash"))
        .contains("bashcompinit");
  }

  /** By the Tab key on a terminal; where zsh is not installed this is skipped, and says so. */
  @Test
  @EnabledIf(value = "zshIsInstalled", disabledReason = "zsh is not installed here")
  void zshCompletesCommandsOptionsAndPhases() throws Exception {
    Files.writeString(folder.resolve("fram.zsh"), printed("completion", "zsh"));
    Files.writeString(folder.resolve("tab.zsh"), TAB);
    Process zsh =
        new ProcessBuilder("zsh", "-f", "tab.zsh")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(zsh.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(zsh.waitFor()).as(said).isZero();
    assertThat(said.lines()).containsExactly("loaded", "migrate", "READY", "--watch");
  }

  @Test
  void theManualNamesEveryCommandSettingAndExitCode() {
    String page = printed("man");
    assertThat(page).startsWith(".\\\"").contains(".TH FRAM 1").doesNotContain("${", "%n", "null");
    assertThat(page.lines().filter(line -> line.startsWith(".SH ")))
        .containsExactly(
            ".SH NAME",
            ".SH SYNOPSIS",
            ".SH DESCRIPTION",
            ".SH COMMANDS",
            ".SH SETTINGS",
            ".SH ENVIRONMENT",
            ".SH FILES",
            ".SH EXIT STATUS");
    for (String command : CommandTree.build().getSubcommands().keySet()) {
      if (!command.equals("help")) {
        assertThat(page).containsPattern("(?m)^\\.SS \"fram " + command + "\\b");
      }
    }
    for (ConfigKey key : ConfigKey.values()) {
      assertThat(page).contains("\n.B " + key.flag().replace("-", "\\-") + " ");
    }
    CommandTree.exitCodes().keySet().forEach(code -> assertThat(page).contains("\n.B " + code));
    // Nothing but these requests: no line of text is taken for one.
    assertThat(page.lines().filter(line -> line.startsWith(".") || line.startsWith("'")))
        .allMatch(line -> line.matches("\\.(\\\\\".*|TH .*|SH .*|SS .*|PP|TP|B .*|I .*|RI .*)"));
  }

  /** Where it is installed; the rest of the page's form is looked at above in any case. */
  @Test
  void groffHasNothingToSayAgainstTheManual() throws Exception {
    if (!onPath("groff")) {
      return;
    }
    Path page = Files.writeString(folder.resolve("fram.1"), printed("man"));
    Process groff =
        new ProcessBuilder("groff", "-man", "-ww", "-z", "-Tascii", page.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(groff.waitFor()).as(said).isZero();
    assertThat(said).isEmpty();
  }

  static boolean zshIsInstalled() {
    return onPath("zsh");
  }

  private static boolean onPath(String tool) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .anyMatch(place -> Files.isExecutable(Path.of(place, tool)));
  }

  private List<String> completed(String... words) throws Exception {
    String line = String.join(" ", words);
    return bash("COMP_WORDS=("
            + line
            + "); COMP_CWORD="
            + (words.length - 1)
            + "; COMP_LINE='"
            + line
            + "'; COMP_POINT="
            + line.length()
            + "; COMPREPLY=(); _complete_fram; printf '%s\\n' \"${COMPREPLY[@]}\"")
        .lines()
        .map(String::strip)
        .toList();
  }

  private String bash(String commands) throws IOException, InterruptedException {
    Process bash =
        new ProcessBuilder("bash", "-c", "source ./fram.bash; " + commands)
            .directory(folder.toFile())
            // Outside of a real completion compopt complains there; what it completes is the same.
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(bash.exitValue()).as(said).isZero();
    return said;
  }

  private String printed(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new Surroundings(Map.of(), folder, folder, "ann"),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            false);
    assertThat(new Invocation(terminal).run(arguments)).isZero();
    return out.toString(StandardCharsets.UTF_8);
  }
}
