// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.ValueKind;
import java.io.IOException;
import java.io.InputStream;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParseResult;

/** Makes the command line from the commands and the table of settings. */
public final class CommandTree {
  private static final int WIDTH = 100;
  private static final int OPTIONS_WIDTH = 36;

  private CommandTree() {}

  /** A new tree; picocli fills its objects, so one serves one call. */
  public static CommandLine build() {
    CommandSpec root =
        CommandSpec.create()
            .name("fram")
            .version("fram " + version())
            .mixinStandardHelpOptions(true);
    root.usageMessage()
        .description("Moves a live database to another server, and nothing is lost.")
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(exitCodes())
        .footer("", "`fram help COMMAND` explains a command. Start with `fram demo`.");
    for (FramCommand command : commands()) {
      CommandSpec spec = spec(command);
      root.addSubcommand(spec.name(), spec);
    }
    root.addSubcommand("help", new CommandLine(new CommandLine.HelpCommand()));
    CommandLine line = new CommandLine(root);
    line.setUsageHelpWidth(WIDTH);
    line.setUsageHelpLongOptionsMaxWidth(OPTIONS_WIDTH);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  /** What each exit code means. */
  public static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("0", "done");
    codes.put("1", "a difference, a failed check, or something left out");
    codes.put("2", "the command line or the configuration is wrong");
    codes.put("3", "a server or the machine is not as Fram needs it: change that first");
    codes.put("4", "a transient fault outlasted its budget; the source is unharmed, run it again");
    codes.put("5", "source and target diverge: stopped, nothing was repaired by guess");
    codes.put("6", "a step's outcome is unknown: a person must look");
    codes.put("70", "a defect in Fram");
    codes.put("130", "stopped by Ctrl-C");
    return codes;
  }

  static String version() {
    Properties properties = new Properties();
    try (InputStream stream =
        CommandTree.class.getResourceAsStream("/dev/fram/cli/version.properties")) {
      if (stream != null) {
        properties.load(stream);
      }
    } catch (IOException e) {
      return "unknown";
    }
    return properties.getProperty("version", "unknown");
  }

  private static List<FramCommand> commands() {
    return List.of(
        new DemoCommand(),
        new CheckCommand(),
        new MeasureCommand(),
        new PlanCommand(),
        new MigrateCommand(),
        new StatusCommand(),
        new PauseCommand(),
        new ResumeCommand(),
        new VerifyCommand(),
        new CutoverCommand(),
        new RollbackCommand(),
        new ResolveCommand(),
        new ReportCommand(),
        new CancelCommand(),
        new CompleteCommand(),
        new CompletionCommand(),
        new ManCommand());
  }

  private static CommandSpec spec(FramCommand command) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(command);
    spec.mixinStandardHelpOptions(true);
    spec.usageMessage().sortOptions(false);
    spec.usageMessage().abbreviateSynopsis(true);
    UsageMessageSpec usage = spec.usageMessage();
    usage.descriptionHeading("%n").optionListHeading("%nOptions:%n");
    int order = 0;
    for (ConfigKey key : ConfigKey.values()) {
      if (command.keys().contains(key)) {
        spec.addOption(option(key, order++));
      }
    }
    spec.addMixin("output", CommandSpec.forAnnotatedObject(new OutputOptions()));
    return spec;
  }

  private static OptionSpec option(ConfigKey key, int order) {
    String fallback = key.fallback().isEmpty() ? "" : " Default: " + key.fallback() + ".";
    OptionSpec.Builder option =
        OptionSpec.builder(key.flag())
            .paramLabel(key.kind().label())
            .order(order)
            .description(key.description() + fallback);
    if (key.kind().repeated() || key.kind() == ValueKind.SWITCHES) {
      return option.type(List.class).auxiliaryTypes(String.class).arity("1").build();
    }
    // A value may follow a flag, so that =false on the command line can overrule the file.
    return key.kind() == ValueKind.FLAG || key.kind() == ValueKind.ADDRESS
        ? option.type(String.class).arity("0..1").fallbackValue("true").build()
        : option.type(String.class).arity("1").build();
  }

  /** The settings that stand on the command line. */
  static Map<ConfigKey, List<String>> flags(ParseResult parsed) {
    Map<ConfigKey, List<String>> flags = new EnumMap<>(ConfigKey.class);
    for (ConfigKey key : ConfigKey.values()) {
      if (parsed.commandSpec().findOption(key.flag()) != null
          && parsed.hasMatchedOption(key.flag())) {
        Object value = parsed.matchedOptionValue(key.flag(), "");
        flags.put(
            key,
            value instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of(String.valueOf(value)));
      }
    }
    return flags;
  }
}
