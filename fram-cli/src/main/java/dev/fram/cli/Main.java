// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli;

import dev.fram.cli.command.Invocation;
import dev.fram.cli.tui.Terminal;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(new Invocation(Terminal.real()).run(arguments));
  }
}
