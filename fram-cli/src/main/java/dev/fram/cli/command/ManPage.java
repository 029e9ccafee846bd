// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The manual page fram(1) in roff: every command with what is its own, every setting once. A
 * function of the command tree, so it cannot say anything that the program does not.
 */
final class ManPage {
  private final Map<String, CommandLine> commands;
  private final StringBuilder page = new StringBuilder();

  ManPage(CommandLine root) {
    this.commands = root.getSubcommands();
  }

  String text() {
    page.setLength(0);
    page.append(".\\\" Made by `fram man` from the commands themselves.\n");
    page.append(".TH FRAM 1 \"\" \"fram ").append(escaped(CommandTree.version())).append("\"\n");
    heading("NAME");
    page.append("fram \\- moves a live database to another server without stopping it\n");
    heading("SYNOPSIS");
    page.append(".B fram\n.I command\n.RI [ options ]\n");
    heading("DESCRIPTION");
    paragraph(
        "Fram copies a PostgreSQL, MySQL or MariaDB database to another server of the same product,"
            + " follows what applications write meanwhile, proves both sides equal, cuts over, and"
            + " can go back. Every command but demo works on two servers, --source and --target;"
            + " all state is on the target, so any of them can be given on any machine.");
    heading("COMMANDS");
    commands.values().forEach(this::command);
    heading("SETTINGS");
    paragraph(
        "Each has one word: --word on the command line comes before FRAM_WORD in the environment,"
            + " which comes before word: in fram.yaml. A command takes those that it lists above.");
    for (ConfigKey key : ConfigKey.values()) {
      String fallback = key.fallback().isEmpty() ? "" : " Default: " + key.fallback() + ".";
      item(key.flag() + " " + key.kind().label(), key.description() + fallback);
    }
    heading("ENVIRONMENT");
    item(
        "FRAM_SOURCE_PASSWORD, FRAM_TARGET_PASSWORD, FRAM_PROBE_PASSWORD",
        "Passwords. ~/.pgpass, a file or a command can give them too; see the settings.");
    item("FRAM_SSH_PASSPHRASE", "The passphrase of the private keys for jump hosts.");
    item("SSH_AUTH_SOCK", "The SSH agent's socket: its keys are tried at jump hosts.");
    item(RunPage.TOKEN_VARIABLE, "The token of the web page, 16 characters or more.");
    item("FRAM_WORD", "Any setting, see above.");
    heading("FILES");
    item("fram.yaml", "Settings, in the current folder or where --config says.");
    heading("EXIT STATUS");
    CommandTree.exitCodes().forEach(this::item);
    return page.toString();
  }

  private void command(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    if (!(spec.userObject() instanceof FramCommand own)) {
      return; // help explains itself
    }
    page.append(".SS \"fram ").append(escaped(spec.name()));
    spec.positionalParameters().forEach(p -> page.append(' ').append(escaped(p.paramLabel())));
    page.append("\"\n");
    Arrays.stream(spec.usageMessage().description()).forEach(this::paragraph);
    spec.positionalParameters().forEach(this::parameter);
    for (OptionSpec option : options(spec, own)) {
      String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
      item(String.join(", ", option.names()) + label, described(option.description(), option));
    }
    List<String> flags = own.keys().stream().sorted().map(ConfigKey::flag).toList();
    if (own.keys().size() == ConfigKey.values().length) {
      paragraph("Takes every setting.");
    } else if (!flags.isEmpty()) {
      paragraph("Settings: " + String.join(", ", flags) + ".");
    }
  }

  private void parameter(PositionalParamSpec parameter) {
    String text = String.join(" ", parameter.description());
    item(parameter.paramLabel(), candidates(text, parameter.completionCandidates()));
  }

  /** What is neither a setting nor the same everywhere, by name; then what all have. */
  private static List<OptionSpec> options(CommandSpec spec, FramCommand command) {
    List<String> settings = command.keys().stream().map(ConfigKey::flag).toList();
    Map<String, OptionSpec> sorted = new TreeMap<>();
    for (OptionSpec option : spec.options()) {
      if (!settings.contains(option.longestName())) {
        sorted.put(option.longestName(), option);
      }
    }
    return new ArrayList<>(sorted.values());
  }

  private static String described(String[] description, OptionSpec option) {
    String text = candidates(String.join(" ", description), option.completionCandidates());
    String fallback = option.defaultValue() == null ? "" : option.defaultValue();
    return text.replace("${DEFAULT-VALUE}", fallback);
  }

  private static String candidates(String text, @Nullable Iterable<String> candidates) {
    return candidates == null
        ? text
        : text.replace("${COMPLETION-CANDIDATES}", String.join(", ", candidates));
  }

  private void heading(String words) {
    page.append(".SH ").append(words.toUpperCase(Locale.ROOT)).append('\n');
  }

  private void paragraph(String text) {
    page.append(".PP\n").append(line(text)).append('\n');
  }

  private void item(String term, String text) {
    page.append(".TP\n.B ").append(escaped(term)).append('\n').append(line(text)).append('\n');
  }

  /** A line that begins with a dot or a quote would be taken for a request. */
  private static String line(String text) {
    String escaped = escaped(text);
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("%n", " ")
        .replace("`", "\\(ga")
        .replace("'", "\\(aq")
        .replace("…", "...")
        .replace("~", "\\(ti")
        .replace("^", "\\(ha");
  }
}
