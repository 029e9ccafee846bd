// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.traffic;

import dev.fram.api.engine.StepOutcome;
import dev.fram.api.error.ErrorCode;
import dev.fram.api.error.FramException;
import dev.fram.api.traffic.SwitchCheck;
import dev.fram.api.traffic.SwitchOutcome;
import dev.fram.api.traffic.TrafficMove;
import dev.fram.core.bus.EventBus;
import dev.fram.core.bus.RunEvent;
import dev.fram.core.concurrent.StopSignal;
import dev.fram.core.journal.Journal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every switch of the traffic. Until the hand-over all of them do a step or all are undone; after
 * it they only go forward, each for itself, and what has switched stays switched. Owned by the
 * run's own thread.
 */
public final class Traffic {
  /** Holds back the applications' work before the gate closes. */
  public static final String PAUSE = "pause-traffic";

  /** Points the applications at the target; the journal has one such step for each switch. */
  public static final String SWITCH = "switch-traffic";

  private static final Logger LOG = LoggerFactory.getLogger(Traffic.class);
  private static final int UNDO_TRIES = 3;
  private static final Duration AGAIN = Duration.ofMillis(500);

  private final List<Switch> switches;
  private final TrafficSettings settings;
  private final String to;
  private final Journal journal;
  private final EventBus bus;

  public Traffic(TrafficSettings settings, TrafficMove move, Journal journal, EventBus bus) {
    this.switches =
        settings.switches().stream().map(s -> new Switch(s.name(), s.open(move))).toList();
    this.settings = settings;
    this.to = move.to().address().toString();
    this.journal = journal;
    this.bus = bus;
  }

  public boolean none() {
    return switches.isEmpty();
  }

  /** Whether every one of them leads to the target, as the journal knows. */
  public boolean switched() {
    return switches.stream().allMatch(one -> journal.done(step(one)));
  }

  /** What each would do now, one line each; looks at the real things, and changes none. */
  public List<String> plan() {
    List<String> lines = new ArrayList<>();
    checks().forEach((one, check) -> lines.add(one.plug().name() + ": " + told(check)));
    return lines;
  }

  /** What keeps any of them from doing its part. */
  public List<String> obstacles() {
    List<String> obstacles = new ArrayList<>();
    checks()
        .forEach((one, check) ->
            check.obstacles().forEach(o -> obstacles.add(one.plug().name() + ": " + o)));
    return obstacles;
  }

  /**
   * Holds the applications' work back everywhere.
   *
   * @throws FramException CUTOVER_UNDONE when one could not; {@link #undo} has to follow
   */
  public void pause() {
    allOrNothing(
        "The traffic could not be paused: ", one -> one.plug().pause(settings.pauseLimit()));
  }

  /**
   * Tells all that nothing is written on the source any more.
   *
   * @throws FramException CUTOVER_UNDONE when one refuses
   */
  public void frozen(Duration left) {
    allOrNothing("A step behind the write gate failed: ", one -> one.plug().frozen(left));
  }

  /**
   * The cutover was undone: everything goes on with the old server. Never throws: what cannot be
   * told to go on is named, for a person has to do it.
   */
  public void undo() {
    List<Switch> left = switches;
    for (int attempt = 1; !left.isEmpty(); attempt++) {
      List<Switch> again = new ArrayList<>();
      for (Map.Entry<Switch, SwitchOutcome> answer :
          Together.act(left, one -> one.plug().undo()).entrySet()) {
        if (isDone(answer.getValue())) {
          continue;
        }
        again.add(answer.getKey());
        if (attempt == UNDO_TRIES) {
          note(answer.getKey(), answer.getValue());
        }
      }
      if (again.isEmpty() || attempt == UNDO_TRIES) {
        return;
      }
      left = again;
      new StopSignal().pause(AGAIN);
    }
  }

  /** Whether another run has paused the traffic and nobody knows that it goes on. */
  public boolean leftPaused() {
    return !none() && journal.begun(PAUSE);
  }

  /**
   * The target serves: points everything at it. What has failed is tried again for a while; what
   * has worked stays, and is not done again by a run that resumes.
   *
   * <p>What became unknown in an earlier run waits for a person's answer and is not done again.
   *
   * @return what is left to do for a person; empty when everything has switched
   */
  public Optional<FramException> redirect(StopSignal signal) {
    List<String> failed = new ArrayList<>();
    List<Switch> left = new ArrayList<>();
    for (Switch one : switches) {
      Optional<StepOutcome> before = journal.outcome(step(one));
      if (before.filter(o -> o == StepOutcome.UNKNOWN).isPresent()) {
        failed.add(one.plug().name() + ": nobody knows whether it did its part.");
      } else if (before.filter(o -> o == StepOutcome.DONE).isEmpty()) {
        left.add(one);
      }
    }
    long began = System.nanoTime();
    boolean unknown = !failed.isEmpty();
    while (!left.isEmpty()) {
      boolean late = signal.raised() || System.nanoTime() - began > settings.patience().toNanos();
      Map<Switch, SwitchOutcome> answers = Together.act(left, this::redirect);
      List<Switch> again = new ArrayList<>();
      for (Map.Entry<Switch, SwitchOutcome> answer : answers.entrySet()) {
        if (!late && maybeLater(answer.getValue())) {
          again.add(answer.getKey());
        } else if (!isDone(answer.getValue())) {
          unknown |= answer.getValue() instanceof SwitchOutcome.Unknown;
          failed.add(sentence(answer.getKey(), answer.getValue()));
        }
      }
      left = again;
      if (!left.isEmpty()) {
        new StopSignal().pause(AGAIN);
      }
    }
    return failed.isEmpty()
        ? Optional.empty()
        : Optional.of(unknown ? uncertain(failed) : unswitched(failed));
  }

  private SwitchOutcome redirect(Switch one) {
    long sequence = journal.intent(step(one), "");
    SwitchOutcome outcome = one.plug().redirect();
    if (isDone(outcome)) {
      outcome = one.plug().resume();
    }
    StepOutcome word =
        switch (outcome) {
          case SwitchOutcome.Done d -> StepOutcome.DONE;
          case SwitchOutcome.NotDone d -> StepOutcome.NOT_DONE;
          case SwitchOutcome.Unknown u -> StepOutcome.UNKNOWN;
        };
    journal.outcome(sequence, word, "");
    LOG.info("{}: {} {}", step(one), one.plug().name(), word);
    return outcome;
  }

  private void allOrNothing(String why, Function<Switch, SwitchOutcome> act) {
    Map<Switch, SwitchOutcome> answers = Together.act(switches, act);
    List<String> failed = new ArrayList<>();
    answers.forEach((one, outcome) -> {
      if (!isDone(outcome)) {
        failed.add(sentence(one, outcome));
      }
    });
    if (!failed.isEmpty()) {
      throw new FramException(
          ErrorCode.CUTOVER_UNDONE,
          why + String.join(" ", failed),
          "Everything goes on as before; cut over again when this is settled.");
    }
  }

  private Map<Switch, SwitchCheck> checks() {
    Map<Switch, SwitchCheck> checks = new ConcurrentHashMap<>();
    Together.act(
        switches,
        one -> {
          checks.put(one, one.plug().check());
          return SwitchOutcome.done();
        });
    Map<Switch, SwitchCheck> ordered = new LinkedHashMap<>();
    switches.forEach(one -> ordered.put(one, Objects.requireNonNull(checks.get(one))));
    return ordered;
  }

  private static String told(SwitchCheck check) {
    return check.obstacles().isEmpty()
        ? check.plan()
        : "would be refused: " + String.join("; ", check.obstacles());
  }

  private static boolean isDone(SwitchOutcome outcome) {
    return outcome instanceof SwitchOutcome.Done;
  }

  private static boolean maybeLater(SwitchOutcome outcome) {
    return outcome instanceof SwitchOutcome.NotDone notDone
        && notDone.again() == SwitchOutcome.Again.LATER;
  }

  private static String step(Switch one) {
    return SWITCH + " " + one.name();
  }

  private void note(Switch one, SwitchOutcome outcome) {
    String text = "Could not be told to go on: " + sentence(one, outcome);
    LOG.error("{}", text);
    bus.publish(new RunEvent.Noted(text));
  }

  private static String sentence(Switch one, SwitchOutcome outcome) {
    String told =
        switch (outcome) {
          case SwitchOutcome.Done done -> done.what();
          case SwitchOutcome.NotDone no ->
              no.seen() + (no.remedy().isEmpty() ? "" : " " + no.remedy());
          case SwitchOutcome.Unknown u -> u.seen() + (u.remedy().isEmpty() ? "" : " " + u.remedy());
        };
    return one.plug().name() + ": " + told;
  }

  private FramException unswitched(List<String> failed) {
    return new FramException(
        ErrorCode.HOOK_FAILED,
        half(failed),
        "Point the applications at "
            + to
            + " by hand, or settle it and run fram migrate again:"
            + " what has switched is not done again.");
  }

  private FramException uncertain(List<String> failed) {
    return new FramException(
        ErrorCode.OUTCOME_UNKNOWN,
        half(failed),
        "Look what became of it, then answer fram status's question with fram resolve.");
  }

  private String half(List<String> failed) {
    return to
        + " is open and the other server closed, but not all of the traffic is switched: "
        + String.join(" ", failed);
  }
}
