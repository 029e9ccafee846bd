// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.error.ErrorCode;
import dev.fram.core.bus.Answer;
import dev.fram.core.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** A comparison that another process has asked for and waits for. Owned by the run's thread. */
final class OrderedComparison {
  private final Verification verification;
  private final BiConsumer<Orders.Order, Answer> answers;
  private final List<Orders.Order> waiting = new ArrayList<>();

  OrderedComparison(Verification verification, BiConsumer<Orders.Order, Answer> answers) {
    this.verification = verification;
    this.answers = answers;
  }

  void begin(Orders.Order order) {
    if (verification.on()) {
      verification.again();
      waiting.add(order);
    } else {
      answers.accept(
          order,
          Answer.refused(
              ErrorCode.PHASE_REFUSES,
              "This migration was started with --verify=off: nothing compares. Stop it and start it"
                  + " again without that."));
    }
  }

  void tellWhenDone() {
    if (!waiting.isEmpty() && verification.settled()) {
      Answer answer = verification.answer();
      waiting.forEach(order -> answers.accept(order, answer));
      waiting.clear();
    }
  }

  /** A cutover comes between: it makes the comparison rest. */
  void breakOff() {
    Answer answer =
        Answer.refused(
            ErrorCode.CANCELLED, "A cutover has begun, and the comparison gives way to it.");
    waiting.forEach(order -> answers.accept(order, answer));
    waiting.clear();
  }
}
