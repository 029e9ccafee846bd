// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import java.io.PrintStream;
import java.util.Set;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What a shell needs to complete the command line; made from the commands themselves. */
@Command(
    name = "completion",
    description = {
      "Prints what a shell needs to complete commands and options by the Tab key.",
      "bash: source <(fram completion bash), in ~/.bashrc for every shell. zsh: the same line in"
          + " ~/.zshrc."
    })
final class CompletionCommand implements FramCommand {
  /** Which shells there is something for; one script serves both. */
  enum Shell {
    BASH,
    ZSH
  }

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}, in any case.")
  private Shell shell = Shell.BASH;

  @Override
  public Set<ConfigKey> keys() {
    return Set.of();
  }

  @Override
  public Set<ConfigKey> required() {
    return Set.of();
  }

  @Override
  public int run(Session session) {
    PrintStream out = session.terminal().out();
    switch (shell) {
      // The script sees by itself which of them reads it.
      case BASH, ZSH -> out.print(AutoComplete.bash("fram", CommandTree.build()));
    }
    out.flush();
    return 0;
  }
}
