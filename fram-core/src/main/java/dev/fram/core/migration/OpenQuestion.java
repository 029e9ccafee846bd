// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.JournalStore;
import dev.fram.api.engine.MigrationRecord;
import dev.fram.api.engine.RouteRequest;
import dev.fram.api.engine.StepOutcome;
import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.api.traffic.TrafficMove.Direction;
import dev.fram.core.cutover.Cutover;
import dev.fram.core.cutover.Promotion;
import dev.fram.core.cutover.Sealing;
import dev.fram.core.journal.Journal;
import dev.fram.core.traffic.Traffic;
import java.util.List;
import java.util.Optional;

/**
 * The question that the journal leaves open, if there is one: a step whose outcome nobody knows and
 * no answer of a person's stands beside it. On the way back there is none about the hand-over: the
 * register and the journal are on one server, and who can read the one can read the other.
 *
 * @param kind what it is about
 * @param step the step whose outcome is unknown
 * @param turn the turn it belongs to
 * @param words what a person is asked
 */
record OpenQuestion(Kind kind, String step, int turn, Question words) {
  static final String HANDED_OVER = "handed-over";
  static final String NOT_HANDED_OVER = "not-handed-over";
  static final String SWITCHED = "switched";
  static final String NOT_SWITCHED = "not-switched";

  /** What a question is about. */
  enum Kind {
    /** Whether the source has handed over. */
    HAND_OVER,
    /** It has; whether it took a last write is known to itself alone. */
    LAST_WRITE,
    /** Whether a switch of the traffic did its part. */
    TRAFFIC
  }

  /** The step that keeps a person's answer about another step. */
  static String answered(String step) {
    return "resolve " + step;
  }

  /** What is open while no run goes on. Reads only. */
  static Optional<OpenQuestion> of(
      MigrationRecord record, JournalStore store, RouteRequest request) {
    int turn = PhaseJson.turn(record);
    Journal journal = new Journal(store, record.epoch(), turn);
    return switch (PhaseName.valueOf(record.phase())) {
      case CUTTING_OVER, NEEDS_OPERATOR ->
          Turns.direction(turn) == Direction.FORWARD
              ? handOver(journal, turn, request)
              : Optional.empty();
      case SERVING, ROLLED_BACK -> traffic(journal, turn, request);
      case PLANNED, CHECKED, PREPARED, COPYING, CATCHING_UP, VERIFYING, READY -> Optional.empty();
      case ROLLING_BACK, COMPLETED, CANCELLED -> Optional.empty();
    };
  }

  private static Optional<OpenQuestion> handOver(Journal journal, int turn, RouteRequest request) {
    String source = request.source().display();
    String target = request.target().display();
    if (!journal.begun(Cutover.HAND_OVER)) {
      return Optional.empty();
    }
    if (journal.done(Cutover.HAND_OVER)) {
      boolean sealed = journal.done(Sealing.NAME) || journal.done(Promotion.OPEN);
      return journal.begun(Sealing.NAME) && !sealed
          ? Optional.of(
              new OpenQuestion(Kind.LAST_WRITE, Sealing.NAME, turn, lastWrite(source, target)))
          : Optional.empty();
    }
    boolean open =
        journal.outcome(Cutover.HAND_OVER).filter(o -> o != StepOutcome.UNKNOWN).isEmpty();
    boolean settled =
        journal.detail(answered(Cutover.HAND_OVER)).filter(NOT_HANDED_OVER::equals).isPresent();
    return open && !settled
        ? Optional.of(
            new OpenQuestion(
                Kind.HAND_OVER, Cutover.HAND_OVER, turn, whetherHandedOver(source, target)))
        : Optional.empty();
  }

  private static Question whetherHandedOver(String source, String target) {
    return new Question(
        "Known: "
            + target
            + " has every write up to the moment when writes were blocked, and is closed. "
            + source
            + " was told to hand over; its answer did not come, and it cannot be asked now.",
        "Not known: whether "
            + source
            + " has handed over and refuses writes for good, or takes writes as before.",
        "Has "
            + source
            + " handed over? Its table fram.handover says it: HANDED_OVER or OWNER_SOURCE. Fram reads"
            + " it by itself as soon as it can be reached: fram migrate.",
        List.of(
            new Question.Choice(
                HANDED_OVER,
                "yes; or "
                    + source
                    + " is gone for good. Nothing was written there since, and nothing will be. "
                    + target
                    + " is opened."),
            new Question.Choice(
                NOT_HANDED_OVER,
                "no; " + source + " serves. " + target + " stays closed, the cutover is undone.")));
  }

  private static Question lastWrite(String source, String target) {
    return new Question(
        "Known: "
            + source
            + " has handed over. "
            + target
            + " has every write up to the moment when writes were blocked, and is closed.",
        "Not known: whether " + source + " took a last write between that and the hand-over.",
        "Can "
            + source
            + " be reached again? No answer can stand in for its log: make it reachable, then run fram"
            + " migrate.",
        List.of());
  }

  private static Optional<OpenQuestion> traffic(Journal journal, int turn, RouteRequest request) {
    boolean back = Turns.direction(turn) == Direction.BACK;
    String to = (back ? request.source() : request.target()).display();
    String from = (back ? request.target() : request.source()).display();
    return journal.unknown(Traffic.SWITCH).stream()
        .findFirst()
        .map(step -> {
          String name = step.substring(Traffic.SWITCH.length()).strip();
          return new OpenQuestion(Kind.TRAFFIC, step, turn, whetherSwitched(name, to, from));
        });
  }

  private static Question whetherSwitched(String name, String to, String from) {
    return new Question(
        "Known: "
            + to
            + " is open and has every write that "
            + from
            + " took; "
            + from
            + " is closed. The switch "
            + name
            + " was told to point the applications at "
            + to
            + ".",
        "Not known: whether it did.",
        "Do the applications behind the switch " + name + " go to " + to + " now?",
        List.of(
            new Question.Choice(SWITCHED, "yes; it counts as done."),
            new Question.Choice(NOT_SWITCHED, "no; it is done once more.")));
  }
}
