// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.error.FullHeap;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.config.ConfigReader;
import dev.fram.cli.config.ConfigValues;
import dev.fram.cli.log.LogFile;
import dev.fram.cli.ssh.Tunnels;
import dev.fram.cli.tui.JsonPresenter;
import dev.fram.cli.tui.Presenter;
import dev.fram.cli.tui.Terminal;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** One run of the program: from the arguments to the exit code. Nothing escapes it. */
public final class Invocation {
  private final Terminal terminal;

  public Invocation(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * @return the exit code of DESIGN's table; 130 when Ctrl-C ended it
   */
  public int run(String... arguments) {
    CommandLine line = CommandTree.build();
    line.setOut(writer(terminal.out()));
    line.setErr(writer(terminal.err()));
    line.setExecutionStrategy(this::execute);
    line.setParameterExceptionHandler((e, args) -> misused(e, args));
    int code = line.execute(arguments);
    terminal.out().flush();
    return code;
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }

  private int execute(ParseResult parsed) {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    if (!(last.commandSpec().userObject() instanceof FramCommand command)) {
      parsed.commandSpec().commandLine().usage(terminal.out());
      return ErrorCode.CONFIG_INVALID.category().exitCode();
    }
    return guarded(command, last);
  }

  private int guarded(FramCommand command, ParseResult parsed) {
    CommandSpec mixin = Objects.requireNonNull(parsed.commandSpec().mixins().get("output"));
    OutputOptions output = (OutputOptions) mixin.userObject();
    Logging.start(output.verbose());
    try (Tunnels tunnels = new Tunnels()) {
      return run(command, parsed, output, tunnels);
    } finally {
      Logging.end();
    }
  }

  private int run(FramCommand command, ParseResult parsed, OutputOptions output, Tunnels tunnels) {
    try {
      ConfigValues values =
          new ConfigReader(terminal.surroundings())
              .read(CommandTree.flags(parsed), output.config(), command.required());
      logInto(values, parsed.commandSpec().name());
      return command.run(new Session(terminal, output, values, tunnels));
    } catch (FramException e) {
      return failed(output, tunnels.explained(e));
    } catch (RuntimeException | Error e) {
      return failed(output, defect(e));
    }
  }

  /** A file that cannot be written is no reason to stop: it is told, and the work goes on. */
  private void logInto(ConfigValues values, String command) {
    values
        .text(ConfigKey.LOG_FILE)
        .map(terminal.surroundings()::path)
        .map(path -> new LogFile(path, command, told -> terminal.err().println("fram: " + told)))
        .ifPresent(Logging::into);
  }

  private int failed(OutputOptions output, FramException failure) {
    Logging.failed(failure);
    Session session = new Session(terminal, output, ConfigValues.none(), new Tunnels());
    try (Presenter presenter = session.lines()) {
      presenter.failed(failure);
    }
    return failure.category().exitCode();
  }

  /** Names the place, not the message: a foreign exception's message may hold a value. */
  static FramException defect(Throwable e) {
    if (e instanceof OutOfMemoryError full) {
      return FullHeap.told(full);
    }
    StackTraceElement[] trace = e.getStackTrace();
    String place = trace.length == 0 ? "" : " at " + trace[0];
    return new FramException(
        ErrorCode.INTERNAL,
        "This is a defect in Fram: " + e.getClass().getName() + place + ".",
        "The source is unharmed. Please report it with the output of the same command with -v, and"
            + " of `fram --version`.",
        e);
  }

  private int misused(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    String name = line.getCommandSpec().qualifiedName();
    String help = name.equals("fram") ? "fram help" : name.replaceFirst("fram ", "fram help ");
    FramException failure =
        new FramException(
            ErrorCode.CONFIG_INVALID, sentence(e), suggestion(e) + "See `" + help + "`.", e);
    if (List.of(arguments).contains("--json")) {
      new JsonPresenter(terminal).failed(failure);
    } else {
      terminal.err().println("fram: " + failure.getMessage());
    }
    return failure.category().exitCode();
  }

  /** A word that may hold a password is not repeated. */
  private static String sentence(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      String words =
          unmatched.getUnmatched().stream()
              .map(word -> word.contains("://") ? "a URI" : '"' + word + '"')
              .collect(Collectors.joining(", "));
      return "Not understood: " + words + ".";
    }
    String message = String.valueOf(e.getMessage());
    return message.endsWith(".") ? message : message + ".";
  }

  private static String suggestion(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)) {
      return "";
    }
    List<String> near = unmatched.getSuggestions();
    return near.isEmpty() ? "" : "Did you mean " + near.getFirst() + "? ";
  }
}
