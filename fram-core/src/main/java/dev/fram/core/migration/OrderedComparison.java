// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.error.ErrorCode;
import dev.fram.api.status.Command;
import dev.fram.core.bus.Answer;
import dev.fram.core.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Comparisons that other processes have asked for and wait for. Those of some tables wait for each
 * other. Owned by the run's thread.
 */
final class OrderedComparison {
  private final Verification verification;
  private final BiConsumer<Orders.Order, Answer> answers;
  private final List<Asked> line = new ArrayList<>();
  private final List<Asked> begun = new ArrayList<>();

  private record Asked(Orders.Order order, Command.Verify command) {}

  OrderedComparison(Verification verification, BiConsumer<Orders.Order, Answer> answers) {
    this.verification = verification;
    this.answers = answers;
  }

  void begin(Orders.Order order, Command.Verify command) {
    if (!verification.on()) {
      answers.accept(
          order,
          Answer.refused(
              ErrorCode.PHASE_REFUSES,
              "This migration was started with --verify=off: nothing compares. Stop it and start it"
                  + " again without that."));
    } else if (!verification.knows(command)) {
      answers.accept(
          order,
          Answer.refused(
              ErrorCode.CONFIG_INVALID,
              "No table that this migration compares matches "
                  + String.join(", ", command.tables())
                  + "."));
    } else {
      line.add(new Asked(order, command));
      beginNext();
    }
  }

  private void beginNext() {
    while (!line.isEmpty() && verification.again(line.getFirst().command())) {
      begun.add(line.removeFirst());
    }
  }

  void tellWhenDone() {
    if (!begun.isEmpty() && verification.settled()) {
      begun.forEach(asked -> answers.accept(asked.order(), verification.answer(asked.command())));
      begun.clear();
    }
    beginNext();
  }

  /** A cutover comes between: it makes the comparison rest. */
  void breakOff() {
    Answer answer =
        Answer.refused(
            ErrorCode.CANCELLED, "A cutover has begun, and the comparison gives way to it.");
    begun.addAll(line);
    line.clear();
    begun.forEach(asked -> answers.accept(asked.order(), answer));
    begun.clear();
  }
}
