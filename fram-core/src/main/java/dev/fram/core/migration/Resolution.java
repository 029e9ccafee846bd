// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.Engine;
import dev.fram.api.engine.HandOver;
import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.Lease;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.Route;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.engine.TargetRoute;
import dev.fram.api.error.ErrorCategory;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.core.bus.Answer;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.cutover.Cutover;
import dev.fram.core.cutover.NoteReturn;
import dev.fram.core.cutover.Promotion;
import dev.fram.core.cutover.Sealing;
import dev.fram.core.journal.Journal;
import dev.fram.core.traffic.Traffic;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Takes a person's answer to the open question while no run goes on. A server that can be asked is
 * asked first, and its own word counts. The answer is in the journal before anything is done by it.
 * Needs the target only. Owned by the caller's thread.
 */
final class Resolution {
  private final Engine engine;
  private final RouteRequest request;
  private final BiFunction<MigrationRecord, Journal, Traffic> traffic;
  private final Duration window;
  private final LongSupplier millis;
  private final Supplier<Answer> run;

  /**
   * @param traffic the switches of the turn that a journal belongs to
   * @param window how long the way back is kept
   * @param millis the time now, since 1970
   * @param run lets a run go on from what is known then, as far as it goes by itself
   */
  Resolution(
      Engine engine,
      RouteRequest request,
      BiFunction<MigrationRecord, Journal, Traffic> traffic,
      Duration window,
      LongSupplier millis,
      Supplier<Answer> run) {
    this.engine = engine;
    this.request = request;
    this.traffic = traffic;
    this.window = window;
    this.millis = millis;
    this.run = run;
  }

  /** The open question, unless a server answers it. Reads only. */
  static Optional<OpenQuestion> open(Engine engine, RouteRequest request) {
    try (TargetRoute route = engine.openTarget(request)) {
      JournalStore store = route.target().journal();
      return store.load().flatMap(record -> OpenQuestion.of(record, store, request));
    }
  }

  Answer take(String word) {
    Optional<OpenQuestion> open = open(engine, request);
    if (open.isEmpty()) {
      return Answer.refused(
          ErrorCode.PHASE_REFUSES,
          "Nothing is asked. Nothing was touched; fram status shows where the migration stands.");
    }
    OpenQuestion question = open.get();
    if (question.words().answers().stream().noneMatch(a -> a.word().equals(word))) {
      return Answer.refused(
          ErrorCode.CONFIG_INVALID,
          "\"" + word + "\" is no answer to what is asked. Nothing was touched.",
          question.words().lines());
    }
    return switch (question.kind()) {
      case HAND_OVER -> handOver(question, word);
      case TRAFFIC -> traffic(question, word);
      // It has no answers, so that none has got here.
      case LAST_WRITE -> Answer.refused(ErrorCode.PHASE_REFUSES, question.words().asks());
    };
  }

  private Answer handOver(OpenQuestion question, String word) {
    Optional<HandOver> register = ask(engine, request);
    if (register.isPresent()) {
      return byRegister(register.get(), word);
    }
    return leased(question, word, (target, lease) -> byWord(target, lease, question, word));
  }

  /** What the source's register says; empty when it cannot be reached. */
  static Optional<HandOver> ask(Engine engine, RouteRequest request) {
    try (Route route = engine.open(request)) {
      MigrationRecord record = route.target().journal().load().orElseThrow();
      new Registration(route, request).requireSource(record);
      return Optional.of(route.source().handOver());
    } catch (FramException e) {
      if (e.category() != ErrorCategory.TRANSIENT) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** The question has vanished: Fram goes on as if it had never been asked. */
  private Answer byRegister(HandOver register, String word) {
    boolean given = register instanceof HandOver.HandedOver;
    String says =
        request.source().display()
            + " can be reached, and says itself that it has "
            + (given ? "handed over. " : "not handed over. ");
    Answer went = run.get();
    boolean same = word.equals(given ? OpenQuestion.HANDED_OVER : OpenQuestion.NOT_HANDED_OVER);
    if (went.exitCode() != 0 || same) {
      return new Answer(went.exitCode(), went.code(), says + went.message(), went.details());
    }
    return Answer.refused(
        ErrorCode.PHASE_REFUSES,
        says + "That counts, your answer does not. " + went.message(),
        went.details());
  }

  /** What is done with the lease held, in the story's own epoch. */
  private interface Work {
    Answer with(TargetRoute target, Lease lease);
  }

  private Answer leased(OpenQuestion question, String word, Work work) {
    try (TargetRoute route = engine.openTarget(request)) {
      Optional<Lease> taken = route.target().lease(ManagementFactory.getRuntimeMXBean().getName());
      if (taken.isEmpty()) {
        return Answer.refused(
            ErrorCode.LEASE_HELD, "A run goes on. Ask again when fram status shows what became.");
      }
      try (Lease lease = taken.get()) {
        JournalStore store = route.target().journal();
        MigrationRecord record = store.load().orElseThrow();
        if (!OpenQuestion.of(record, store, request).equals(Optional.of(question))) {
          return Answer.refused(
              ErrorCode.PHASE_REFUSES, "Another run has settled it meanwhile; see fram status.");
        }
        Journal journal = new Journal(store, lease.epoch(), question.turn());
        journal.step(OpenQuestion.answered(question.step()), () -> word);
        return work.with(route, lease);
      }
    } catch (FramException e) {
      return Answer.failed(e);
    }
  }

  private Answer byWord(TargetRoute route, Lease lease, OpenQuestion question, String word) {
    JournalStore store = route.target().journal();
    Journal journal = new Journal(store, lease.epoch(), question.turn());
    Traffic switches = traffic.apply(store.load().orElseThrow(), journal);
    return word.equals(OpenQuestion.HANDED_OVER)
        ? open(route, lease, journal, switches)
        : stay(switches);
  }

  /** Only the target is needed; what else belongs to the opening, the next run does. */
  private Answer open(TargetRoute route, Lease lease, Journal journal, Traffic switches) {
    lease.verify();
    JournalStore store = journal.store();
    journal.step(Promotion.OPEN, "", () -> route.target().open(journal.epoch()));
    Phase.Serving serving =
        new Phase.Serving(
            "",
            journal.detail(NoteReturn.NOTED).orElse(""),
            millis.getAsLong() + window.toMillis());
    store.savePhase(
        journal.epoch(), serving.name().name(), PhaseJson.evidence(serving, journal.turn()));
    Optional<FramException> left = switches.redirect(new StopSignal());
    List<String> details = new ArrayList<>(route.target().afterOpening());
    details.add(
        "next: fram migrate, as soon as "
            + request.source().display()
            + " can be reached: it does what is left");
    return left.map(Answer::failed)
        .orElseGet(() ->
            Answer.done(
                request.target().display() + " serves, by your word. It is in the journal.",
                details));
  }

  private Answer stay(Traffic switches) {
    if (switches.leftPaused()) {
      switches.undo();
    }
    return Answer.done(
        request.target().display() + " stays closed, by your word. It is in the journal.",
        List.of(
            "next: fram migrate, as soon as "
                + request.source().display()
                + " can be reached: it takes the cutover back and goes on"));
  }

  private Answer traffic(OpenQuestion question, String word) {
    Answer noted =
        leased(
            question,
            word,
            (route, lease) -> {
              StepOutcome outcome =
                  word.equals(OpenQuestion.SWITCHED) ? StepOutcome.DONE : StepOutcome.NOT_DONE;
              Journal journal =
                  new Journal(route.target().journal(), lease.epoch(), question.turn());
              journal.outcome(journal.intent(question.step(), ""), outcome, "fram resolve");
              return Answer.done("");
            });
    return noted.exitCode() == 0 ? run.get() : noted;
  }

  /**
   * The source is reached again after a person's word has opened the target: it is closed for good
   * where its hand-over alone does not do that. What it took until then, the person has vouched
   * for.
   *
   * @throws FramException BOTH_OPEN when the source has not handed over at all
   */
  static void requireClosed(Route route, Journal journal) {
    boolean byWord =
        journal
            .detail(OpenQuestion.answered(Cutover.HAND_OVER))
            .filter(OpenQuestion.HANDED_OVER::equals)
            .isPresent();
    if (!byWord || journal.done(Sealing.NAME)) {
      return;
    }
    if (route.source().handOver() instanceof HandOver.OwnerSource) {
      throw new FramException(
          ErrorCode.BOTH_OPEN,
          route.source().server().name()
              + " has not handed over and may take writes, and "
              + route.target().server().name()
              + " serves: it was opened because fram resolve "
              + OpenQuestion.HANDED_OVER
              + " was answered.",
          "Close "
              + route.source().server().name()
              + " for applications now. What was written there since the cutover is on no other"
              + " server: bring it over by hand, then run fram complete.");
    }
    journal.step(Sealing.NAME, "", () -> route.source().seal(journal.epoch()));
  }

  /** Whether a run that has ended so may have left a question. */
  static boolean maybeOpen(FramException e) {
    return e.category() == ErrorCategory.UNKNOWN_OUTCOME || e.category() == ErrorCategory.TRANSIENT;
  }

  /** What a run ends with that has left a question. */
  static FramException asked(OpenQuestion question, FramException e) {
    boolean told = e.category() == ErrorCategory.UNKNOWN_OUTCOME;
    return new FramException(
        ErrorCode.OUTCOME_UNKNOWN,
        told ? e.seen() : e.seen() + " " + question.words().unknown(),
        question.words().asks()
            + question.words().answers().stream()
                .map(a -> " fram resolve " + a.word() + ": " + a.means())
                .reduce("", String::concat),
        e);
  }
}
