// SPDX-License-Identifier: Apache-2.0
package dev.fram.core.migration;

import dev.fram.api.engine.JournalStore;
import dev.fram.core.bus.Answer;
import dev.fram.core.bus.StatusJson;

/** Answers to those who have asked something of the run. */
final class Replies {
  private final JournalStore store;
  private final Orders orders;

  Replies(JournalStore store, Orders orders) {
    this.store = store;
    this.orders = orders;
  }

  void one(long id, Answer answer) {
    store.answerCommand(id, StatusJson.write(answer));
    orders.answered(id);
  }

  /** To everything that was asked for and got no answer yet. */
  void all(Answer answer) {
    orders.unanswered().forEach(id -> one(id, answer));
  }
}
