// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.cli.config.ConfigKey;
import java.io.PrintStream;
import java.util.Set;
import picocli.CommandLine.Command;

/** The manual page. */
@Command(
    name = "man",
    description = {
      "Prints the manual page, made from the commands themselves.",
      "To read it: fram man | man -l -. To keep it: fram man > ~/.local/share/man/man1/fram.1"
    })
final class ManCommand implements FramCommand {
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
    out.print(new ManPage(CommandTree.build()).text());
    out.flush();
    return 0;
  }
}
