// SPDX-License-Identifier: Apache-2.0
package dev.fram.traffic.hook;

import dev.fram.api.traffic.SwitchCheck;
import dev.fram.api.traffic.SwitchOptions;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.SwitchOutcome.Again;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.api.traffic.TrafficSwitch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Commands as a switch. Exit code 0: done; 6: the command itself does not know; ended by a signal
 * or by the time limit: nobody knows; anything else: not done.
 */
final class CommandHook implements TrafficSwitch {
  private static final int UNKNOWN = 6;
  private static final int SIGNALS = 128;

  private final SwitchOptions options;
  private final TrafficMove move;

  CommandHook(SwitchOptions options, TrafficMove move) {
    this.options = options;
    this.move = move;
  }

  @Override
  public String name() {
    return "hook";
  }

  @Override
  public SwitchCheck check() {
    List<String> set = new ArrayList<>();
    for (HookMoment moment : HookMoment.values()) {
      command(moment).ifPresent(c -> set.add(moment.word()));
    }
    return switch (run(HookMoment.ON_CHECK, limit())) {
      case SwitchOutcome.Done done ->
          new SwitchCheck("would run the commands of " + String.join(", ", set), List.of());
      case SwitchOutcome.NotDone no -> new SwitchCheck("", List.of(no.seen()));
      case SwitchOutcome.Unknown unknown -> new SwitchCheck("", List.of(unknown.seen()));
    };
  }

  @Override
  public SwitchOutcome pause(Duration limit) {
    return run(HookMoment.BEFORE_FREEZE, shorter(limit));
  }

  @Override
  public SwitchOutcome frozen(Duration limit) {
    return run(HookMoment.AFTER_FREEZE, shorter(limit));
  }

  @Override
  public SwitchOutcome redirect() {
    return switch (move.direction()) {
      case FORWARD -> run(HookMoment.SWITCH, limit());
      case BACK -> run(HookMoment.ON_ROLLBACK, limit());
    };
  }

  @Override
  public SwitchOutcome resume() {
    return run(HookMoment.AFTER_SWITCH, limit());
  }

  @Override
  public SwitchOutcome undo() {
    return run(HookMoment.ON_UNDO, limit());
  }

  private SwitchOutcome run(HookMoment moment, Duration limit) {
    Optional<String> command = command(moment);
    if (command.isEmpty()) {
      return SwitchOutcome.done();
    }
    // The word that the command of --switch-command has always been told.
    String step = moment == HookMoment.SWITCH ? "switch-traffic" : moment.word();
    return switch (new ShellCommand(command.get(), Facts.of(move, step)).run(limit)) {
      case ShellCommand.End.NotStarted none -> failed(moment, "could not be started");
      case ShellCommand.End.TooLate late ->
          unknown(moment, "did not end within " + limit.toMillis() + " ms and was ended");
      case ShellCommand.End.Exited exited -> outcome(moment, exited.code());
    };
  }

  private static SwitchOutcome outcome(HookMoment moment, int code) {
    if (code == 0) {
      return SwitchOutcome.done();
    }
    if (code == UNKNOWN) {
      return unknown(moment, "answered that it does not know what became of it (exit code 6)");
    }
    return code > SIGNALS
        ? unknown(moment, "was ended by signal " + (code - SIGNALS))
        : failed(moment, "ended with exit code " + code);
  }

  private static SwitchOutcome failed(HookMoment moment, String how) {
    return new SwitchOutcome.NotDone(
        "The command of " + moment.word() + " " + how + ".", "", Again.BY_HAND);
  }

  private static SwitchOutcome unknown(HookMoment moment, String how) {
    return new SwitchOutcome.Unknown("The command of " + moment.word() + " " + how + ".", "");
  }

  private Optional<String> command(HookMoment moment) {
    return options.text(moment.word());
  }

  private Duration limit() {
    return options.duration("timeout").orElseThrow();
  }

  private Duration shorter(Duration other) {
    return other.compareTo(limit()) < 0 ? other : limit();
  }
}
