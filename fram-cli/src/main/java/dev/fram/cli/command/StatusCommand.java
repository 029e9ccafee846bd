// SPDX-License-Identifier: Apache-2.0
package dev.fram.cli.command;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.cli.config.Amounts;
import dev.fram.cli.config.ConfigKey;
import dev.fram.cli.tui.Figures;
import dev.fram.cli.tui.Presenter;
import dev.fram.core.bus.Answer;
import dev.fram.core.migration.MigrationClient;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows a migration, from any machine: all state is on the target. */
@Command(
    name = "status",
    description = {
      "Shows where a migration stands, from any machine: all of its state is on the target.",
      "With --wait-for it waits: exit code 0 once the phase is reached, 1 after the timeout, 3 when"
          + " it can no longer be reached."
    })
final class StatusCommand implements FramCommand {
  private static final Duration PAUSE = Duration.ofMillis(500);

  @Option(names = "--watch", description = "Keeps showing it until the migration is over.")
  private boolean watch;

  @Option(
      names = "--wait-for",
      paramLabel = "PHASE",
      description = "Waits until this phase is reached: ${COMPLETION-CANDIDATES}.")
  private @Nullable PhaseName waitFor;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10m",
      description = "Waits this long at most (default: ${DEFAULT-VALUE}).")
  private String timeout = "10m";

  private final CountDownLatch interrupted = new CountDownLatch(1);

  @Override
  public Set<ConfigKey> keys() {
    return Keys.logins();
  }

  @Override
  public Set<ConfigKey> required() {
    return Keys.SERVERS;
  }

  @Override
  public int run(Session session) {
    Duration limit = timeout();
    MigrationClient client = session.client();
    if (waitFor != null) {
      return await(session, client, waitFor, limit);
    }
    return watch ? watch(session, client) : once(session, client);
  }

  private static int once(Session session, MigrationClient client) {
    MigrationClient.View view = view(client);
    try (Presenter presenter = session.snapshot()) {
      Session.shownBy(presenter).accept(view.status());
      presenter.answer(Answer.done(process(view)));
      return 0;
    }
  }

  private int watch(Session session, MigrationClient client) {
    try (Presenter presenter =
        session.live(
            new Helm(client::ask, Helm.Leave.watching(interrupted::countDown)), List::of)) {
      return CtrlC.during(interrupted::countDown, () -> watch(client, presenter));
    }
  }

  private int watch(MigrationClient client, Presenter presenter) {
    MigrationClient.View view;
    do {
      view = view(client);
      Session.shownBy(presenter).accept(view.status());
    } while (!isOver(view.status().phase()) && !pause());
    presenter.answer(Answer.done(process(view)));
    return 0;
  }

  private int await(Session session, MigrationClient client, PhaseName wanted, Duration limit) {
    try (Presenter presenter = session.lines()) {
      return CtrlC.during(interrupted::countDown, () -> await(client, presenter, wanted, limit));
    }
  }

  private int await(MigrationClient client, Presenter presenter, PhaseName wanted, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      // Before the first run there is no migration yet: that is worth waiting for too.
      Optional<Status> status = client.status().map(MigrationClient.View::status);
      status.ifPresent(Session.shownBy(presenter));
      Optional<PhaseName> phase = status.map(Status::phase);
      if (phase.filter(now -> isReached(now, wanted)).isPresent()) {
        presenter.answer(Answer.done("Phase " + wanted + " is reached."));
        return 0;
      }
      if (phase.filter(StatusCommand::isOver).isPresent()) {
        throw unreachable(wanted, phase.get());
      }
      if (System.nanoTime() - deadline > 0 || pause()) {
        Answer late = late(wanted, phase, limit);
        presenter.answer(late);
        return late.exitCode();
      }
    }
  }

  private static Answer late(PhaseName wanted, Optional<PhaseName> phase, Duration limit) {
    String now = phase.map(p -> "the migration is in phase " + p).orElse("there is no migration");
    return new Answer(
        1,
        "",
        "Phase "
            + wanted
            + " was not reached in "
            + Figures.time(limit.toMillis())
            + ": "
            + now
            + ".",
        List.of());
  }

  private static FramException unreachable(PhaseName wanted, PhaseName now) {
    return new FramException(
        ErrorCode.PHASE_REFUSES,
        "The migration is in phase " + now + "; it never comes to " + wanted + " from there.",
        "See `fram status`.");
  }

  /** True when the user wants to leave. */
  private boolean pause() {
    try {
      return interrupted.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private Duration timeout() {
    return Amounts.duration(timeout)
        .orElseThrow(() ->
            new FramException(
                ErrorCode.CONFIG_INVALID,
                "--timeout is \"" + timeout + "\".",
                "Write a time with its unit: 30s, 5m, 1h."));
  }

  private static MigrationClient.View view(MigrationClient client) {
    return client
        .status()
        .orElseThrow(() ->
            new FramException(
                ErrorCode.MIGRATION_MISSING,
                "The target holds no migration.",
                "Start one with `fram migrate`; it makes the schema fram there."));
  }

  private static String process(MigrationClient.View view) {
    if (isOver(view.status().phase())) {
      return "The migration is over: "
          + view.status().phase().name().toLowerCase(Locale.ROOT)
          + ".";
    }
    if (view.status().question().isPresent()) {
      return view.status().question().get().answers().isEmpty()
          ? "No process is working on it: the migration waits until the server can be reached."
          : "No process is working on it: the migration waits for your answer, `fram resolve`.";
    }
    if (view.status().phase() == PhaseName.NEEDS_OPERATOR) {
      return "Nothing is asked any more: `fram migrate` goes on by what the server says.";
    }
    if (view.status().phase() == PhaseName.ROLLED_BACK) {
      return "The old server serves again. `fram migrate` follows it once more, `fram cancel` gives"
          + " up.";
    }
    if (view.status().phase() == PhaseName.SERVING && view.status().reverse().isPresent()) {
      return view.running()
          ? "The target serves, and a process brings its writes to the old server. `fram rollback`"
              + " leads back, `fram complete` ends the way back."
          : "The target serves. No process brings its writes to the old server (last heard of "
              + Figures.time(view.ageMillis())
              + " ago): `fram migrate` does; the new server keeps its log until then.";
    }
    if (view.status().phase() == PhaseName.SERVING) {
      return "The target serves. `fram complete` removes what Fram made on both servers.";
    }
    String age = Figures.time(view.ageMillis());
    if (view.running()) {
      return "A process is working on it (last heard of " + age + " ago).";
    }
    return "No process is working on it (last heard of "
        + age
        + " ago). `fram migrate` goes on from here: what is copied stays, the rest is read from the"
        + " log that the source keeps.";
  }

  private static boolean isOver(PhaseName phase) {
    return phase == PhaseName.COMPLETED || phase == PhaseName.CANCELLED;
  }

  /** Along the ordinary way; side tracks are reached only by themselves. */
  static boolean isReached(PhaseName now, PhaseName wanted) {
    boolean aside =
        now == PhaseName.CANCELLED
            || now == PhaseName.NEEDS_OPERATOR
            || now == PhaseName.ROLLING_BACK
            || now == PhaseName.ROLLED_BACK;
    return now == wanted || (!aside && wanted.compareTo(now) < 0);
  }
}
