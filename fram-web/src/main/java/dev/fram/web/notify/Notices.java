// SPDX-License-Identifier: Apache-2.0
package dev.fram.web.notify;

import dev.fram.api.status.PhaseName;
import dev.fram.api.status.Question;
import dev.fram.api.status.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds in the pictures what is new and worth a message. A run that begins is no news; what it
 * waits for is. Not thread-safe.
 */
final class Notices {
  private Optional<PhaseName> phase = Optional.empty();
  private Optional<String> held = Optional.empty();
  private boolean guarded;
  private Optional<Question> question = Optional.empty();
  private final Set<String> told = new HashSet<>();

  List<Notice> take(Status status) {
    List<Notice> news = new ArrayList<>();
    phase.ifPresent(before -> reached(before, status).ifPresent(news::add));
    phase = Optional.of(status.phase());
    if (!held.equals(status.held())) {
      news.add(
          status
              .held()
              .map(why -> new Notice(Notice.Kind.HELD, "Waits for a person: " + why))
              .orElseGet(() -> new Notice(Notice.Kind.GOES_ON, "It goes on.")));
      held = status.held();
    }
    // Its sentence has numbers that change all the time; that it begins and ends is the news.
    if (guarded != status.guard().isPresent()) {
      guarded = !guarded;
      news.add(
          new Notice(
              Notice.Kind.GUARD,
              status.guard().orElse("Nothing is held back for the source's sake any more.")));
    }
    if (!question.equals(status.question())) {
      question = status.question();
      question
          .map(asked -> new Notice(Notice.Kind.NEEDS_OPERATOR, String.join("\n", asked.lines())))
          .ifPresent(news::add);
    }
    status.alarms().stream()
        .filter(told::add)
        .forEach(alarm -> news.add(new Notice(Notice.Kind.ALARM, alarm)));
    status.notes().stream()
        .filter(note -> note.startsWith(Status.THROTTLED))
        .filter(told::add)
        .forEach(note -> news.add(new Notice(Notice.Kind.THROTTLED, note)));
    return news;
  }

  private static Optional<Notice> reached(PhaseName before, Status status) {
    PhaseName now = status.phase();
    if (now == before) {
      return Optional.empty();
    }
    if (now == PhaseName.SERVING) {
      return Optional.of(
          before == PhaseName.ROLLING_BACK
              ? undone(status)
              : new Notice(Notice.Kind.CUTOVER_DONE, status.target() + " serves."));
    }
    if (now == PhaseName.ROLLED_BACK) {
      return Optional.of(new Notice(Notice.Kind.ROLLED_BACK, status.source() + " serves again."));
    }
    if (before == PhaseName.CUTTING_OVER && now.compareTo(PhaseName.CUTTING_OVER) < 0) {
      return Optional.of(undone(status));
    }
    return now == PhaseName.READY
        ? Optional.of(new Notice(Notice.Kind.READY, "Ready for the cutover."))
        : Optional.empty();
  }

  private static Notice undone(Status status) {
    return new Notice(
        Notice.Kind.CUTOVER_UNDONE,
        status
            .cutover()
            .map(Status.Cutover::result)
            .filter(result -> !result.isEmpty())
            .orElse("The move was undone; everything is as before."));
  }
}
