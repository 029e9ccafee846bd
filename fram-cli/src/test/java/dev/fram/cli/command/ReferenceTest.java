// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.traffic.SwitchKind;
import dev.fram.api.traffic.SwitchOption;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.TrafficWords;
import dev.fram.cli.config.ValueKind;
import dev.fram.postgresql.check.PostgresChecks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * The reference is made from the code; a stale page fails. To write the pages anew: {@code ./fram
 * mvn -pl fram-cli -am test -Dtest=ReferenceTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dfram.docs=write}.
 */
class ReferenceTest {
  private static final Path FOLDER = Path.of("..", "docs", "reference");
  private static final String MADE =
      "<!-- Made from the code by ReferenceTest, which also says how to write it anew. -->\n\n";

  @Test
  void commands() throws IOException {
    StringBuilder page = new StringBuilder("# Commands\n\n" + MADE);
    CommandLine root = CommandTree.build();
    section(page, "fram", root);
    for (Map.Entry<String, CommandLine> command : root.getSubcommands().entrySet()) {
      if (!command.getKey().equals("help")) {
        section(page, "fram " + command.getKey(), command.getValue());
      }
    }
    compare("commands.md", page.toString());
  }

  private static void section(StringBuilder page, String name, CommandLine command) {
    String usage = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
    page.append("## ").append(name).append("\n\n```\n");
    usage.lines().forEach(line -> page.append(line.stripTrailing()).append('\n'));
    page.append("```\n\n");
  }

  @Test
  void settings() throws IOException {
    StringBuilder page = new StringBuilder("# Settings\n\n" + MADE);
    page.append(
        """
        Each setting has one word. `--word` on the command line comes before `FRAM_WORD` in the
        environment, which comes before `word:` in `fram.yaml` (in the current folder, or the file that
        `--config` names). Times are written with a unit (`500ms`, `30s`, `5m`, `24h`, `1h30m`), sizes too
        (`16MiB` is 2^24 bytes, `10GB` is 10^10). In the file `${NAME}` stands for a variable of the
        environment and `$$` for a dollar sign; an unknown key, a key that stands there twice and a value
        that is not of the right form are refused, all at once, with their lines.

        Passwords are no settings. The first of these that gives one is used: the URI (works, and is warned
        about), `FRAM_SOURCE_PASSWORD`, `FRAM_TARGET_PASSWORD` and `FRAM_PROBE_PASSWORD`, the password file, the password command,
        `~/.pgpass` (or `PGPASSFILE`; by libpq's rules). The passphrase of private keys for jump hosts is
        `FRAM_SSH_PASSPHRASE`, `ssh-passphrase-file` or `ssh-passphrase-command`.

        | key | value | default | what it does |
        |---|---|---|---|
        """);
    for (ConfigKey key : ConfigKey.values()) {
      page.append("| `").append(key.word()).append("` | ").append(form(key.kind())).append(" | ");
      page.append(key.fallback().isEmpty() ? "" : "`" + key.fallback() + "`").append(" | ");
      page.append(key.description().replace("|", "\\|")).append(" |\n");
    }
    switches(page);
    compare("settings.md", page.toString());
  }

  private static void switches(StringBuilder page) {
    page.append(
        """

        ## Switches of the traffic

        `traffic` is a list in `fram.yaml`, one entry a switch, each with its `type`. On the command line an
        entry is a map in YAML's flow form (`--traffic '{type: hook, switch: ./move.sh}'`), and replaces the
        file's list. [Moving the traffic](../guide/traffic.md) explains them.
        """);
    for (SwitchKind kind : TrafficWords.kinds()) {
      page.append("\n### `type: ").append(kind.type()).append("`\n\n");
      page.append("| key | value | default | what it does |\n|---|---|---|---|\n");
      for (SwitchOption option : TrafficWords.options(kind)) {
        String word = option.kind().name().toLowerCase(Locale.ROOT);
        String fallback =
            option.required()
                ? "needed"
                : option.fallback().isEmpty() ? "" : "`" + option.fallback() + "`";
        page.append("| `").append(option.word()).append("` | ").append(word).append(" | ");
        page.append(fallback).append(" | ").append(option.description()).append(" |\n");
      }
    }
  }

  private static String form(ValueKind kind) {
    return switch (kind) {
      case URI -> "URI";
      case JUMP_HOSTS -> "ssh://user@host:port";
      case TEXT -> "text";
      case PATH -> "path";
      case LIST -> "list of patterns";
      case PATHS -> "list of paths";
      case SWITCHES -> "list of switches";
      case FLAG -> "true or false";
      case DURATION -> "time";
      case WINDOW -> "time, or none";
      case SIZE -> "size";
      case COUNT -> "1 to 256";
      case PERCENT -> "1 to 100";
      case VERIFY -> "continuous or off";
      case CUTOVER -> "manual or auto";
      case DDL -> "ask, replicate or ignore";
      case COPY -> "own, clone or base-backup";
      case MACHINE -> "here or ssh://user@host:port";
      case FEED -> "own or native";
      case PLACE -> "host:port";
      case WEBHOOK -> "URL";
      case ADDRESS -> "host:port, true or false";
    };
  }

  @Test
  void exitCodes() throws IOException {
    StringBuilder page = new StringBuilder("# Exit codes and error codes\n\n" + MADE);
    page.append("| exit code | means |\n|---|---|\n");
    CommandTree.exitCodes().forEach((code, text) -> row(page, code, text));
    page.append(
        """

        With `--json` the last line's `exit_code`, `code` and `category` say the same. The codes are stable:
        scripts may look for them.

        | code | category | exit code |
        |---|---|---|
        """);
    for (ErrorCode code : ErrorCode.values()) {
      ErrorCategory category = code.category();
      row(page, "`" + code + "`", category + " | " + category.exitCode());
    }
    compare("exit-codes.md", page.toString());
  }

  @Test
  void checks() throws IOException {
    StringBuilder page = new StringBuilder("# Checks\n\n" + MADE);
    page.append(
        """
        `fram check` asks these, in this order, and changes nothing; `fram migrate` asks them again before it
        begins. A finding is `[PASS]`, `[INFO]`, `[WARN]` or `[FAIL]`; what is not fine says what to do. One
        `[FAIL]` makes the exit code 1.

        ## PostgreSQL

        | code | what it asks |
        |---|---|
        """);
    PostgresChecks.catalogue()
        .forEach((code, about) -> row(page, "`" + code + "`", about.replace("|", "\\|")));
    compare("checks.md", page.toString());
  }

  private static void row(StringBuilder page, String first, String second) {
    page.append("| ").append(first).append(" | ").append(second).append(" |\n");
  }

  private static void compare(String name, String page) throws IOException {
    Path file = FOLDER.resolve(name);
    if ("write".equals(System.getProperty("fram.docs"))) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, page.stripTrailing() + "\n");
    }
    assertThat(file).content().isEqualTo(page.stripTrailing() + "\n");
  }
}
