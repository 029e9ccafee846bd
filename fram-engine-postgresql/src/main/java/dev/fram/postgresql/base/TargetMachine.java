// SPDX-License-Identifier: Apache-2.0
package dev.fram.postgresql.base;

import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.host.HostAnswer;
import dev.fram.api.host.HostScript;
import dev.fram.api.host.ServerMachine;
import dev.fram.api.model.MigrationId;
import dev.fram.api.model.Secret;
import dev.fram.postgresql.journal.BaseMark.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done on the target's machine, in words of the migration. Each act may be done again.
 * Stateless.
 */
public final class TargetMachine {
  private static final Logger LOG = LoggerFactory.getLogger(TargetMachine.class);

  private final ServerMachine machine;
  private final Runnable goesOn;
  private final Patience patience;

  /**
   * For a machine that is lost while a script runs: every script may be run again.
   *
   * @param limit how long it may be away
   * @param pause waits for a moment
   */
  record Patience(Duration limit, Runnable pause) {}

  /** Where the backup is. */
  enum Where {
    /** Nowhere, or not whole. */
    NOT_FETCHED,
    /** Beside the data folder. */
    FETCHED,
    /** In its place. */
    IN_PLACE
  }

  /**
   * @param where the backup is
   * @param runs whether the server that is in place runs
   */
  record State(Where where, boolean runs) {}

  /**
   * @param goesOn called while it waits
   */
  TargetMachine(ServerMachine machine, Runnable goesOn, Patience patience) {
    this.machine = machine;
    this.goesOn = goesOn;
    this.patience = patience;
  }

  /** For a question or two: a machine that cannot be reached is not waited for. */
  public static TargetMachine asked(ServerMachine machine) {
    return new TargetMachine(machine, () -> {}, new Patience(Duration.ZERO, () -> {}));
  }

  /** For people. */
  public String display() {
    return machine.host().display();
  }

  /**
   * What is there, by name: see {@link Scripts#LOOK}.
   *
   * @return empty where that folder, or the server's process, is not there
   */
  public Optional<Map<String, String>> look(String dataFolder) {
    HostAnswer answer =
        run(HostScript.of("looking at the target's machine", Scripts.LOOK, List.of(dataFolder)));
    if (!answer.done()) {
      return Optional.empty();
    }
    Map<String, String> found = new HashMap<>();
    for (String line : answer.output()) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        found.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return Optional.of(found);
  }

  /** The path of a pg_basebackup of that version, or newer, which the server's user may run. */
  public Optional<String> program(Place place, int major) {
    HostAnswer answer =
        run(
            asOwner(
                place,
                "looking for pg_basebackup",
                Scripts.SEARCH,
                place.programs(),
                String.valueOf(major),
                ownPrograms()));
    return answer.output().stream().findFirst();
  }

  /** Whether the folder beside the data folder can be made; why not, for people. */
  public Optional<String> refusal(Place place) {
    HostAnswer answer =
        run(asOwner(place, "looking at the target's machine", Scripts.MAY, place.folder()));
    return answer.done()
        ? Optional.empty()
        : Optional.of(
            answer.errors().isEmpty()
                ? "the folder around " + place.folder() + " may not be written to by its owner"
                : answer.errors());
  }

  /** Returns whether it is there; not while an earlier run's script is still at it. */
  boolean fetch(Place place, MigrationId id, Fetch fetch) {
    HostAnswer answer =
        run(
            secret(
                asOwner(
                    place,
                    "fetching the base backup",
                    Scripts.FETCH,
                    work(place, id),
                    fetch.program(),
                    fetch.slot(),
                    fetch.connection()),
                fetch.password()));
    return doneUnlessBusy(answer, "the base backup could not be fetched");
  }

  /**
   * @param program pg_basebackup's path there
   * @param slot the physical slot's name
   * @param connection libpq's words, without the password
   * @param password the line of a password file
   */
  record Fetch(String program, String slot, String connection, Secret password) {}

  State state(Place place, MigrationId id) {
    HostAnswer answer =
        required(
            asOwner(
                place,
                "looking for the base backup",
                Scripts.WHERE,
                place.folder(),
                work(place, id)));
    List<String> said = answer.output();
    Where where =
        said.contains("there")
            ? Where.IN_PLACE
            : said.contains("new") ? Where.FETCHED : Where.NOT_FETCHED;
    return new State(where, said.contains("runs"));
  }

  /** Puts the target's own settings into what was fetched; false while a script is still at it. */
  boolean dress(Place place, MigrationId id, String settings, Secret password) {
    HostAnswer answer =
        run(
            secret(
                asOwner(
                    place,
                    "preparing the base backup",
                    Scripts.DRESS,
                    place.folder(),
                    work(place, id),
                    settings),
                password));
    return doneUnlessBusy(answer, "the base backup could not be prepared");
  }

  void stop(Place place) {
    if (machine.stop().isPresent()) {
      required(HostScript.of("stopping the target", machine.stop().get(), List.of()));
    } else {
      required(
          asOwner(place, "stopping the target", Scripts.STOP, place.folder(), place.programs()));
    }
  }

  void start(Place place) {
    if (machine.start().isPresent()) {
      required(HostScript.of("starting the target", machine.start().get(), List.of()));
    } else {
      required(
          asOwner(
              place,
              "starting the target",
              Scripts.START,
              place.folder(),
              place.programs(),
              place.logFile()));
    }
  }

  void swap(Place place, MigrationId id) {
    required(
        asOwner(
            place,
            "putting the base backup in place",
            Scripts.SWAP,
            place.folder(),
            work(place, id)));
  }

  void undo(Place place, MigrationId id) {
    required(
        asOwner(place, "putting the target back", Scripts.UNDO, place.folder(), work(place, id)));
  }

  void clean(Place place, MigrationId id) {
    required(asOwner(place, "clearing up", Scripts.CLEAN, work(place, id)));
  }

  void forgetPassword(Place place) {
    required(asOwner(place, "clearing up", Scripts.FORGET_PASSWORD, place.folder()));
  }

  static String work(Place place, MigrationId id) {
    return place.folder() + ".fram-" + id;
  }

  /** Where Fram's own client tools are looked for, if this is Fram's machine. */
  private static String ownPrograms() {
    String named = System.getProperty("fram.pg.bin", "");
    return named.isEmpty() ? System.getenv().getOrDefault("FRAM_PG_BIN", "") : named;
  }

  private static HostScript asOwner(Place place, String doing, String script, String... arguments) {
    List<String> all = new ArrayList<>(List.of(place.owner(), script));
    all.addAll(List.of(arguments));
    return HostScript.of(doing, Scripts.AS_OWNER, all);
  }

  private static HostScript secret(HostScript script, Secret secret) {
    return new HostScript(script.doing(), script.text(), script.arguments(), List.of(secret));
  }

  private HostAnswer run(HostScript script) {
    long begun = System.nanoTime();
    while (true) {
      try {
        return machine.host().run(script, line -> {}, goesOn);
      } catch (FramException e) {
        boolean over = System.nanoTime() - begun > patience.limit().toNanos();
        if (e.category() != ErrorCategory.TRANSIENT || over) {
          throw e;
        }
        LOG.warn("{}; it is tried again", e.getMessage());
        patience.pause().run();
      }
    }
  }

  private boolean doneUnlessBusy(HostAnswer answer, String what) {
    if (answer.exit() == Scripts.BUSY) {
      return false;
    }
    if (!answer.done()) {
      throw failed(answer, what);
    }
    return true;
  }

  private HostAnswer required(HostScript script) {
    HostAnswer answer = run(script);
    if (!answer.done()) {
      throw failed(answer, script.doing() + " failed");
    }
    return answer;
  }

  private FramException failed(HostAnswer answer, String what) {
    String why =
        switch (answer.exit()) {
          case Scripts.BUSY -> "an earlier run's script is still at it";
          case Scripts.RUNNING -> "the server was stopped and runs again, or still";
          default -> answer.errors().isEmpty() ? "exit code " + answer.exit() : answer.errors();
        };
    String remedy =
        switch (answer.exit()) {
          case Scripts.RUNNING ->
              "Give in --target-stop and --target-start what its supervisor wants (systemctl stop"
                  + " ..), then run the same command again.";
          case Scripts.NOT_ALLOWED ->
              "Run Fram there as root or as the server's own user, or name such a login in"
                  + " --target-host.";
          default -> "Settle it there, then run the same command again: it goes on.";
        };
    return new FramException(
        ErrorCode.SERVER_SETTING,
        "target's machine " + display() + ": " + what + ": " + why,
        remedy);
  }
}
