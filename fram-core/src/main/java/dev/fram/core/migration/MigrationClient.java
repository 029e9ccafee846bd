// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.JournalStore.PublishedStatus;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.ServerCopy;
import dev.fram.api.engine.TargetRoute;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.status.Command;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Status;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.bus.StatusJson;
import dev.fram.core.bus.StatusProjector;
import dev.fram.core.chronicle.Chronicle;
import dev.fram.core.chronicle.ChronicleJson;
import dev.fram.core.concurrent.Clock;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.inventory.Inventory;
import dev.fram.core.inventory.Stocktaking;
import dev.fram.core.report.Foresight;
import dev.fram.core.report.Report;
import dev.fram.core.report.ReportMaker;
import dev.fram.core.residency.Chain;
import dev.fram.core.run.MigrationSettings;
import dev.fram.core.verify.Comparison;
import dev.fram.core.verify.PlainComparison;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What another process can see and ask of a migration: it needs nothing but the two URIs. When a
 * run is going on it does the asking; when none is, this does the work itself by resuming.
 */
public final class MigrationClient {
  /** A run publishes each second; one that has not for so long is gone, or cannot reach us. */
  private static final Duration GOING = Duration.ofMillis(50);

  private static final int GOING_LOOKS = 20;

  /** A run that has published nothing for so many times its rhythm is not about to come back. */
  private static final int BEATS = 6;

  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final Engine engine;
  private final RouteRequest request;
  private final MigrationSettings settings;
  private final Clock clock;

  public MigrationClient(
      Engine engine, RouteRequest request, MigrationSettings settings, Clock clock) {
    this.engine = engine;
    this.request = request;
    this.settings = settings;
    this.clock = clock;
  }

  /** The newest published picture; empty when the target knows of no migration. Reads only. */
  public Optional<View> status() {
    Optional<View> view = published();
    // A hand-over that goes on just now has no outcome yet either.
    Optional<OpenQuestion> open =
        view.filter(v -> !v.running() || v.status().phase() != PhaseName.CUTTING_OVER)
            .flatMap(v -> Resolution.open(engine, request));
    return view.map(v -> open.map(question -> asking(v, question)).orElse(v));
  }

  private Optional<View> published() {
    try (TargetRoute route = engine.openTarget(request)) {
      Optional<MigrationRecord> record = route.target().journal().load();
      if (record.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          route
              .target()
              .journal()
              .publishedStatus()
              .map(p -> view(p, record.get()))
              .orElseGet(() -> new View(bare(record.get()), 0, Running.NO)));
    }
  }

  /** A question that the server itself can answer is none any more. */
  private View asking(View view, OpenQuestion question) {
    return question.kind() != OpenQuestion.Kind.TRAFFIC && answersItself()
        ? view
        : new View(view.status().asking(question.words()), view.ageMillis(), view.run());
  }

  private boolean answersItself() {
    try {
      return Resolution.ask(engine, request).isPresent();
    } catch (FramException e) {
      // Whatever keeps it from being asked: what it says is not known here.
      return false;
    }
  }

  /** Cuts over and waits for the result. */
  public Answer cutover(Consumer<Status> watcher) {
    return order(new Command.Cutover(), Goal.CUTOVER, watcher);
  }

  /** What a cutover would do now; needs a run that is going on. */
  public Answer cutoverDryRun() {
    return tellRun(new Command.CutoverDryRun(), s -> {}).orElseGet(MigrationClient::nobody);
  }

  /**
   * Compares anew; without a run that goes on, as far as that can be done.
   *
   * @throws FramException PHASE_REFUSES when only a run could do it, or only without one
   */
  public Answer verify(Comparison asked, Consumer<Status> watcher) {
    boolean running;
    try (Route route = engine.open(request)) {
      running = route.target().journal().load().isPresent() && leaseHeld(route);
    }
    if (running) {
      asked.assertOfferedByRun();
      Optional<Answer> told = tellRun(asked.command(), watcher);
      if (told.isPresent()) {
        return told.get();
      }
    }
    asked.assertOfferedWithoutRun();
    return compare(asked);
  }

  /** Compares both servers as they are, without a feed between them. */
  private Answer compare(Comparison asked) {
    try (Route route = engine.open(request)) {
      return new PlainComparison(route, asked).run();
    }
  }

  /**
   * What became of every object of the source. After the cutover the source is not asked: it may be
   * gone. Reads only.
   */
  public Inventory inventory() {
    try (TargetRoute route = engine.openTarget(request)) {
      Optional<Inventory> served =
          route
              .target()
              .journal()
              .load()
              .filter(record -> PhaseName.valueOf(record.phase()) == PhaseName.SERVING)
              .flatMap(record -> Stocktaking.served(route.target()));
      if (served.isPresent()) {
        return served.get();
      }
    }
    try (Route route = engine.open(request)) {
      Optional<MigrationRecord> record = route.target().journal().load();
      if (record.isEmpty()) {
        return Stocktaking.unconnected(route);
      }
      new Registration(route, request).requireSame(record.get());
      return Stocktaking.running(route, record.get());
    }
  }

  /**
   * What the report is made of; empty when the target knows of no migration. Reads only. The source
   * is asked for its objects before the cutover, and not being reached is said in the report.
   *
   * @param fram the version of Fram
   */
  public Optional<Report> report(String fram) {
    return status().map(view -> reported(view.status(), fram));
  }

  private Report reported(Status status, String fram) {
    ReportMaker.Listed listed;
    try {
      listed = new ReportMaker.Listed(Optional.of(inventory()), "");
    } catch (FramException e) {
      listed = new ReportMaker.Listed(Optional.empty(), "Not listed: " + e.seen());
    }
    try (TargetRoute route = engine.openTarget(request)) {
      JournalStore store = route.target().journal();
      ReportMaker.Kept kept =
          new ReportMaker.Kept(
              status,
              Chronicle.load(store),
              store.tables(),
              store.verdicts(),
              foresight(store),
              store.kept(Chain.NAME).flatMap(Chain::read).orElseGet(Chain::empty));
      return new ReportMaker(kept).make(fram, clock.millis(), listed);
    }
  }

  /**
   * What was foretold, and what came of it until now; empty when the target knows of no migration.
   * Reads a little of the target; the source is not asked.
   */
  public Optional<Report.Comparison> forecast() {
    return published()
        .map(view -> {
          try (TargetRoute route = engine.openTarget(request)) {
            JournalStore store = route.target().journal();
            return new ReportMaker(
                    new ReportMaker.Kept(
                        view.status(),
                        Chronicle.load(store),
                        Map.of(),
                        Map.of(),
                        foresight(store),
                        Chain.empty()))
                .forecast();
          }
        });
  }

  private static Optional<Foresight> foresight(JournalStore store) {
    return store.kept(Foresight.NAME).flatMap(j -> ChronicleJson.read(j, Foresight.class));
  }

  /** Gives up, leaving no trace. Done where there is nothing: it may be asked for twice. */
  public Answer cancel(Consumer<Status> watcher) {
    Answer answer = order(new Command.Cancel(), Goal.CANCEL, watcher);
    if (answer.code().equals(ErrorCode.MIGRATION_MISSING.name())) {
      // Given up before the target could have a record.
      engine.serverCopy(request).ifPresent(ServerCopy::forget);
    }
    return orNothing(answer);
  }

  /** Holds the run that is going on back; see {@link Command.Pause}. */
  public Answer pause() {
    return ask(new Command.Pause());
  }

  /** Ends its pause. */
  public Answer resume() {
    return ask(new Command.Resume());
  }

  /** Ends the run that is going on; it can be resumed. */
  public Answer stop() {
    return tellRun(new Command.Stop(), s -> {}).orElseGet(MigrationClient::nobody);
  }

  /** After the cutover: removes what Fram made. Done where there is nothing, too. */
  public Answer complete(Consumer<Status> watcher) {
    return orNothing(order(new Command.Complete(), Goal.COMPLETE, watcher));
  }

  private static Answer orNothing(Answer answer) {
    return answer.code().equals(ErrorCode.MIGRATION_MISSING.name())
        ? Answer.done("The target knows of no migration; there was nothing to do.")
        : answer;
  }

  /** After the cutover: goes back to the old server, with every write that the new one took. */
  public Answer rollback(Consumer<Status> watcher) {
    return order(new Command.Rollback(), Goal.ROLLBACK, watcher);
  }

  /**
   * Takes a person's answer to what is asked (see {@link Status#question}), and goes on by it.
   *
   * @param answer a word of the question's answers
   */
  public Answer resolve(String answer, Consumer<Status> watcher) {
    return tellRun(new Command.Resolve(answer), watcher)
        .orElseGet(() -> {
          EventBus bus = new EventBus(new StatusProjector(clock));
          return new Resolution(
                  engine,
                  request,
                  (record, journal) ->
                      Attempt.traffic(request, settings, record.id(), journal, bus),
                  settings.reverse().window(),
                  clock::millis,
                  () -> resume(Goal.RESOLVE, watcher))
              .take(answer);
        });
  }

  /** What a rollback would do now; needs a run that is going on. */
  public Answer rollbackDryRun() {
    return tellRun(new Command.RollbackDryRun(), s -> {}).orElseGet(MigrationClient::nobody);
  }

  /** Asks the run that goes on, and waits for its answer; refused when there is none. */
  public Answer ask(Command command) {
    return tellRun(command, s -> {}).orElseGet(MigrationClient::nobody);
  }

  private Answer order(Command command, Goal goal, Consumer<Status> watcher) {
    return tellRun(command, watcher).orElseGet(() -> resume(goal, watcher));
  }

  /** Nobody holds the lease: this process does it. */
  private Answer resume(Goal goal, Consumer<Status> watcher) {
    try {
      MigrationRun run = new MigrationRun(engine, request, settings, clock);
      run.addStatusListener(watcher);
      return Answer.done("The migration is " + run.run(goal).phase() + ".");
    } catch (FramException e) {
      return Answer.failed(e);
    }
  }

  /** Puts the command into the journal and waits; empty when no run is going on. */
  private Optional<Answer> tellRun(Command command, Consumer<Status> watcher) {
    try (TargetRoute route = engine.openTarget(request)) {
      JournalStore store = route.target().journal();
      if (store.load().isEmpty()) {
        return Optional.of(Answer.failed(Registration.missing(route.target().server())));
      }
      if (!leaseHeld(route)) {
        return Optional.empty();
      }
      return Optional.of(await(store, store.submitCommand(CommandWords.write(command)), watcher));
    }
  }

  /**
   * Looked at and not tried: whoever takes it ends the run whose session is just being made again.
   * One that has published something a moment ago is waited for.
   */
  private boolean leaseHeld(TargetRoute route) {
    Duration patience = settings.rhythm().status().multipliedBy(BEATS);
    StopSignal nobody = new StopSignal();
    long asked = clock.nanos();
    while (route.target().leaseHolder().isEmpty()) {
      boolean fresh =
          route
              .target()
              .journal()
              .publishedStatus()
              .filter(p -> p.ageMillis() < patience.toMillis())
              .isPresent();
      if (!fresh || clock.nanos() - asked > patience.toNanos()) {
        return false;
      }
      nobody.pause(settings.rhythm().command());
    }
    return true;
  }

  /** A cancel ends with the journal itself: that it is gone is an answer too, at any moment. */
  private Answer await(JournalStore store, long id, Consumer<Status> watcher) {
    try {
      return awaitAnswer(store, id, watcher);
    } catch (FramException e) {
      for (int i = 0; i < GOING_LOOKS; i++) {
        if (isGone(store)) {
          return gone();
        }
        new StopSignal().pause(GOING);
      }
      throw e;
    }
  }

  /** Some servers remove it table by table, and it can't be read meanwhile. */
  private static boolean isGone(JournalStore store) {
    try {
      return store.load().isEmpty();
    } catch (FramException e) {
      return false;
    }
  }

  private static Answer gone() {
    return Answer.done("The migration has ended; nothing of it is left on the target.");
  }

  private Answer awaitAnswer(JournalStore store, long id, Consumer<Status> watcher) {
    long asked = clock.nanos();
    long shown = asked;
    while (true) {
      Optional<String> answer = store.commandAnswer(id);
      if (answer.isPresent()) {
        return StatusJson.readAnswer(answer.get());
      }
      if (store.load().isEmpty()) {
        return gone();
      }
      new StopSignal().pause(settings.rhythm().command());
      if (clock.nanos() - shown >= settings.rhythm().status().toNanos()) {
        shown = clock.nanos();
        Optional<PublishedStatus> published = store.publishedStatus();
        published.ifPresent(p -> watcher.accept(StatusJson.readStatus(p.status())));
        // A run that has just begun has published nothing yet.
        boolean waited = shown - asked >= SILENCE.toNanos();
        if (waited && published.filter(p -> p.ageMillis() < SILENCE.toMillis()).isEmpty()) {
          return silent(store, id);
        }
      }
    }
  }

  private static Answer silent(JournalStore store, long id) {
    Answer withdrawn =
        Answer.refused(
            ErrorCode.SERVER_UNREACHABLE,
            "The run has said nothing for "
                + SILENCE.toSeconds()
                + " s; the command is withdrawn. fram status shows whether it still lives.");
    store.answerCommand(id, StatusJson.write(withdrawn));
    // The run's own answer may have come first; then that is how it is.
    return store.commandAnswer(id).map(StatusJson::readAnswer).orElse(withdrawn);
  }

  private View view(PublishedStatus published, MigrationRecord record) {
    Status status = StatusJson.readStatus(published.status());
    boolean fresh = published.ageMillis() < 5 * settings.rhythm().status().toMillis();
    boolean same = status.phase().name().equals(record.phase());
    // What a run published last may be older than what it did last.
    Status shown = same ? status : status.in(PhaseName.valueOf(record.phase()));
    return new View(shown, published.ageMillis(), fresh ? Running.YES : Running.NO);
  }

  private Status bare(MigrationRecord record) {
    StatusProjector projector = new StatusProjector(clock);
    projector.names(record.id().value(), request.source().display(), request.target().display());
    projector.on(new RunEvent.PhaseReached(PhaseName.valueOf(record.phase())));
    return projector.picture();
  }

  private static Answer nobody() {
    return Answer.refused(ErrorCode.PHASE_REFUSES, "No run is going on. fram migrate starts one.");
  }

  /**
   * What there is to see.
   *
   * @param status the picture
   * @param ageMillis how old it is
   * @param run whether a run publishes it still
   */
  public record View(Status status, long ageMillis, Running run) {
    public boolean running() {
      return run == Running.YES;
    }
  }

  /** Whether a run is going on, as far as its pictures tell. */
  public enum Running {
    YES,
    NO
  }
}
