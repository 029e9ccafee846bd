// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.page;

import dev.fram.api.status.Command;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the page can ask of a running migration: the commands that a run itself takes. */
enum Action {
  CUTOVER_DRY_RUN(new Command.CutoverDryRun(), Care.NONE),
  CUTOVER(new Command.Cutover(), Care.WORD),
  VERIFY(new Command.Verify(List.of(), Command.Differences.REPORT), Care.NONE),
  ROLLBACK_DRY_RUN(new Command.RollbackDryRun(), Care.NONE),
  ROLLBACK(new Command.Rollback(), Care.WORD),
  COMPLETE(new Command.Complete(), Care.WORD),
  PAUSE(new Command.Pause(), Care.NONE),
  RESUME(new Command.Resume(), Care.NONE),
  STOP(new Command.Stop(), Care.WORD),
  CANCEL(new Command.Cancel(), Care.WORD);

  /** Whether the user has to write the action's word: nothing big happens by one click. */
  enum Care {
    NONE,
    WORD
  }

  private final Command command;
  private final Care care;

  Action(Command command, Care care) {
    this.command = command;
    this.care = care;
  }

  Command command() {
    return command;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  boolean confirmedBy(String text) {
    return care == Care.NONE || text.equals(word());
  }

  static Optional<Action> ofWord(String word) {
    return Arrays.stream(values()).filter(action -> action.word().equals(word)).findFirst();
  }

  /** What makes sense now. The run has the last word: it refuses what it cannot do. */
  static List<Action> offeredIn(Status status) {
    return Arrays.stream(values()).filter(action -> action.offered(status)).toList();
  }

  private boolean offered(Status status) {
    PhaseName phase = status.phase();
    boolean before = phase.compareTo(PhaseName.READY) <= 0;
    boolean serving = phase == PhaseName.SERVING && status.reverse().isPresent();
    return switch (this) {
      case CUTOVER_DRY_RUN, CUTOVER, VERIFY -> phase == PhaseName.READY;
      case ROLLBACK_DRY_RUN, ROLLBACK, COMPLETE -> serving;
      case PAUSE -> before && !status.paused();
      case RESUME -> before && status.paused();
      case STOP -> before || serving;
      case CANCEL -> before;
    };
  }
}
