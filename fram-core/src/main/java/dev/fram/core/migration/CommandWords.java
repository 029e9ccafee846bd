// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.status.Command;
import java.util.Optional;

/** Commands as the journal keeps them. */
final class CommandWords {
  private CommandWords() {}

  static String write(Command command) {
    return switch (command) {
      case Command.Cutover c -> "cutover";
      case Command.CutoverDryRun c -> "cutover-dry-run";
      case Command.Verify c -> "verify";
      case Command.Cancel c -> "cancel";
      case Command.Stop c -> "stop";
    };
  }

  static Optional<Command> read(String word) {
    return switch (word) {
      case "cutover" -> Optional.of(new Command.Cutover());
      case "cutover-dry-run" -> Optional.of(new Command.CutoverDryRun());
      case "verify" -> Optional.of(new Command.Verify());
      case "cancel" -> Optional.of(new Command.Cancel());
      case "stop" -> Optional.of(new Command.Stop());
      default -> Optional.empty();
    };
  }
}
