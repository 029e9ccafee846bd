// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.status.Command;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Commands as the journal keeps them. */
final class CommandWords {
  private CommandWords() {}

  static String write(Command command) {
    return switch (command) {
      case Command.Cutover c -> "cutover";
      case Command.CutoverDryRun c -> "cutover-dry-run";
      case Command.Verify c -> verify(c);
      case Command.RollbackDryRun c -> "rollback-dry-run";
      case Command.Rollback c -> "rollback";
      case Command.Resolve c -> "resolve\n" + c.answer();
      case Command.Complete c -> "complete";
      case Command.Cancel c -> "cancel";
      case Command.Pause c -> "pause";
      case Command.Resume c -> "resume";
      case Command.Stop c -> "stop";
    };
  }

  /** Its patterns stand in lines of their own. */
  private static String verify(Command.Verify command) {
    String word =
        switch (command.differences()) {
          case REPORT -> "verify";
          case REPAIR -> "repair";
        };
    return String.join("\n", Stream.concat(Stream.of(word), command.tables().stream()).toList());
  }

  static Optional<Command> read(String text) {
    List<String> lines = text.lines().toList();
    List<String> rest = lines.subList(Math.min(1, lines.size()), lines.size());
    return switch (lines.isEmpty() ? "" : lines.getFirst()) {
      case "cutover" -> Optional.of(new Command.Cutover());
      case "cutover-dry-run" -> Optional.of(new Command.CutoverDryRun());
      case "verify" -> Optional.of(new Command.Verify(rest, Command.Differences.REPORT));
      case "repair" -> Optional.of(new Command.Verify(rest, Command.Differences.REPAIR));
      case "rollback-dry-run" -> Optional.of(new Command.RollbackDryRun());
      case "resolve" -> Optional.of(new Command.Resolve(String.join("", rest)));
      case "rollback" -> Optional.of(new Command.Rollback());
      case "complete" -> Optional.of(new Command.Complete());
      case "cancel" -> Optional.of(new Command.Cancel());
      case "pause" -> Optional.of(new Command.Pause());
      case "resume" -> Optional.of(new Command.Resume());
      case "stop" -> Optional.of(new Command.Stop());
      default -> Optional.empty();
    };
  }
}
